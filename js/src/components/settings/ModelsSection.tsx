import type { Models, Resolution } from '../../protocol';
import { useChat, useTrans } from '../context';
import { dollars, isFar, moment, tokensLine } from '../format';
import { effortWord } from '../model-words';
import { Prose } from '../Prose';
import { useResource } from '../use-resource';
import { Loaded } from './Loaded';

/** What tags mean now, and why; and all models, with the tags they bear. */
export function ModelsSection() {
  const { setup } = useChat();
  const trans = useTrans();
  return (
    <Loaded resource={setup.models}>
      {models => (
        <>
          <h4>{trans.__('What is meant now')}</h4>
          <ul class="dsp-rows dsp-tag-rows" aria-label={trans.__('What is meant now')}>
            <Meant tag="" />
            {Object.keys(models.tags).map(tag => (
              <Meant key={tag} tag={tag} />
            ))}
          </ul>
          <h4>{trans.__('Models')}</h4>
          {models.models.length ? (
            <Table models={models} />
          ) : (
            <p class="dsp-quiet">{trans.__('There are no models. Name them under “models:” in dispatch.yaml.')}</p>
          )}
        </>
      )}
    </Loaded>
  );
}

/** A tag: the model and the key it means now; on a click, everything that was looked at. */
function Meant({ tag }: { tag: string }) {
  const chat = useChat();
  const trans = useTrans();
  const resolution = useResource(chat.setup.resolution(tag));
  const name = tag || trans.__('default');
  const chosen = resolution?.chosen;
  return (
    <li class="dsp-meant" data-tag={tag} data-chosen={chosen?.model ?? ''}>
      <details>
        <summary>
          <span class="dsp-tag" title={tag ? '' : trans.__('What agents get that name none')}>
            {name}
          </span>
          <span class="dsp-meant-model">
            {chosen && (
              <>
                {chosen.model}
                {chosen.key && <span class="dsp-quiet"> · {chosen.key}</span>}
              </>
            )}
            {resolution && !chosen && (
              <>
                <span class="dsp-bad">{trans.__('none can be used now')}</span>
                {resolution.until && (
                  <span class="dsp-quiet dsp-small dsp-meant-until">
                    {' '}
                    {isFar(resolution.until)
                      ? trans.__('no reset known')
                      : trans.__('expected at %1', moment(resolution.until, 'zone'))}
                  </span>
                )}
              </>
            )}
            {!resolution && '…'}
          </span>
        </summary>
        {resolution && <Candidates resolution={resolution} />}
      </details>
    </li>
  );
}

/** In the order in which they are tried. */
function Candidates({ resolution }: { resolution: Resolution }) {
  const trans = useTrans();
  const { candidates, chosen, error } = resolution;
  return (
    <>
      {error && (
        <p class="dsp-bad">
          <Prose text={error.message} />
        </p>
      )}
      <ol class="dsp-candidates" aria-label={trans.__('In the order in which they are tried')}>
        {candidates.map(candidate => {
          const taken = candidate.model === chosen?.model && candidate.key === chosen.key;
          return (
            <li key={`${candidate.model} ${candidate.key}`} class={taken ? 'dsp-taken' : ''}>
              <span class={candidate.usable ? 'dsp-good' : 'dsp-bad'} aria-hidden="true">
                {candidate.usable ? '✓' : '✕'}
              </span>
              <span>
                <span class="dsp-hidden">{candidate.usable ? trans.__('usable') : trans.__('not usable')}</span>{' '}
                {candidate.model}
                {candidate.key && <> · {candidate.key}</>}
                {candidate.effort && <> · {trans.__('effort %1', effortWord(candidate.effort, trans))}</>}
                <span class="dsp-quiet dsp-small">
                  <Prose text={candidate.why} />
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** Models against tags: a number says where a model stands in its tag. Where it is narrow, each is a card. */
function Table({ models }: { models: Models }) {
  const trans = useTrans();
  const tags = Object.keys(models.tags);
  const words = {
    model: trans.__('Model'),
    keys: trans.__('Keys'),
    effort: trans.__('Effort'),
    used: trans.__('Used')
  };
  return (
    <div class="dsp-table dsp-models-scroller">
      <table class="dsp-models">
        <thead>
          <tr>
            <th scope="col">{words.model}</th>
            {tags.map(tag => (
              <th key={tag} scope="col" class="dsp-tag-column">
                {tag}
              </th>
            ))}
            <th scope="col">{words.keys}</th>
            <th scope="col">{words.effort}</th>
            <th scope="col">{words.used}</th>
          </tr>
        </thead>
        <tbody>
          {models.models.map(model => (
            <tr key={model.id} data-model={model.id}>
              <th scope="row">
                {model.label}
                <span class="dsp-quiet dsp-small"> {model.provider}</span>
                {model.priced === false && (
                  <span class="dsp-small dsp-bad" title={trans.__('Keys with a budget in USD are not used for it.')}>
                    {' '}
                    {trans.__('price unknown')}
                  </span>
                )}
              </th>
              {tags.map(tag => {
                const place = (models.tags[tag]?.indexOf(model.id) ?? -1) + 1;
                return (
                  <td key={tag} class="dsp-tag-cell" data-label={tag} data-place={place || undefined}>
                    {place > 0 && (
                      <span class={place === 1 ? 'dsp-first' : ''} title={trans.__('Tried as number %1', place)}>
                        {place}
                      </span>
                    )}
                  </td>
                );
              })}
              <td data-label={words.keys}>
                {model.no_key ? <span class="dsp-bad">{trans.__('none')}</span> : model.keys.join(', ')}
              </td>
              <td data-label={words.effort}>{model.effort && effortWord(model.effort, trans)}</td>
              <td data-label={words.used} class="dsp-figure">
                {[tokensLine(model.used, trans), model.used.cost_usd ? dollars(model.used.cost_usd) : '']
                  .filter(Boolean)
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
