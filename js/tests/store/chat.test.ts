import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Chat } from '../../src/store/chat';
import { Fail, FakeServer, FakeSocket } from '../fakes';
import {
  agent,
  call,
  change,
  DEMO,
  decision,
  MODEL,
  message,
  SESSION,
  said,
  snapshot,
  status,
  summary
} from '../records';

let server: FakeServer;
let chat: Chat;

beforeEach(() => {
  server = new FakeServer();
  chat = new Chat(server.host, 'test');
});
afterEach(() => chat.dispose());

function openSession(fields: Parameters<typeof snapshot>[0] = {}): FakeSocket {
  chat.open(SESSION);
  const socket = FakeSocket.last.open();
  socket.say(snapshot(fields));
  return socket;
}

it('makes a session with the first message and then watches it', async () => {
  chat.open(null);
  chat.draft.set('hello');
  await chat.sendDraft();
  expect(server.of('POST', 'chat')[0]?.body).toEqual({ text: 'hello', session_id: null });
  expect(chat.sessionId.value).toBe(SESSION);
  expect(FakeSocket.last.query.get('session')).toBe(SESSION);
  expect(chat.sending.value).toEqual({ text: 'hello', id: 'sent' });
  FakeSocket.last.open().say(snapshot({ messages: [said('sent', 1, 'hello')] }));
  expect(chat.sending.value).toBeNull();
});

it('begins a session with what is said before the last one was found', async () => {
  server.answers.set('GET sessions', { sessions: [summary('an-older-session')] });
  server.answers.set('POST chat', async () => {
    await looking;
    return { session_id: SESSION, agent_id: 'a', message_id: 'sent' };
  });
  const looking = chat.openLatest();
  await chat.send('I am quick');
  expect(chat.sessionId.value).toBe(SESSION);
});

it('keeps the text when it cannot be sent, with what was written since', async () => {
  openSession();
  server.answers.set('POST chat', async () => {
    chat.draft.set('and this');
    return new Fail(507, { code: 'store_full', message: 'No space.', hint: 'Make some.', place: null });
  });
  chat.draft.set('first');
  await chat.sendDraft();
  expect(chat.draft.text.value).toBe('first\n\nand this');
  expect(chat.problem.value?.code).toBe('store_full');
  expect(chat.sending.value).toBeNull();
});

it('keeps drafts over a reload, one for each session', () => {
  chat.open(null);
  chat.draft.set('for a new one');
  chat.open(SESSION);
  expect(chat.draft.text.value).toBe('');
  chat.draft.set('for this one');
  const reloaded = new Chat(server.host, 'test');
  expect(reloaded.draft.text.value).toBe('for a new one');
  reloaded.open(SESSION);
  expect(reloaded.draft.text.value).toBe('for this one');
  reloaded.dispose();
});

it('does not lose a message to a reload while it is on its way, nor keep it afterwards', async () => {
  chat.open(null);
  const stored = () => sessionStorage.getItem('dispatch:draft:test:new');
  server.answers.set('POST chat', () => {
    expect(stored()).toBe('precious');
    return { session_id: SESSION, agent_id: 'a', message_id: 'm' };
  });
  chat.draft.set('precious');
  await chat.sendDraft();
  expect(stored()).toBeNull();
  expect(chat.draft.text.value).toBe('');
});

it('sends once, however often it is asked', async () => {
  chat.open(null);
  chat.draft.set('once');
  await Promise.all([chat.sendDraft(), chat.sendDraft()]);
  expect(server.of('POST', 'chat')).toHaveLength(1);
});

it('sends the next one once the server has the last, shown already or not', async () => {
  openSession();
  chat.draft.set('one');
  await chat.sendDraft();
  expect(chat.sending.value?.id).not.toBeNull();
  chat.draft.set('two');
  await chat.sendDraft();
  expect(server.of('POST', 'chat').map(({ body }) => (body as { text: string }).text)).toEqual(['one', 'two']);
  expect(chat.draft.text.value).toBe('');
});

it('takes the stream up again where text was missed', () => {
  vi.useFakeTimers();
  const socket = openSession({ seq: 7, messages: [message('a1', 1, { status: 'streaming', text: 'ab' })] });
  socket.say({ type: 'delta', table: 'messages', id: 'a1', field: 'text', at: 5, text: 'f' });
  vi.advanceTimersByTime(1_000);
  expect(FakeSocket.last).not.toBe(socket);
  expect(FakeSocket.last.query.get('after')).toBe('7');
  FakeSocket.last.open().say({ type: 'delta', table: 'messages', id: 'a1', field: 'text', at: 0, text: 'abcdef' });
  expect(chat.store.value?.tables.messages.peek('a1')?.text).toBe('abcdef');
  vi.useRealTimers();
});

