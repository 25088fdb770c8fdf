import { useComputed } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { Translation } from '../../host';
import { Chart } from './Chart';
import { useNow } from './clock';
import { type Extent, extentOf, type PeriodState } from './periods';
import { type HasHistory, historyOf } from './store';
import { TimelineTable } from './TimelineTable';
import { stateWord } from './words';

const RECENT_MS = 5 * 60_000;
const STATES: readonly PeriodState[] = ['running', 'user', 'request', 'children', 'key', 'idle', 'unknown'];

type Zoom = 'fit' | 'recent';

interface Props {
  readonly store: HasHistory;
  readonly trans: Translation;
  /** Leads to an agent's thread; null where the page cannot. */
  readonly onOpen: ((agentId: string) => void) | null;
}

/** Who ran when, and waited on what: a row an agent, as a chart or as a table. Fills its box; goes inside `.dsp-chat`. */
export function Timeline({ store, trans, onOpen }: Props) {
  const lines = useComputed(() => historyOf(store));
  const [zoom, setZoom] = useState<Zoom>('fit');
  const [table, setTable] = useState(false);
  const occurring = useComputed(() => new Set(lines.value.flatMap(({ periods }) => periods.map(({ state }) => state))));
  const live = useComputed(() => extentOf(lines.value, 0).live);
  const now = useNow(live.value);
  const all = extentOf(lines.value, now);
  const shown = zoom === 'fit' ? all : recent(all);
  return (
    <section class="dsp-timeline" aria-label={trans.__('Timeline')} data-live={all.live}>
      <div class="dsp-row dsp-tl-tools">
        <Choice
          label={trans.__('Time shown')}
          value={zoom}
          options={[
            ['fit', trans.__('All')],
            ['recent', trans.__('Last 5 min')]
          ]}
          disabled={table}
          onPick={setZoom}
        />
        <span class="dsp-space" />
        <Choice
          label={trans.__('Shown as')}
          value={table ? 'table' : 'chart'}
          options={[
            ['chart', trans.__('Chart')],
            ['table', trans.__('Table')]
          ]}
          onPick={value => setTable(value === 'table')}
        />
      </div>
      {!lines.value.length && <p class="dsp-wait">{trans.__('No agents yet.')}</p>}
      {table ? (
        <TimelineTable lines={lines.value} store={store} trans={trans} now={all.until} onOpen={onOpen} />
      ) : (
        <>
          <Chart lines={lines.value} extent={shown} store={store} trans={trans} onOpen={onOpen} />
          <ul class="dsp-tl-legend" aria-label={trans.__('What the bars mean')}>
            {STATES.filter(state => occurring.value.has(state)).map(state => (
              <li key={state}>
                <span class={`dsp-tl-swatch dsp-tl-${state}`} aria-hidden="true" /> {stateWord(state, trans)}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function recent({ from, until, live }: Extent): Extent {
  return { from: Math.max(from, until - RECENT_MS), until, live };
}

interface ChoiceProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly (readonly [V, string])[];
  readonly disabled?: boolean;
  readonly onPick: (value: V) => void;
}

/** A few answers, one of which holds. */
function Choice<V extends string>({ label, value, options, disabled = false, onPick }: ChoiceProps<V>) {
  return (
    <div class="dsp-tl-choice" role="group" aria-label={label}>
      {options.map(([option, words]) => (
        <button
          key={option}
          type="button"
          aria-pressed={option === value}
          disabled={disabled}
          data-option={option}
          onClick={() => onPick(option)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
