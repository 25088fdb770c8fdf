import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Translation } from '../../host';
import { type Bar, barAt, barsOf, type Scale, ticksOf } from './bars';
import { ChartRow } from './ChartRow';
import { useSize } from './clock';
import { Details } from './Details';
import { placeAfter } from './keys';
import type { Extent, Line } from './periods';
import type { HasHistory } from './store';

/** Below this width names stand over the bars, in px. */
const NARROW = 420;
/** Heights of a row and of the axis, and the width of the names: as in the style sheet, in px. */
const ROW = 26;
const TALL_ROW = 40;
const AXIS = 22;
const NAMES = 150;
const GAP = 10;
/** Rows drawn beyond those that are seen. */
const SPARE = 4;

interface Props {
  readonly lines: readonly Line[];
  readonly extent: Extent;
  readonly store: HasHistory;
  readonly trans: Translation;
  readonly onOpen: ((agentId: string) => void) | null;
}

/** A bar, by whose it is and a moment in it: where bars move, it stays the same one. */
export interface Spot {
  readonly agentId: string;
  readonly at: number;
}

/** Bars on an axis of time. Only the rows in sight are in the page; the arrow keys go from bar to bar. */
export function Chart({ lines, extent, store, trans, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const details = useId();
  const { width, height } = useSize(box);
  const [top, setTop] = useState(0);
  const [chosen, setChosen] = useState<Spot | null>(null);
  const [hovered, setHovered] = useState<Spot | null>(null);
  const narrow = width < NARROW;
  const row = narrow ? TALL_ROW : ROW;
  const scale: Scale = {
    from: extent.from,
    until: extent.until,
    width: Math.max(40, width - (narrow ? 2 * GAP : NAMES + GAP))
  };
  const first = Math.max(0, Math.floor(top / row) - SPARE);
  const count = Math.ceil((height || 400) / row) + 2 * SPARE;
  const bars = (line: Line) => barsOf(line, scale);

  // a row that the keyboard went to comes into sight
  useEffect(() => {
    const place = lines.findIndex(({ agentId }) => agentId === chosen?.agentId);
    const seen = box.current;
    if (!seen || place < 0) return;
    const above = place * row;
    const below = above + row - (seen.clientHeight - AXIS);
    if (seen.scrollTop > above) seen.scrollTop = above;
    else if (seen.scrollTop < below) seen.scrollTop = below;
  }, [chosen?.agentId, row]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && chosen && onOpen) onOpen(chosen.agentId);
    else {
      const next = placeAfter(event, chosen, lines, bars);
      if (!next) return;
      setChosen(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const spotted = hovered ?? chosen;
  return (
    <>
      <div
        class={`dsp-tl-box ${narrow ? 'dsp-tl-narrow' : ''}`}
        ref={box}
        role="application"
        aria-roledescription={trans.__('timeline')}
        aria-label={trans.__('Who ran when: arrow keys move between bars, Enter opens the thread')}
        aria-describedby={details}
        tabIndex={0}
        data-lm-suppress-shortcuts="true"
        onScroll={event => setTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
        onFocus={() => !chosen && setChosen(firstSpot(lines))}
        onMouseMove={event => setHovered(before => spotUnder(event, before))}
        onMouseLeave={() => setHovered(null)}
        onClick={event => setChosen(spotUnder(event, null) ?? chosen)}
      >
        <Axis scale={scale} />
        <div class="dsp-tl-rows" style={{ height: `${lines.length * row}px` }}>
          {lines.slice(first, first + count).map((line, place) => (
            <ChartRow
              key={line.agentId}
              line={line}
              bars={bars(line)}
              scale={scale}
              top={(first + place) * row}
              current={chosen?.agentId === line.agentId ? chosen.at : null}
              store={store}
              trans={trans}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
      <Details
        id={details}
        line={lines.find(({ agentId }) => agentId === spotted?.agentId) ?? null}
        bar={barOf(lines, spotted, bars)}
        now={extent.until}
        store={store}
        trans={trans}
        onOpen={onOpen}
      />
    </>
  );
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <div class="dsp-tl-axis" aria-hidden="true">
      <div class="dsp-tl-track">
        {ticksOf(scale).map(({ at, left, label }) => (
          <span key={at} style={{ left: `${left}px` }}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

function barOf(lines: readonly Line[], spot: Spot | null, bars: (line: Line) => readonly Bar[]): Bar | null {
  const line = lines.find(({ agentId }) => agentId === spot?.agentId);
  if (!line || !spot) return null;
  const drawn = bars(line);
  return drawn[barAt(drawn, spot.at)] ?? null;
}

/** Where the keyboard begins: at the last thing the first agent did. */
function firstSpot([line]: readonly Line[]): Spot | null {
  return line ? { agentId: line.agentId, at: line.periods.at(-1)?.from ?? 0 } : null;
}

/** What the pointer is at; the same object while it stays there. */
function spotUnder(event: MouseEvent, before: Spot | null): Spot | null {
  const target = event.target instanceof Element ? event.target : null;
  const agentId = target?.closest<HTMLElement>('[data-agent]')?.dataset.agent;
  const at = Number(target?.closest<HTMLElement>('[data-at]')?.dataset.at);
  if (!agentId || !at) return null;
  return before?.agentId === agentId && before.at === at ? before : { agentId, at };
}