it('pages back from the oldest message it has', async () => {
  openSession({ earlier: 1, messages: [message('a9', 9)] });
  server.answers.set(
    `GET sessions/${SESSION}?before=9&limit=100&thread=root`,
    snapshot({ messages: [said('u8', 8, 'before')], earlier: 0 })
  );
  await chat.loadEarlier();
  expect(chat.store.value?.thread.value).toEqual(['u8', 'a9']);
  await chat.loadEarlier();
  expect(server.asked.filter(asked => asked.path.includes('before='))).toHaveLength(1);
});

it('stops and withdraws', async () => {
  const queued = said('q', 9, 'later', { status: 'queued' });
  openSession({ agents: [agent({ status: 'running' })], messages: [queued] });
  server.answers.set(`POST agents/${agent().id}/interrupt`, {});
  server.answers.set(`DELETE agents/${agent().id}/messages/q`, { ...queued, status: 'withdrawn', seq: 200 });
  expect(chat.busy.value).toBe(true);
  await chat.stop();
  await chat.withdraw(queued);
  expect(chat.problem.value).toBeNull();
  expect(chat.store.value?.queued.value).toEqual([]);
});

it('says why a message could not be withdrawn', async () => {
  const queued = said('q', 9, 'later', { status: 'queued' });
  openSession({ messages: [queued] });
  server.answers.set(
    `DELETE agents/${agent().id}/messages/q`,
    new Fail(409, { code: 'conflict', message: 'Delivered already.', hint: null, place: null })
  );
  await chat.withdraw(queued);
  expect(chat.problem.value?.message).toBe('Delivered already.');
});

it('opens the wanted session, else the newest that can be read, else none', async () => {
  const broken = summary('broken', { error: { code: 'store', message: 'x', hint: null, place: null } });
  server.answers.set('GET sessions', { sessions: [broken, summary('newest'), summary('older')] });
  const begun = async (wanted: string) => {
    const view = new Chat(server.host, 'another');
    await view.openLatest(wanted);
    view.dispose();
    return view.sessionId.value;
  };
  expect(await begun('older')).toBe('older');
  expect(await begun('unknown')).toBe('newest');
  server.answers.set('GET sessions', { sessions: [] });
  expect(await begun('older')).toBeNull();
});

it('does not put the newest session over what was asked for meanwhile', async () => {
  server.answers.set('GET sessions', { sessions: [summary('newest')] });
  const looking = chat.openLatest();
  chat.open(null);
  await looking;
  await chat.openLatest();
  expect(chat.sessionId.value).toBeNull();
});

it('tells the page of changed files once they are written', () => {
  const filesChanged = vi.fn();
  server = new FakeServer({ filesChanged });
  chat.dispose();
  chat = new Chat(server.host, 'test');
  const socket = openSession();
  socket.say({ type: 'put', table: 'calls', record: call('c1', 'a1', { seq: 101, status: 'in_progress' }) });
  expect(filesChanged).not.toHaveBeenCalled();
  socket.say({ type: 'put', table: 'calls', record: call('c1', 'a1', { seq: 102, changes: [change()] }) });
  expect(filesChanged).toHaveBeenCalledTimes(1);
});

it('names the model that will answer: the default, unless the session has one of its own', async () => {
  server.answers.set('GET status', status({ readiness: { model: DEMO, source: 'demo', ready: false, problems: [] } }));
  openSession({ agents: [agent({ model: MODEL })] });
  await vi.waitFor(() => expect(chat.status.value).not.toBeNull());
  expect(chat.model.value).toEqual(DEMO);
  FakeSocket.last.say({ type: 'put', table: 'agents', record: agent({ seq: 101, model_pinned: true }) });
  expect(chat.model.value).toEqual(MODEL);
});

it('asks again when the server has restarted or its configuration has changed', async () => {
  const socket = openSession();
  await vi.waitFor(() => expect(chat.status.value).not.toBeNull());
  const before = server.of('GET', 'status').length;
  socket.say({ type: 'notice', kind: 'config_changed', session_id: null, message: '' });
  socket.say(snapshot({ instance: 'server-2' }));
  expect(server.of('GET', 'status')).toHaveLength(before + 2);
});

