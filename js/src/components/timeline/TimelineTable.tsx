import { useState } from 'preact/hooks';
import type { Translation } from '../../host';
import { agentPath, stateSign } from '../agent-words';
import { duration } from '../format';
import { clock } from './bars';
import type { Line, PeriodState } from './periods';
import type { HasHistory } from './store';
import { arrivalWords, endWords, periodWord, spanWords } from './words';

const COLUMNS: readonly PeriodState[] = ['running', 'user', 'request', 'children', 'key'];
/** Periods shown of one agent: the latest. */
const MOST = 200;

interface Props {
  readonly lines: readonly Line[];
  readonly store: HasHistory;
  readonly trans: Translation;
  /** Until when what goes on is counted. */
  readonly now: number;
  readonly onOpen: ((agentId: string) => void) | null;
}

/** The timeline in words and figures: how long each agent ran, and waited on what; its periods one by one. */
export function TimelineTable({ lines, store, trans, now, onOpen }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <div class="dsp-tl-table" tabIndex={0} role="group" aria-label={trans.__('Timeline as a table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Agent')}</th>
            <th scope="col">{trans.__('Began')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Ran')}</th>
            <th scope="col">{trans.__('For your answer')}</th>
            <th scope="col">{trans.__('For leave')}</th>
            <th scope="col">{trans.__('For agents')}</th>
            <th scope="col">{trans.__('For a key')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(line => (
            <Figures
              key={line.agentId}
              line={line}
              store={store}
              trans={trans}
              now={now}
              open={open === line.agentId}
              onToggle={() => setOpen(open === line.agentId ? null : line.agentId)}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FiguresProps extends Omit<Props, 'lines'> {
  readonly line: Line;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Figures({ line, store, trans, now, open, onToggle, onOpen }: FiguresProps) {
  const agent = store.tables.agents.get(line.agentId)?.value;
  const name = agentPath(store, line.agentId);
  return (
    <>
      <tr data-agent={line.agentId}>
        <th scope="row">
          <button type="button" class="dsp-thread-link" aria-expanded={open} onClick={onToggle}>
            {name}
          </button>
        </th>
        <td>{clock(line.periods[0]?.from ?? now)}</td>
        <td>{agent ? stateSign(agent, trans).join(' ') : ''}</td>
        {COLUMNS.map(state => (
          <td key={state} data-state={state}>
            {timeIn(line, state, now)}
          </td>
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={3 + COLUMNS.length}>
            <Periods line={line} store={store} trans={trans} now={now} />
            {onOpen && (
              <button type="button" class="dsp-button" onClick={() => onOpen(line.agentId)}>
                {trans.__('Open its thread')}
              </button>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

function timeIn({ periods }: Line, wanted: PeriodState, now: number): string {
  const sum = periods
    .filter(({ state }) => state === wanted)
    .reduce((total, { from, until }) => total + (until ?? now) - from, 0);
  return sum > 0 ? duration(sum) : '–';
}

/** All that happened to one agent, in its order. */
function Periods({ line, store, trans, now }: Pick<FiguresProps, 'line' | 'store' | 'trans' | 'now'>) {
  const all = [
    ...line.periods.map(period => ({
      at: period.from,
      words: `${periodWord(period, store, trans)} · ${spanWords(period.from, period.until, now, trans)}`
    })),
    ...line.arrivals.map(arrival => ({ at: arrival.at, words: arrivalWords(arrival, store, trans) })),
    ...line.ends.map(end => ({ at: end.at, words: endWords(end, trans) }))
  ].sort((a, b) => a.at - b.at);
  const left = Math.max(0, all.length - MOST);
  return (
    <ol class="dsp-tl-periods" start={left + 1}>
      {left > 0 && <li class="dsp-quiet">{trans._n('1 earlier one', '%1 earlier ones', left)}</li>}
      {all.slice(left).map(({ at, words }, place) => (
        <li key={`${at}-${place}`}>{words}</li>
      ))}
    </ol>
  );
}
