import type { Translation } from '../host';
import type { Usage } from '../protocol';

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

/** 950, 18.4K */
export function count(n: number): string {
  return compact.format(n);
}

/** $0.07, <$0.01 */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? '<$0.01' : `$${usd.toFixed(2)}`;
}

/** Below a cent with the digits that say something: $0.0042, $0.000031 */
function exactDollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? `$${Number(usd.toPrecision(2)).toFixed(6).replace(/0+$/, '')}` : dollars(usd);
}

/** 12 ms, 4.2 s, 72 s, 4 min 12 s, 2 h 5 min */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds <= 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Time between two stamps without so many milliseconds, or null while it runs. */
export function elapsed(started: string | null, ended: string | null, less = 0): string | null {
  return started && ended ? duration(Date.parse(ended) - Date.parse(started) - less) : null;
}

/** The tokens of a whole agent; empty before the first call. */
export function tokensLine(usage: Usage, trans: Translation): string {
  const tokens = usage.input_tokens + usage.output_tokens;
  return tokens ? trans._n('%1 token', '%2 tokens', tokens, count(tokens)) : '';
}

/** The same with all its parts, for a tooltip. */
export function usageDetails(usage: Usage, contextTokens: number, trans: Translation): string {
  const price = usage.cost_usd === null ? trans.__('price unknown') : exactDollars(usage.cost_usd);
  return [
    trans.__('Input: %1 tokens (%2 from the cache)', count(usage.input_tokens), count(usage.cached_tokens)),
    trans.__('Output: %1 tokens', count(usage.output_tokens)),
    trans.__('Cost: %1', price),
    trans.__('Context now: %1 tokens', count(contextTokens))
  ].join('\n');
}

/** 00:00 of today, else with the day: Dec 1, 00:00 */
export function moment(stamp: string, now = Date.now()): string {
  const at = new Date(stamp);
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  if (at.toDateString() === new Date(now).toDateString()) return at.toLocaleTimeString(undefined, clock);
  const year = at.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const);
  return at.toLocaleString(undefined, { month: 'short', day: 'numeric', ...year, ...clock });
}

/** Time that is left, no finer than it matters: 40 s, 12 min, 5 h 12 min, 3 d 4 h */
export function left(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60]
];

/** "5 minutes ago"; older than a week the date. */
export function ago(stamp: string, trans: Translation, now = Date.now()): string {
  const seconds = (now - Date.parse(stamp)) / 1000;
  if (seconds > 7 * 86_400) return new Date(stamp).toLocaleDateString();
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
  }
  return trans.__('just now');
}
