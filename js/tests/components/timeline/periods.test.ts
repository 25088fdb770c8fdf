import { expect, it } from 'vitest';
import { barAt, barsOf, type Scale, ticksOf } from '../../../src/components/timeline/bars';
import { extentOf, linesOf, type Period } from '../../../src/components/timeline/periods';
import type { Agent, Transition } from '../../../src/protocol';
import { AGENT, agent, child, SESSION, transition } from '../../records';

const START = Date.parse('2026-01-02T03:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const ID = `${SESSION}-ab12c0ff`;
let count = 0;
const came = (seconds: number, status: Transition['status'], fields: Partial<Transition> = {}) =>
  transition(`t${count++}`, { agent_id: ID, status, at: at(seconds), ...fields });
const one = (transitions: Transition[], fields: Partial<Agent> = {}) => {
  const record = child('ab12c0ff', { created_at: at(0), ...fields });
  const [line] = linesOf([{ id: ID, depth: 1 }], () => record, transitions);
  if (!line) throw new Error('No line');
  return line;
};
const told = (periods: readonly Period[]) =>
  periods.map(({ state, from, until }) => [
    state,
    (from - START) / 1_000,
    until === null ? null : (until - START) / 1_000
  ]);

it('makes periods of what an agent came into, each until the next', () => {
  const line = one([
    came(0, 'idle'),
    came(1, 'running'),
    came(4, 'waiting', { waiting_on: 'user' }),
    came(9, 'running'),
    came(10, 'waiting', { waiting_on: 'children', waits_for: ['x'] }),
    came(12, 'waiting_for_key'),
    came(15, 'done')
  ]);
  expect(told(line.periods)).toEqual([
    ['idle', 0, 1],
    ['running', 1, 4],
    ['user', 4, 9],
    ['running', 9, 10],
    ['children', 10, 12],
    ['key', 12, 15]
  ]);
  expect(line.periods[4]?.waitsFor).toEqual(['x']);
  expect(line.ends).toEqual([{ at: START + 15_000, how: 'done' }]);
});

it('lets the last one go on, and begins anew after an interruption', () => {
  const line = one([came(0, 'running'), came(3, 'error', { code: 'interrupted' }), came(8, 'running')]);
  expect(told(line.periods)).toEqual([
    ['running', 0, 3],
    ['running', 8, null]
  ]);
  expect(line.ends).toEqual([{ at: START + 3_000, how: 'interrupted' }]);
});

it('says of what is not here that it is not', () => {
  expect(told(one([came(30, 'running')]).periods)).toEqual([
    ['unknown', 0, 30],
    ['running', 30, null]
  ]);
  expect(told(one([], { status: 'done', ended_at: at(20) }).periods)).toEqual([['unknown', 0, 20]]);
  expect(told(one([], { status: 'running' }).periods)).toEqual([['unknown', 0, null]]);
});

it('joins what did not change', () => {
  const line = one([came(0, 'running'), came(1, 'running'), came(2, 'waiting', { waiting_on: 'request' })]);
  expect(told(line.periods)).toEqual([
    ['running', 0, 2],
    ['request', 2, null]
  ]);
});

it('tells a parent’s line of results nobody waited for, once', () => {
  const records: Record<string, Agent> = {
    [AGENT]: agent({ created_at: at(0) }),
    [ID]: child('ab12c0ff', { background: true, created_at: at(1), ended_at: at(9), status: 'done' }),
    [`${SESSION}-cd34c0ff`]: child('cd34c0ff', { created_at: at(1), ended_at: at(5), status: 'done' })
  };
  const rows = Object.keys(records).map(id => ({ id, depth: 0 }));
  const message = { at: START + 9_100, from: ID, purpose: 'result' } as const;
  const arrivals = (known = new Map()) => linesOf(rows, id => records[id], [], known)[0]?.arrivals;
  expect(arrivals()).toEqual([{ at: START + 9_000, from: ID, purpose: 'result' }]);
  expect(arrivals(new Map([[AGENT, [message]]]))).toEqual([message]);
});

it('shows all from the first to the last moment, and to the present while something goes on', () => {
  const now = START + 60_000;
  const over = one([came(2, 'running'), came(10, 'done')], { created_at: at(2) });
  expect(extentOf([over], now)).toEqual({ from: START + 2_000, until: START + 10_000, live: false });
  expect(extentOf([over, one([came(1, 'running')])], now)).toMatchObject({ until: now, live: true });
  expect(extentOf([one([came(0, 'running'), came(3, 'idle')])], now)).toMatchObject({
    until: START + 3_000,
    live: false
  });
  expect(extentOf([], now)).toEqual({ from: now, until: now, live: false });
});

const scale = (seconds: number, width = 500, from = 0): Scale => ({
  from: START + from * 1_000,
  until: START + (from + seconds) * 1_000,
  width
});

it('draws a bar for each period that can be seen, in its place', () => {
  const line = one([came(0, 'running'), came(50, 'waiting', { waiting_on: 'user' }), came(75, 'done')]);
  expect(barsOf(line, scale(100)).map(({ state, left, width }) => [state, left, width])).toEqual([
    ['running', 0, 250],
    ['user', 250, 125]
  ]);
});

it('cuts what begins before or goes on after the part that is shown, and leaves out what is not in it', () => {
  const line = one([came(0, 'running'), came(20, 'waiting'), came(40, 'running')]);
  expect(barsOf(line, scale(10, 100, 15)).map(({ state, left, width }) => [state, left, width])).toEqual([
    ['running', 0, 50],
    ['children', 50, 50]
  ]);
});

it('draws thousands of short ones as few, none of them lost, each as wide as can be seen', () => {
  const many = Array.from({ length: 4_000 }, (_, place) =>
    came(place / 10, place % 2 ? 'waiting' : 'running', place % 2 ? { waiting_on: 'children' } : {})
  );
  const line = one(many);
  const drawn = barsOf(line, scale(400, 600));
  expect(drawn.length).toBeLessThanOrEqual(300);
  expect(drawn.reduce((sum, { periods }) => sum + periods.length, 0)).toBe(4_000);
  for (const { left, width } of drawn) {
    expect(width).toBeGreaterThanOrEqual(2);
    expect(left + width).toBeLessThanOrEqual(600.01);
  }
});

it('draws no moment of rest', () => {
  const line = one([came(0, 'idle'), came(0.01, 'running'), came(50, 'idle'), came(80, 'running')]);
  expect(barsOf(line, scale(100)).map(({ state }) => state)).toEqual(['running', 'idle', 'running']);
});

it('finds the bar at a moment, else the nearest', () => {
  const drawn = barsOf(one([came(0, 'running'), came(10, 'error'), came(50, 'running'), came(60, 'done')]), scale(100));
  const found = (seconds: number) => barAt(drawn, START + seconds * 1_000);
  expect([found(5), found(12), found(45), found(55), found(99)]).toEqual([0, 0, 1, 1, 1]);
  expect(barAt([], 0)).toBe(-1);
});

it.each([
  [30, 200],
  [300, 234],
  [3_600, 800],
  [86_400 * 3, 600]
])('marks %i s on %i px with few round times that do not touch', (seconds, width) => {
  const ticks = ticksOf(scale(seconds, width));
  expect(ticks.length).toBeGreaterThan(0);
  for (const [place, tick] of ticks.entries()) {
    const next = ticks[place + 1];
    if (next) expect(next.left - tick.left).toBeGreaterThanOrEqual(76 - 0.01);
    if (next) expect(next.label).not.toBe(tick.label);
  }
});
