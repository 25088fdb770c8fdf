import { useEffect } from 'preact/hooks';
import type { KeyEvent, Models } from '../../protocol';
import { useChat, useTrans } from '../context';
import { ago } from '../format';
import { SettingsProblem } from '../ProblemsBanner';
import { Prose } from '../Prose';
import { whileVisible } from '../shell/clock';
import { KeyCard } from './KeyCard';
import { Loaded } from './Loaded';

/** Time alone changes how keys stand: they cool down, periods end. */
const LOOK_MS = 10_000;

/** The keys in the order in which they are used, each with its budget, and what happened to them. */
export function KeysSection() {
  const { setup } = useChat();
  useEffect(() => whileVisible(LOOK_MS, () => setup.keysChanged()), [setup]);
  return <Loaded resource={setup.models}>{models => <Keys models={models} />}</Loaded>;
}

function Keys({ models }: { models: Models }) {
  const { setup } = useChat();
  const trans = useTrans();
  const said = new Set(setup.problems.value.map(({ message }) => message)); // by the banner above
  const problems = models.problems.filter(({ code, message }) => code !== 'untrusted' && !said.has(message));
  return (
    <>
      {problems.length > 0 && (
        <ul class="dsp-problems dsp-card dsp-warn">
          {problems.map(problem => (
            <SettingsProblem key={problem.message} problem={problem} />
          ))}
        </ul>
      )}
      {models.keys.length > 0 ? (
        <ol class="dsp-cards" aria-label={trans.__('Keys')}>
          {models.keys.map(state => (
            <KeyCard key={state.id} state={state} />
          ))}
        </ol>
      ) : (
        <p class="dsp-quiet">
          {trans.__('There are no keys. Name one under “keys:” in dispatch.yaml, or set a variable like')}{' '}
          <code>ANTHROPIC_API_KEY</code>.
        </p>
      )}
      <h4>{trans.__('Log')}</h4>
      <KeyLog events={models.log} />
    </>
  );
}

function KeyLog({ events }: { events: readonly KeyEvent[] }) {
  const chat = useChat();
  const trans = useTrans();
  if (!events.length) return <p class="dsp-quiet">{trans.__('Nothing has happened to a key yet.')}</p>;
  return (
    <ul class="dsp-rows" aria-label={trans.__('Key log')}>
      {events.toReversed().map(event => (
        <li key={`${event.at} ${event.key} ${event.text}`} class="dsp-log-row dsp-key-event" data-key={event.key}>
          <span class="dsp-key-name">{event.key}</span>
          <span class="dsp-log-what">
            <Prose text={event.text} />
          </span>
          <span class="dsp-log-who">
            <time dateTime={event.at} title={new Date(event.at).toLocaleString()}>
              {ago(event.at, trans)}
            </time>
            {event.session_id && (chat.host.converse || event.session_id !== chat.sessionId.value) && (
              <>
                {' · '}
                <button type="button" class="dsp-link" onClick={() => chat.converse(event.session_id ?? '')}>
                  {trans.__('session')}
                </button>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
