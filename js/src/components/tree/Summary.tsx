import type { SessionStore } from '../../store/session-store';
import { useTrans } from '../context';
import { dollars } from '../format';

/** "6 agents · 2 running · 2 waiting · 1 done · 1 error", on as many lines as it takes. */
export function Summary({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const { total, running, waiting, done, stopped, interrupted, errors } = store.tree.counts.value;
  const parts: readonly (readonly [string, number, string])[] = [
    ['total', total, trans._n('1 agent', '%1 agents', total)],
    ['running', running, trans._n('1 running', '%1 running', running)],
    ['waiting', waiting, trans._n('1 waiting', '%1 waiting', waiting)],
    ['done', done, trans._n('1 done', '%1 done', done)],
    ['stopped', stopped, trans._n('1 stopped', '%1 stopped', stopped)],
    ['interrupted', interrupted, trans._n('1 interrupted', '%1 interrupted', interrupted)],
    ['errors', errors, trans._n('1 error', '%1 errors', errors)]
  ];
  return (
    <span class="dsp-summary" data-total={total}>
      {parts.map(
        ([name, count, words]) =>
          count > 0 && (
            <span key={name} class="dsp-summary-part" data-of={name} data-count={count}>
              {words}
            </span>
          )
      )}
    </span>
  );
}

interface AsideProps {
  readonly store: SessionStore;
  readonly onPick: (agentId: string) => void;
}

/** Beside the summary: what all agents have cost together, and how many wait for the person. */
export function SummaryAside({ store, onPick }: AsideProps) {
  const trans = useTrans();
  const { usd, partial } = store.tree.cost.value;
  return (
    <span class="dsp-summary-aside">
      {usd > 0 && (
        <span
          class="dsp-summary-cost"
          title={partial ? trans.__('The price of some of it is unknown') : trans.__('All agents together')}
        >
          {dollars(usd)}
          {partial && '+'}
        </span>
      )}
      <Asking store={store} onPick={onPick} />
    </span>
  );
}

/** How many wait for the person; a click shows the first of them. */
function Asking({ store, onPick }: AsideProps) {
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
