import type { SessionStore } from '../../store/session-store';
import { useTrans } from '../context';
import { dollars } from '../format';

/** "6 agents · 2 running · 2 waiting · 1 done · 1 error", in signs where there is little room; and what they cost. */
export function Summary({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const { total, running, waiting, done, errors } = store.tree.counts.value;
  const cost = store.tree.cost.value;
  const parts: readonly (readonly [string, string, string, number])[] = [
    ['running', '●', trans._n('1 running', '%1 running', running), running],
    ['waiting', '◐', trans._n('1 waiting', '%1 waiting', waiting), waiting],
    ['done', '✓', trans._n('1 done', '%1 done', done), done],
    ['error', '✕', trans._n('1 error', '%1 errors', errors), errors]
  ];
  return (
    <span class="dsp-summary" data-total={total}>
      <span class="dsp-summary-words">
        <span class="dsp-summary-total">{trans._n('1 agent', '%1 agents', total)}</span>
        {parts.map(
          ([name, sign, words, count]) =>
            count > 0 && (
              <span key={name} class={`dsp-summary-part dsp-tone-${name}`} data-count={count} title={words}>
                <span class="dsp-mark dsp-summary-short" aria-hidden="true">
                  {sign}
                  {count}
                </span>
                <span class="dsp-summary-long">{words}</span>
              </span>
            )
        )}
      </span>
      {cost.usd > 0 && (
        <span
          class="dsp-summary-cost"
          title={cost.partial ? trans.__('The price of some of it is unknown') : trans.__('All agents together')}
        >
          {dollars(cost.usd)}
          {cost.partial && '+'}
        </span>
      )}
    </span>
  );
}

/** How many wait for the person; a click shows the first of them. */
export function Asking({ store, onPick }: { store: SessionStore; onPick: (agentId: string) => void }) {
  const trans = useTrans();
  const { asking } = store.tree.counts.value;
  if (!asking) return null;
  const first = store.open.value[0];
  return (
    <button
      type="button"
      class="dsp-asks dsp-asks-button"
      title={trans.__('Show who waits for you')}
      onClick={() => first && onPick(first.agent_id)}
    >
      {trans._n('1 asks you', '%1 ask you', asking)}
    </button>
  );
}
