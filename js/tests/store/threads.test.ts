import { afterEach, describe, expect, it, vi } from 'vitest';
import { Chat } from '../../src/store/chat';
import { Fail, FakeServer, FakeSocket } from '../fakes';
import { AGENT, agent, child, message, SESSION, said, snapshot } from '../records';

const planner = child('aaaa0001', { name: 'planner' });
const AGENTS = [agent(), planner];
let chat: Chat;

function opened(server: FakeServer, who: string | null = null): Chat {
  chat = new Chat(server.host, 'test');
  chat.open(SESSION, who);
  FakeSocket.last.open().say(snapshot({ agents: AGENTS, messages: [said('u0', 1, 'hi')] }));
  return chat;
}

afterEach(() => chat.dispose());

it('asks for the root agent, or for the one it is opened with', () => {
  const server = new FakeServer();
  opened(server);
  expect(FakeSocket.last.query.get('thread')).toBe('root');
  chat.dispose();
  opened(server, planner.id);
  expect(FakeSocket.last.query.get('thread')).toBe(planner.id);
  expect(chat.agent.value?.name).toBe('planner');
});

describe('turning to another thread', () => {
  it('takes a stream of its own from the beginning, and resumes that one after a break', () => {
    opened(new FakeServer());
    const first = FakeSocket.last;
    chat.showThread(planner.id);
    expect(first.closed).toBe(true);
    expect([...FakeSocket.last.query]).toEqual([
      ['session', SESSION],
      ['thread', planner.id]
    ]);
    FakeSocket.last.open().say(snapshot({ agents: AGENTS, thread: planner.id, seq: 200 }));
    vi.useFakeTimers();
    FakeSocket.last.end();
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    expect([FakeSocket.last.query.get('thread'), FakeSocket.last.query.get('after')]).toEqual([planner.id, '200']);
  });

  it('does nothing where it is there already, by whatever name', () => {
    opened(new FakeServer());
    const sockets = FakeSocket.all.length;
    chat.showThread(null);
    chat.showThread(AGENT);
    expect(FakeSocket.all).toHaveLength(sockets);
    chat.showThread(planner.id);
    chat.showThread(planner.id);
    expect(FakeSocket.all).toHaveLength(sockets + 1);
  });

  it('keeps a draft for each', () => {
    opened(new FakeServer());
    chat.draft.set('for dispatch');
    chat.showThread(planner.id);
    expect(chat.draft.text.value).toBe('');
    chat.draft.set('for the planner');
    chat.showThread(null);
    expect(chat.draft.text.value).toBe('for dispatch');
    chat.showThread(planner.id);
    expect(chat.draft.text.value).toBe('for the planner');
  });

  it('gives a text that could not be sent back to the thread it was written in', async () => {
    const server = new FakeServer();
    let refuse: (answer: Fail) => void = () => {};
    server.answers.set(
      'POST chat',
      () =>
        new Promise(resolve => {
          refuse = resolve;
        })
    );
    opened(server);
    chat.draft.set('precious');
    const sent = chat.sendDraft();
    chat.showThread(planner.id);
    chat.draft.set('another');
    refuse(new Fail(409, { code: 'conflict', message: 'Not now.' }));
    await sent;
    expect(chat.draft.text.value).toBe('another');
    expect(chat.sending.value).toBeNull();
    chat.showThread(null);
    expect(chat.draft.text.value).toBe('precious');
  });

  it('does not show a message on its way in another thread', async () => {
    opened(new FakeServer());
    const sent = chat.send('hello');
    chat.showThread(planner.id);
    await sent;
    expect(chat.sending.value).toBeNull();
  });

  it('does not take a page of older messages of the thread before', async () => {
    const server = new FakeServer();
    let give: (page: unknown) => void = () => {};
    const page = new Promise(resolve => {
      give = resolve;
    });
    server.answers.set(`GET sessions/${SESSION}?before=9&limit=100&thread=root`, () => page);
    opened(server);
    FakeSocket.last.say(snapshot({ agents: AGENTS, messages: [message('a9', 9)], earlier: 4 }));
    const asked = chat.loadEarlier();
    chat.showThread(planner.id);
    FakeSocket.last.open().say(snapshot({ agents: AGENTS, messages: [], thread: planner.id }));
    give(snapshot({ messages: [message('a1', 1)] }));
    await asked;
    expect(chat.store.value?.tables.messages.size).toBe(0);
    expect(chat.loadingEarlier.value).toBe(false);
  });
});

describe('commands go to the agent whose thread is shown', () => {
  it('messages, stop and older messages', async () => {
    const server = new FakeServer();
    server.answers.set(`POST agents/${planner.id}/interrupt`, {});
    const older = `GET sessions/${SESSION}?before=5&limit=100&thread=${planner.id}`;
    server.answers.set(older, snapshot({ messages: [] }));
    opened(server, planner.id);
    const mine = message('a5', 5, { agent_id: planner.id });
    FakeSocket.last.say(snapshot({ agents: AGENTS, messages: [mine], earlier: 3, thread: planner.id }));
    await chat.send('focus on OAuth');
    expect(server.of('POST', 'chat')[0]?.body).toEqual({
      text: 'focus on OAuth',
      session_id: SESSION,
      agent_id: planner.id
    });
    await chat.stop();
    expect(server.of('POST', `agents/${planner.id}/interrupt`)).toHaveLength(1);
    await chat.loadEarlier();
    expect(server.asked.at(-1)?.path).toBe(older.slice(4));
  });

  it('names its model, not the one that a new session would get', () => {
    opened(new FakeServer(), planner.id);
    const own = { ...planner.model, id: 'acme/small', label: 'small' };
    FakeSocket.last.say(snapshot({ agents: [agent(), { ...planner, status: 'idle', model: own }] }));
    expect(chat.model.value?.label).toBe('small');
    expect(chat.blank.value).toBe(false);
  });
});

it('does not offer what is on its way to be sent once more', async () => {
  const server = new FakeServer();
  opened(server);
  let answer = (_: unknown) => {};
  server.answers.set('POST chat', () => new Promise(resolve => (answer = resolve)));
  chat.draft.set('once');
  const sent = chat.sendDraft();
  chat.showThread(planner.id);
  chat.showThread(null);
  expect(chat.draft.text.value).toBe('');
  answer({ session_id: SESSION, agent_id: AGENT, message_id: 'sent' });
  await sent;
  chat.showThread(planner.id);
  chat.showThread(null);
  expect(chat.draft.text.value).toBe('');
});
