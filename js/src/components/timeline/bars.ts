import type { Line, Period, PeriodState } from './periods';

/** The part of the time that is shown, and how wide. */
export interface Scale {
  readonly from: number;
  readonly until: number;
  /** In CSS pixels. */
  readonly width: number;
}

/** What is drawn for one period, or for several that are too short to be seen one by one. */
export interface Bar {
  /** Of several, the one that lasted longest. */
  readonly state: PeriodState;
  readonly left: number;
  readonly width: number;
  /** What it stands for. */
  readonly periods: readonly Period[];
  readonly from: number;
  readonly until: number;
}

/** Narrower than this cannot be told from its neighbours, in px. */
const NARROW = 3;

const RESTS: ReadonlySet<PeriodState> = new Set(['idle', 'unknown']);

/** The bars of a line at that scale, from left to right. Each is as wide as can be seen. */
export function barsOf({ periods }: Pick<Line, 'periods'>, scale: Scale): readonly Bar[] {
  const bars: Bar[] = [];
  let heap: Period[] = [];
  const place = (time: number) =>
    ((Math.min(scale.until, Math.max(scale.from, time)) - scale.from) / (scale.until - scale.from)) * scale.width;
  const flush = () => {
    if (heap.length) bars.push(barOf(heap, place, scale));
    heap = [];
  };
  for (const period of periods) {
    const until = period.until ?? scale.until;
    if (until <= scale.from || period.from >= scale.until) continue;
    const wide = place(until) - place(period.from) >= NARROW;
    if (!wide && RESTS.has(period.state)) continue; // a moment in which nothing happened says nothing
    const first = heap[0];
    if (first && place(until) - place(first.from) > NARROW) flush();
    heap.push(period);
    if (wide) flush();
  }
  flush();
  return bars;
}

function barOf(periods: readonly Period[], place: (time: number) => number, scale: Scale): Bar {
  const from = periods[0]?.from ?? 0;
  const until = periods.at(-1)?.until ?? scale.until;
  const left = Math.min(place(from), scale.width - 2);
  return { state: longest(periods, scale), left, width: Math.max(2, place(until) - left), periods, from, until };
}

function longest(periods: readonly Period[], { until }: Scale): PeriodState {
  const sums = new Map<PeriodState, number>();
  for (const period of periods)
    sums.set(period.state, (sums.get(period.state) ?? 0) + (period.until ?? until) - period.from);
  return [...sums].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** The bar at a moment, else the one nearest to it; -1 where there is none. */
export function barAt(bars: readonly Bar[], time: number): number {
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (const [place, { from, until }] of bars.entries()) {
    const away = time < from ? from - time : time >= until ? time - until + 1 : 0;
    if (away < distance) [best, distance] = [place, away];
  }
  return best;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map(n => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 168].map(n => n * HOUR)
];
/** Labels need so much room each, in px. */
const APART = 76;

export interface Tick {
  readonly at: number;
  readonly left: number;
  readonly label: string;
}

/** Round times of the clock, as many as fit. */
export function ticksOf({ from, until, width }: Scale): readonly Tick[] {
  const least = ((until - from) * APART) / Math.max(1, width);
  const step = STEPS.find(length => length >= least) ?? STEPS.at(-1) ?? HOUR;
  const offset = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at < until; at += step) {
    const left = ((at - from) / (until - from)) * width;
    if (left <= width - APART / 2) ticks.push({ at, left, label: labelOf(at, step) });
  }
  return ticks;
}

function labelOf(at: number, step: number): string {
  const midnight = new Date(at).getHours() === 0 && step >= HOUR;
  if (midnight || step >= 24 * HOUR)
    return new Date(at).toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  return clock(at, step < MINUTE);
}

/** 14:05, 14:05:10 */
export function clock(at: number, seconds = true): string {
  return new Date(at).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
    hourCycle: 'h23'
  });
}
