import { useEffect } from 'preact/hooks';
import type { Agent, Candidate, KeyState } from '../protocol';
import { sessionOf } from '../store/agent-ids';
import { useChat, useTrans } from './context';
import { isFar, left, moment } from './format';
import { Icon } from './Icon';
import { Prose } from './Prose';
import { KeyBadge } from './settings/KeyBadge';
import { useVisibleInterval, whileVisible } from './shell/clock';
import { useResource, useResources } from './use-resource';

const TICK_MS = 1_000;
/** How often is asked who else waits: agents of other sessions begin and end to wait without a word to this one. */
const OTHERS_MS = 5_000;

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
      <Heading until={agent.waiting_until} guessed={isGuess(agent.waiting_until, candidates, models?.keys ?? [])} />
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
          title={trans.__('Lets every agent that waits try each key once, whatever was said of it')}
          onClick={() => void chat.resume(agent.id)}
        >
          {trans.__('Try now')}
        </button>
        <button type="button" class="dsp-button" onClick={() => void chat.stop()}>
          {trans.__('Stop waiting')}
        </button>
      </div>
      <Others of={agent} />
    </section>
  );
}

/** @param guessed nobody said `until`: it is tried again then. */
function Heading({ until, guessed }: { until: string | null; guessed: boolean }) {
  const trans = useTrans();
  useVisibleInterval(TICK_MS);
  const ms = until ? Date.parse(until) - Date.now() : 0;
  const far = until !== null && isFar(until);
  return (
    <div class="dsp-card-head">
      <Icon name="key" />
      <p>
        <strong role="status">{trans.__('Waiting for key refresh')}</strong>
        {far && <>: {trans.__('no reset known')}</>}
        {until && ms > 0 && !far && (
          <>
            :{' '}
            {guessed
              ? trans.__('tried again at %1', moment(until, 'zone'))
              : trans.__('expected at %1', moment(until, 'zone'))}{' '}
            <span class="dsp-figure dsp-nobreak">{trans.__('(in %1)', left(ms))}</span>
          </>
        )}
        {until && ms <= 0 && <>: {guessed ? trans.__('tried again any moment') : trans.__('expected any moment')}</>}
        {!until && <>: {trans.__('nobody said until when')}</>}
      </p>
    </div>
  );
}

/** Keys are everybody's, and so is another chance for them: whoever asks for one is to know who takes it. */
function Others({ of: { id } }: { of: Agent }) {
  const chat = useChat();
  const trans = useTrans();
  useEffect(() => whileVisible(OTHERS_MS, () => void chat.refreshStatus()), [chat]);
  const here = chat.store.value?.tables.agents.watch() ?? [];
  const elsewhere = (chat.status.value?.agents ?? []).filter(one => one.session_id !== sessionOf(id));
  const waits = ({ status }: Pick<Agent, 'status'>) => status === 'waiting_for_key';
  const others = here.filter(one => one.id !== id && waits(one)).length + elsewhere.filter(waits).length;
  if (!others) return null;
  return (
    <p class="dsp-quiet dsp-small" data-others={others}>
      {trans._n(
        '“Try now” lets 1 other agent that waits try, too.',
        '“Try now” lets %1 other agents that wait try, too.',
        others
      )}
    </p>
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
          {candidate.until && !isFar(candidate.until) && (
            <span class="dsp-quiet dsp-figure">{moment(candidate.until)}</span>
          )}
        </summary>
        <Prose text={candidate.why} />
      </details>
    </li>
  );
}

/** Whether nobody said that time: of none of the keys that are waited for until then. */
function isGuess(until: string | null, candidates: readonly Candidate[], states: readonly KeyState[]): boolean {
  const at = until ? Date.parse(until) : Number.NaN;
  const wanted = new Set(candidates.map(({ key }) => key));
  const first = states.filter(state => state.until && Date.parse(state.until) === at && wanted.has(state.id));
  return first.length > 0 && first.every(({ guessed }) => guessed);
}

/** The first candidate of each key: what is in the way of it is the same for all. */
function byKey(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = new Map<string, Candidate>();
  for (const candidate of candidates)
    if (candidate.key && !first.has(candidate.key)) first.set(candidate.key, candidate);
  return [...first.values()];
}