it('goes on from what the stream has brought, whatever a command was answered meanwhile', async () => {
  const socket = openSession({ agents: [agent()], seq: 100 });
  socket.end();
  server.answers.set(`PATCH agents/${agent().id}/model`, agent({ seq: 150, model_pinned: true }));
  await chat.agentSettings.switchModel('acme/large');
  expect(chat.agent.value?.model_pinned).toBe(true);
  chat.reconnect();
  expect(FakeSocket.last.query.get('after')).toBe('100');
});

it('takes no record of the session that was shown before', async () => {
  openSession({ agents: [agent()] });
  let answer = (_: unknown) => {};
  server.answers.set(`PATCH agents/${agent().id}/model`, () => new Promise(resolve => (answer = resolve)));
  const switched = chat.agentSettings.switchModel('acme/large');
  await vi.waitFor(() => expect(server.of('PATCH', `agents/${agent().id}/model`)).toHaveLength(1));
  chat.open('another');
  FakeSocket.last.open().say(snapshot({ agents: [agent({ id: 'another-0badcafe' })] }));
  answer(agent({ seq: 150 }));
  await switched;
  expect(chat.store.value?.tables.agents.values().map(({ id }) => id)).toEqual(['another-0badcafe']);
});

it.each(['another', null])('shows what is on its way to a session in no other one (%s)', async other => {
  openSession({ agents: [agent()] });
  let answer = (_: unknown) => {};
  server.answers.set('POST chat', () => new Promise(resolve => (answer = resolve)));
  chat.draft.set('for the first');
  const sent = chat.sendDraft();
  await vi.waitFor(() => expect(server.of('POST', 'chat')).toHaveLength(1));
  chat.open(other);
  expect(chat.sending.value).toBeNull();
  answer({ session_id: SESSION, agent_id: agent().id, message_id: 'sent' });
  await sent;
  expect(chat.sending.value).toBeNull();
  expect(chat.draft.text.value).toBe('');
});

it('opens nothing for an answer that comes when it is closed', async () => {
  chat.open(null);
  FakeSocket.last.open();
  const sent = chat.send('hello');
  const looked = new Chat(server.host, 'another');
  const looking = looked.openLatest();
  chat.dispose();
  looked.dispose();
  await Promise.all([sent, looking]);
  expect(FakeSocket.all).toHaveLength(1);
  expect(FakeSocket.last.closed).toBe(true);
});

it('leaves no hole where a new snapshot comes before the earlier messages', async () => {
  const socket = openSession({ messages: [said('u100', 100, 'hi')], earlier: 99 });
  let answer = (_: unknown) => {};
  const path = `sessions/${SESSION}?before=100&limit=100&thread=root`;
  server.answers.set(`GET ${path}`, () => new Promise(resolve => (answer = resolve)));
  const loaded = chat.loadEarlier();
  await vi.waitFor(() => expect(server.of('GET', path)).toHaveLength(1));
  socket.say(snapshot({ messages: [said('u900', 900, 'later')], earlier: 899 }));
  answer({ ...snapshot({ messages: [said('u1', 1, 'first')] }), earlier: 0 });
  await loaded;
  expect(chat.store.value?.thread.value).toEqual(['u900']);
  expect(chat.store.value?.earlier.value).toBe(899);
});

it('shows no line of another session in the permission log', async () => {
  server.answers.set(`GET permissions?session=${SESSION}`, {
    pending: [],
    log: [decision('d1')],
    grants: [],
    problems: []
  });
  server.answers.set(
    'GET permissions?session=another',
    new Fail(500, { code: 'internal', message: 'No.', hint: null })
  );
  openSession();
  chat.showPermissionLog(true);
  await vi.waitFor(() => expect(chat.permissionLog.lines.value).toHaveLength(1));
  chat.open('another');
  chat.showPermissionLog(true);
  expect(chat.permissionLog.lines.value).toEqual([]);
  await vi.waitFor(() => expect(chat.permissionLog.problems.value).toHaveLength(1));
  expect(chat.permissionLog.lines.value).toEqual([]);
});

it('asks for the sessions twice at most, however many agents come to rest at once', async () => {
  chat.open(null);
  const socket = FakeSocket.last.open();
  await chat.refreshSessions();
  const before = server.of('GET', 'sessions').length;
  for (let n = 0; n < 200; n++)
    socket.say({ type: 'notice', kind: 'session_changed', session_id: SESSION, message: '' });
  await chat.refreshSessions();
  expect(server.of('GET', 'sessions').length - before).toBeLessThanOrEqual(2);
});
