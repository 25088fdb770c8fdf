import type { Translation } from '../../host';
import { stateSign } from '../agent-words';
import { type Bar, barAt, type Scale } from './bars';
import type { Line } from './periods';
import type { HasHistory } from './store';
import { arrivalWords, calledBy, endWords } from './words';

interface Props {
  readonly line: Line;
  readonly bars: readonly Bar[];
  readonly scale: Scale;
  /** In px, from the first row's. */
  readonly top: number;
  /** The moment the keyboard is at, where it is in this row. */
  readonly current: number | null;
  readonly store: HasHistory;
  readonly trans: Translation;
  readonly onOpen: ((agentId: string) => void) | null;
}

/** One agent's bars, beside or under its name. The chart around them has the keyboard; the table has the words. */
export function ChartRow({ line, bars, scale, top, current, store, trans, onOpen }: Props) {
  const { agentId, depth, arrivals, ends } = line;
  const chosen = current === null ? -1 : barAt(bars, current);
  const marks = [
    ...arrivals.map(arrival => ({
      at: arrival.at,
      kind: 'arrival',
      sign: '▾',
      words: arrivalWords(arrival, store, trans)
    })),
    ...ends.map(end => ({
      at: end.at,
      kind: `end-${end.how === 'done' ? 'done' : 'bad'}`,
      sign: signOf(end.how),
      words: endWords(end, trans)
    }))
  ];
  return (
    <div
      class={`dsp-tl-row ${current === null ? '' : 'dsp-tl-current'}`}
      style={{ transform: `translateY(${top}px)` }}
      data-agent={agentId}
    >
      <Name agentId={agentId} depth={depth} store={store} trans={trans} onOpen={onOpen} />
      <div class="dsp-tl-track">
        {bars.map((bar, place) => (
          <span
            key={bar.from}
            class={`dsp-tl-bar dsp-tl-${bar.state} ${place === chosen ? 'dsp-tl-chosen' : ''}`}
            style={{ left: `${bar.left}px`, width: `${bar.width}px` }}
            data-at={bar.from || 1}
            data-state={bar.state}
          />
        ))}
        {marks
          .filter(({ at }) => at >= scale.from && at <= scale.until)
          .map(({ at, kind, sign, words }) => (
            <span
              key={`${kind}-${at}-${words}`}
              class={`dsp-tl-mark dsp-tl-${kind}`}
              style={{ left: `${((at - scale.from) / (scale.until - scale.from)) * scale.width}px` }}
              title={words}
            >
              {sign}
            </span>
          ))}
      </div>
    </div>
  );
}

function signOf(how: string): string {
  return how === 'done' ? '✓' : how === 'cancelled' || how === 'interrupted' ? '■' : '✕';
}

function Name({
  agentId,
  depth,
  store,
  trans,
  onOpen
}: Pick<Line, 'agentId' | 'depth'> & Pick<Props, 'store' | 'trans' | 'onOpen'>) {
  const agent = store.tables.agents.get(agentId)?.value;
  const name = calledBy(store, agentId);
  const [sign, words] = agent ? stateSign(agent, trans) : ['', ''];
  const indent = { paddingInlineStart: `${Math.min(depth, 5) * 10}px` };
  return (
    <span class="dsp-tl-name" style={indent}>
      <span class={`dsp-tl-now dsp-agent-${agent?.status ?? ''}`} title={words}>
        <span>{sign}</span>
      </span>
      {onOpen ? (
        <button
          type="button"
          class="dsp-thread-link"
          tabIndex={-1}
          title={trans.__('Open the thread of %1', name)}
          onClick={() => onOpen(agentId)}
        >
          {name}
        </button>
      ) : (
        <span title={name}>{name}</span>
      )}
    </span>
  );
}
