import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../src/protocol';
import { Backoff } from '../../src/store/backoff';
import { Connection, type Position } from '../../src/store/connection';
import type { Problem } from '../../src/store/problem';
import { FakeSocket } from '../fakes';
import { INSTANCE, SESSION, snapshot } from '../records';

const REFUSED: Problem = { code: 'http_403', message: 'no', hint: null, place: null };
let position: Position;
let received: Change[];
let diagnosis: Problem | null;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  position = { session: SESSION, resume: null };
  received = [];
  diagnosis = null;
  connection = new Connection({
    url: query => `ws://server/dispatch/stream?${query}`,
    WebSocket: FakeSocket as unknown as new (url: string) => WebSocket,
    position: () => position,
    onChanges: changes => received.push(...changes),
    diagnose: async () => diagnosis,
    backoff: new Backoff(500, 15_000, () => 1)
  });
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

const kind = () => connection.state.value.kind;

it('asks for a snapshot first and for what came after it later', () => {
  expect(FakeSocket.last.query.has('after')).toBe(false);
  expect(kind()).toBe('connecting');
  FakeSocket.last.open();
  expect(kind()).toBe('live');
  position = { session: SESSION, resume: { seq: 42, instance: INSTANCE } };
  FakeSocket.last.end();
  expect(kind()).toBe('reconnecting');
  vi.advanceTimersByTime(500);
  expect(Object.fromEntries(FakeSocket.last.query)).toEqual({ session: SESSION, after: '42', instance: INSTANCE });
});

it('takes single changes and batches', () => {
  const socket = FakeSocket.last.open();
  socket.say(snapshot());
  socket.say(snapshot(), snapshot());
  expect(received).toHaveLength(3);
});

it('waits longer each time, up to a limit, and starts over once a socket has lived', () => {
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    const before = FakeSocket.all.length;
    FakeSocket.last.end();
    let waited = 0;
    while (FakeSocket.all.length === before) {
      vi.advanceTimersByTime(100);
      waited += 100;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000]);
  FakeSocket.last.open();
  vi.advanceTimersByTime(6_000);
  FakeSocket.last.end();
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all).toHaveLength(9);
});

it('does not hammer a server that takes connections and drops them', () => {
  for (let i = 0; i < 4; i++) {
    FakeSocket.last.open().end();
    vi.advanceTimersByTime(500 * 2 ** i);
  }
  FakeSocket.last.open().end();
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all).toHaveLength(5);
});

it('comes back at once when it was only too slow', () => {
  FakeSocket.last.open().end(4408, 'too slow');
  vi.advanceTimersByTime(0);
  expect(FakeSocket.all).toHaveLength(2);
});

describe.each([
  [4404, 'not_found'],
  [4423, 'locked']
])('close code %i', (closeCode, code) => {
  it('is final, says why, and can be tried again by hand', () => {
    FakeSocket.last.open().end(closeCode, 'the reason');
    expect(connection.state.value).toEqual({
      kind: 'closed',
      problem: { code, message: 'the reason', hint: null }
    });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    connection.retryNow();
    expect(FakeSocket.all).toHaveLength(2);
  });
});

it('has the whole of a reason that the socket had to cut', async () => {
  diagnosis = { code: 'locked', message: 'The whole of it.', hint: 'Do this.', place: null };
  FakeSocket.last.open().end(4423, 'The wh');
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.state.value).toEqual({ kind: 'closed', problem: diagnosis });
});

it('gives up with the reason when the server refuses this page', async () => {
  diagnosis = REFUSED;
  for (let i = 0; i < 4; i++) {
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(connection.state.value).toEqual({ kind: 'closed', problem: REFUSED });
});

it('goes on trying while the server is merely away', async () => {
  for (let i = 0; i < 6; i++) {
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(FakeSocket.all.length).toBeGreaterThan(6);
});

it('says that the browser is offline, and comes back when it is online', () => {
  FakeSocket.last.open();
  window.dispatchEvent(new Event('offline'));
  expect(connection.state.value).toEqual({ kind: 'reconnecting', offline: true });
  FakeSocket.last.end();
  const tried = FakeSocket.all.length;
  window.dispatchEvent(new Event('online'));
  expect(FakeSocket.all).toHaveLength(tried + 1);
});

it('is live while the browser is offline, where the server is on the same machine', () => {
  FakeSocket.last.open();
  window.dispatchEvent(new Event('offline'));
  expect(FakeSocket.all).toHaveLength(2);
  FakeSocket.last.open();
  expect(connection.state.value).toEqual({ kind: 'live' });
  expect(FakeSocket.all.filter(({ closed }) => !closed)).toHaveLength(1);
});

it('hears nothing from a socket it has dropped', () => {
  const old = FakeSocket.last.open();
  connection.resync();
  old.say(snapshot());
  old.end();
  expect(received).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all).toHaveLength(2);
});

it('leaves nothing behind when it is closed', () => {
  connection.close();
  expect(FakeSocket.last.closed).toBe(true);
  window.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(connection.state.value).toEqual({ kind: 'closed', problem: null });
});

it('waits no longer for a gap than for the first one, where the stream was good in between', () => {
  for (let gap = 0; gap < 4; gap++) {
    FakeSocket.last.open();
    vi.advanceTimersByTime(60_000);
    connection.resync();
    const before = FakeSocket.all.length;
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(before + 1);
  }
});
