import type { Agent, Candidate, KeyState } from '../protocol';
import { useChat, useTrans } from './context';
import { left, moment } from './format';
import { Icon } from './Icon';
import { Prose } from './Prose';
import { KeyBadge } from './settings/KeyBadge';
import { useVisibleInterval } from './shell/clock';
import { useResource, useResources } from './use-resource';

const TICK_MS = 1_000;

/** The agent waits until a key can be used again: since nothing else happens, it says for which, why, and how long. */
export function WaitBanner() {
  const chat = useChat();
  const agent = chat.agent.value;
  return agent?.status === 'waiting_for_key' ? <Wait agent={agent} /> : null;
}

function Wait({ agent }: { agent: Agent }) {
  const chat = useChat();
  const trans = useTrans();
  const wants = chat.wants.value.map(wish => wish.model);
  const resolutions = useResources((wants.length ? wants : ['']).map(name => chat.setup.resolution(name)));
  const models = useResource(chat.setup.models);
  const candidates = byKey(resolutions.flatMap(resolution => resolution?.candidates ?? []));
  return (
    <section class="dsp-card dsp-warn dsp-wait-key" aria-label={trans.__('Waiting for key refresh')}>
      <Heading until={agent.waiting_until} />
      <ul class="dsp-wait-keys" aria-label={trans.__('Keys')}>
        {candidates.map(candidate => (
          <KeyLine
            key={candidate.key}
            candidate={candidate}
            state={models?.keys.find(({ id }) => id === candidate.key)}
          />
        ))}
      </ul>
      <div class="dsp-row" title={trans.__('It goes on by itself, also if you close this page.')}>
        <button type="button" class="dsp-button" onClick={() => chat.showSettings('keys')}>
          {trans.__('Keys')}
        </button>
        <button
          type="button"
          class="dsp-button"
          title={trans.__('Try each key once, whatever was said of it')}
          onClick={() => void chat.resume(agent.id)}
        >
          {trans.__('Try now')}
        </button>
        <button type="button" class="dsp-button" onClick={() => void chat.stop()}>
          {trans.__('Stop waiting')}
        </button>
      </div>
    </section>
  );
}

function Heading({ until }: { until: string | null }) {
  const trans = useTrans();
  useVisibleInterval(TICK_MS);
  const ms = until ? Date.parse(until) - Date.now() : 0;
  return (
    <div class="dsp-card-head">
      <Icon name="key" />
      <p>
        <strong role="status">{trans.__('Waiting for key refresh')}</strong>
        {until && ms > 0 && (
          <>
            : {trans.__('expected at %1', moment(until))}{' '}
            <span class="dsp-figure dsp-nobreak">{trans.__('(in %1)', left(ms))}</span>
          </>
        )}
        {until && ms <= 0 && <>: {trans.__('expected any moment')}</>}
        {!until && <>: {trans.__('nobody said until when')}</>}
      </p>
    </div>
  );
}

/** In one line how it stands; on a click, why. */
function KeyLine({ candidate, state }: { candidate: Candidate; state: KeyState | undefined }) {
  return (
    <li data-key={candidate.key} title={candidate.model}>
      <details>
        <summary>
          <span class="dsp-key-name">{candidate.key}</span>
          {state && <KeyBadge state={state} />}
          {candidate.until && <span class="dsp-quiet dsp-figure">{moment(candidate.until)}</span>}
        </summary>
        <Prose text={candidate.why} />
      </details>
    </li>
  );
}

/** The first candidate of each key: what is in the way of it is the same for all. */
function byKey(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = new Map<string, Candidate>();
  for (const candidate of candidates)
    if (candidate.key && !first.has(candidate.key)) first.set(candidate.key, candidate);
  return [...first.values()];
}
