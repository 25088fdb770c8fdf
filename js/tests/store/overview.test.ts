import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Chat } from '../../src/store/chat';
import { Fail, FakeServer, FakeSocket } from '../fakes';
import { SESSION, snapshot, summary } from '../records';

let server: FakeServer;
let chat: Chat;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  chat = new Chat(server.host, 'test');
  server.answers.set('GET sessions', () => Promise.reject(new TypeError('no network')));
});
afterEach(() => {
  chat.dispose();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

it('opens the wanted session once the server answers, and says meanwhile that it is away', async () => {
  const looking = chat.openLatest('older');
  await settle();
  expect(chat.connectionState.value.kind).toBe('reconnecting');
  expect([FakeSocket.all.length, chat.blank.value, chat.problem.value]).toEqual([0, false, null]);
  server.answers.set('GET sessions', { sessions: [summary('newest'), summary('older')] });
  await vi.advanceTimersByTimeAsync(1_000);
  await looking;
  expect(chat.sessionId.value).toBe('older');
  expect(chat.connectionState.value.kind).toBe('connecting');
});

it('asks at once where the person says so, and no more once the view is closed or shows something else', async () => {
  const looking = chat.openLatest();
  await settle();
  const asked = () => server.of('GET', 'sessions').length;
  expect(asked()).toBe(1);
  chat.reconnect();
  await settle();
  expect(asked()).toBe(2);
  chat.dispose();
  await looking;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked(), FakeSocket.all.length]).toEqual([2, 0]);
});

it('begins a new session where the server will not say which there are', async () => {
  server.answers.set('GET sessions', new Fail(403, { code: 'forbidden', message: 'No.', hint: null }));
  await chat.openLatest('older');
  expect([chat.sessionId.value, FakeSocket.all.length]).toEqual([null, 1]);
});

it('shows the conversation where the session that is picked is shown already, below the log or the settings', () => {
  chat.open(SESSION);
  FakeSocket.last.open().say(snapshot());
  chat.showPermissionLog(true);
  chat.open(SESSION);
  expect(chat.permissionLog.shown.value).toBe(false);
  chat.showSettings('keys');
  chat.open(SESSION);
  expect(chat.setup.section.value).toBeNull();
  expect(FakeSocket.all).toHaveLength(1);
});
