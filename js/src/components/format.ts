import type { Translation } from '../host';
import type { Usage } from '../protocol';

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

/** 950, 18.4K */
export function count(n: number): string {
  return compact.format(n);
}

const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** The server counts money in whole nano-USD. */
const MONEY_DECIMALS = 9;

/** $0.07, <$0.01: short, where many stand in a row. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? '<$0.01' : `$${cents.format(usd)}`;
}

/** $5.00, $1,234.50; less than ten cents with the two digits that count: $0.07, $0.015, $0.000031. As the server. */
export function exactDollars(usd: number): string {
  if (usd <= 0 || usd >= 0.1) return `$${cents.format(usd)}`;
  const [whole, part = ''] = usd.toFixed(Math.min(MONEY_DECIMALS, 1 - Math.floor(Math.log10(usd)))).split('.');
  return `$${whole}.${part.replace(/0+$/, '').padEnd(2, '0')}`;
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

const DAY_MS = 86_400_000;

/** 00:00 of today, else with the day: Dec 1, 00:00. Of the clock here, which `zone` names: Dec 1, 00:00 GMT+1 */
export function moment(stamp: string, zone?: 'zone', now = Date.now()): string {
  const at = new Date(stamp);
  const named = zone ? ({ timeZoneName: 'short' } as const) : {};
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...named } as const;
  if (at.toDateString() === new Date(now).toDateString()) return at.toLocaleTimeString(undefined, clock);
  const year = at.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const);
  return at.toLocaleString(undefined, { month: 'short', day: 'numeric', ...year, ...clock });
}

/** The same of a time to come: 00:00 says it within a day from now, be it tomorrow's. */
export function nextMoment(stamp: string, now = Date.now()): string {
  const ahead = Date.parse(stamp) - now;
  return moment(stamp, undefined, ahead >= 0 && ahead < DAY_MS ? Date.parse(stamp) : now);
}

/** Beyond this, a time says nothing but that nobody knows one, in ms: providers write year 2999 for "never". */
const FAR_MS = 366 * DAY_MS;

/** Whether a time is too far away to be waited for. */
export function isFar(stamp: string, now = Date.now()): boolean {
  return Date.parse(stamp) - now > FAR_MS;
}

/** Time that is left, no finer than it matters: 40 s, 12 min, 5 h 12 min, 3 d 4 h, 45 d */
export function left(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return days < 14 ? `${days} d ${hours % 24} h` : `${days} d`;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60]
];

/** To make one takes long, and long lists say a time in each row. */
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

/** "5 minutes ago"; older than a week the date. */
export function ago(stamp: string, trans: Translation, now = Date.now()): string {
  const seconds = (now - Date.parse(stamp)) / 1000;
  if (seconds > 7 * 86_400) return new Date(stamp).toLocaleDateString();
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
  }
  return trans.__('just now');
}

/** The last part of a path, of whatever system; of a folder as of a file. */
export function fileName(path: string): string {
  return (
    path
      .replace(/[\\/]$/, '')
      .split(/[\\/]/)
      .at(-1) || path
  );
}
