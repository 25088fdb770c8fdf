import { expect, it } from 'vitest';
import { exactDollars, isFar, left, moment, nextMoment } from '../../src/components/format';

const NOW = Date.parse('2026-11-30T18:48:00Z');
const DAY = 86_400_000;

it.each([
  [0, '0 s'],
  [59_000, '59 s'],
  [12 * 60_000, '12 min'],
  [5 * 3_600_000 + 12 * 60_000, '5 h 12 min'],
  [3 * DAY + 4 * 3_600_000, '3 d 4 h'],
  [45 * DAY + 4 * 3_600_000, '45 d']
])('says how much time is left no finer than it matters: %i ms', (ms, words) => {
  expect(left(ms)).toBe(words);
});

it.each([
  [0, '$0.00'],
  [5, '$5.00'],
  [1234.5, '$1,234.50'],
  [0.0999, '$0.10'],
  [0.07, '$0.07'],
  [0.015, '$0.015'],
  [0.000031, '$0.000031'],
  [1e-9, '$0.000000001'],
  [1e-12, '$0.00']
])('writes small amounts with the digits that count, as the server does: %d', (usd, words) => {
  expect(exactDollars(usd)).toBe(words);
});

it('calls far what nobody waits for, and nothing that a yearly plan brings', () => {
  expect(isFar('2999-01-01T00:00:00Z', NOW)).toBe(true);
  expect(isFar(new Date(NOW + 365 * DAY).toISOString(), NOW)).toBe(false);
});

it('says a time within a day from now without the day', () => {
  const at = (ahead: number) => nextMoment(new Date(NOW + ahead).toISOString(), NOW);
  expect(at(DAY - 60_000)).toMatch(/^\d\d:\d\d$/);
  expect(at(DAY)).toMatch(/^Dec 1, .*\d\d:\d\d$/);
  expect(at(-DAY)).toMatch(/^Nov 29, .*\d\d:\d\d$/);
});

it('names the zone of a time only where it is asked to', () => {
  const stamp = '2026-12-01T00:00:00Z';
  expect(moment(stamp, 'zone', NOW)).not.toBe(moment(stamp, undefined, NOW));
  expect(moment(stamp, 'zone', NOW).startsWith(moment(stamp, undefined, NOW))).toBe(true);
});
