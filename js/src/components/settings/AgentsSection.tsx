import type { Configuration, TemplateInfo } from '../../protocol';
import { useChat, useTrans } from '../context';
import { wishWords } from '../model-words';
import { PlaceLink } from '../PlaceLink';
import { shortened } from '../ProblemsBanner';
import { Prose } from '../Prose';
import { Fact, Loaded } from './Loaded';
import { permissionsWords, scopeWord } from './words';

/** What agents are made from; those whose file is broken stay in sight, with what is wrong. */
export function AgentsSection() {
  const { setup } = useChat();
  return <Loaded resource={setup.config}>{config => <Templates config={config} />}</Loaded>;
}

function Templates({ config }: { config: Configuration }) {
  const trans = useTrans();
  return (
    <ul class="dsp-cards" aria-label={trans.__('Agents')}>
      {config.templates.map(template => (
        <TemplateCard key={`${template.scope} ${template.name} ${template.path}`} template={template} />
      ))}
    </ul>
  );
}

function TemplateCard({ template }: { template: TemplateInfo }) {
  const trans = useTrans();
  const { name, title, description, scope, error, path, line } = template;
  return (
    <li
      class={`dsp-card dsp-template-card ${error ? 'dsp-error' : ''}`}
      data-template={name}
      data-broken={error !== null}
    >
      <div class="dsp-card-head">
        <strong>{title || name}</strong>
        <code class="dsp-code-word">{name}</code>
      </div>
      <p class="dsp-row dsp-small">
        <span class="dsp-badge">{scopeWord(scope, trans)}</span>
        {template.is_subagent && (
          <span class="dsp-badge" title={trans.__('Other agents summon it; it cannot be chosen for a session.')}>
            {trans.__('subagent')}
          </span>
        )}
        {error && (
          <span class="dsp-badge dsp-key-bad">
            <span aria-hidden="true">✕</span> {trans.__('broken')}
          </span>
        )}
      </p>
      {description && <p>{description}</p>}
      {error ? <Broken template={template} /> : <Facts template={template} />}
      {template.warnings.map(warning => (
        <p key={warning.message} class="dsp-small dsp-warning">
          <Prose text={shortened(warning)} />
          {warning.hint && (
            <span class="dsp-quiet">
              <Prose text={warning.hint} />
            </span>
          )}
        </p>
      ))}
      <div class="dsp-row">
        {path && !error && <PlaceLink place={{ path, line }} withLine={line > 1} />}
        <Begin template={template} />
      </div>
    </li>
  );
}

function Broken({ template: { error, path, line } }: { template: TemplateInfo }) {
  if (!error) return null;
  const place = error.place ?? (path ? { path, line } : null);
  return (
    <>
      <Prose text={shortened(error)} />
      {error.hint && (
        <span class="dsp-quiet">
          <Prose text={error.hint} />
        </span>
      )}
      {place && (
        <div>
          <PlaceLink place={place} />
        </div>
      )}
    </>
  );
}

function Facts({ template }: { template: TemplateInfo }) {
  const trans = useTrans();
  const { tools, wants, skills, cwd } = template;
  const model = wants.map(wish => wishWords(wish, trans)).join(trans.__(', else '));
  return (
    <dl class="dsp-facts">
      <Fact name={trans.__('Model')}>{model || trans.__('the default')}</Fact>
      <Fact name={trans.__('May')}>{permissionsWords(template, trans)}</Fact>
      <Fact name={trans.__('Tools')}>
        <Tools names={tools} />
      </Fact>
      {skills.length > 0 && <Fact name={trans.__('Skills')}>{skills.join(', ')}</Fact>}
      {cwd && (
        <Fact name={trans.__('Folder')}>
          <code>{cwd}</code>
        </Fact>
      )}
    </dl>
  );
}

/** The first of them; all of them on a click. */
function Tools({ names }: { names: readonly string[] }) {
  const trans = useTrans();
  if (names.length <= SHOWN) return <>{names.join(', ') || trans.__('none')}</>;
  return (
    <details class="dsp-more">
      <summary>{trans._n('1 tool', '%1 tools', names.length)}</summary>
      {names.join(', ')}
    </details>
  );
}

const SHOWN = 4;

function Begin({ template }: { template: TemplateInfo }) {
  const chat = useChat();
  const trans = useTrans();
  if (template.is_subagent || template.error) return null;
  return (
    <button type="button" class="dsp-button" onClick={() => chat.begin(template.name)}>
      {trans.__('New session')}
    </button>
  );
}
