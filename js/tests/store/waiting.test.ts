import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Notice, Request } from '../../src/protocol';
import { sessionOf } from '../../src/store/agent-ids';
import { Waiting } from '../../src/store/waiting';
import { Fail, FakeServer, FakeSocket } from '../fakes';
import { AGENT, request, SESSION } from '../records';

let server: FakeServer;
let waiting: Waiting;
const notice = (kind: Notice['kind'] = 'permissions_changed'): Notice => ({
  type: 'notice',
  kind,
  session_id: SESSION,
  message: ''
});
const pending = (...requests: Request[]) =>
  server.answers.set('GET permissions', { pending: requests, log: [], grants: [], problems: [] });
const ids = () => waiting.requests.value.map(({ id }) => id);
const asked = () => server.of('GET', 'permissions').length;

beforeEach(() => {
  server = new FakeServer();
  waiting = new Waiting(server.host);
});
afterEach(() => waiting.dispose());

it('listens without a session, and asks nothing until it is told that something has changed', async () => {
  expect(FakeSocket.last.query.get('session')).toBeNull();
  FakeSocket.last.open().say(notice('session_changed'));
  expect(server.asked).toEqual([]);
  pending(request('r2', { created_at: '2026-01-02T03:05:00Z' }), request('r1'));
  FakeSocket.last.say(notice());
  await vi.waitFor(() => expect(ids()).toEqual(['r1', 'r2']));
  pending();
  FakeSocket.last.say(notice());
  await vi.waitFor(() => expect(ids()).toEqual([]));
});

it('tells of questions as of requests for leave, in the order they were asked', async () => {
  FakeSocket.last.open();
  pending(request('r1', { created_at: '2026-01-02T03:05:00Z' }), request('q1', { kind: 'question', reaches: [] }));
  FakeSocket.last.say(notice());
  await vi.waitFor(() => expect(ids()).toEqual(['q1', 'r1']));
});

it('asks once more, and not as often as it was told, when told while it asks', async () => {
  FakeSocket.last.open();
  pending(request('r1'));
  FakeSocket.last.say(notice(), notice(), notice());
  await vi.waitFor(() => expect(ids()).toEqual(['r1']));
  await vi.waitFor(() => expect(asked()).toBe(2));
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(asked()).toBe(2);
});

it('asks again after a break, as it cannot know what it missed', async () => {
  vi.useFakeTimers();
  FakeSocket.last.open();
  pending(request('r1'));
  FakeSocket.last.say(notice());
  await vi.waitFor(() => expect(ids()).toEqual(['r1']));
  FakeSocket.last.end();
  pending();
  vi.advanceTimersByTime(30_000);
  FakeSocket.last.open();
  await vi.waitFor(() => expect(ids()).toEqual([]));
  vi.useRealTimers();
});

it('keeps what it knows while the server is away, and forgets it where the person may not see it', async () => {
  FakeSocket.last.open();
  pending(request('r1'));
  await waiting.refresh();
  server.answers.set('GET permissions', new Fail(502, '<html>'));
  await waiting.refresh();
  expect(ids()).toEqual(['r1']);
  server.answers.set('GET permissions', new Fail(403, { code: 'forbidden', message: 'No.' }));
  await waiting.refresh();
  expect(ids()).toEqual([]);
});

it('knows the session of an agent', () => {
  expect(sessionOf(AGENT)).toBe(SESSION);
});
