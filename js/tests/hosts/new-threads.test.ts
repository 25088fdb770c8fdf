import { signal } from '@preact/signals';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Parts } from '../../src/hosts/lab/commands';
import { MOST_UNSEEN, NewThreads } from '../../src/hosts/lab/new-threads';
import { Chat } from '../../src/store/chat';
import { FakeServer, FakeSocket } from '../fakes';
import { AGENT, agent, child, SESSION, snapshot } from '../records';

const opened: string[] = [];
const tabs: { readonly seen: ReturnType<typeof signal<boolean>>; readonly close: () => void }[] = [];

// tabs are JupyterLab's; what counts here is which are asked for
vi.mock('../../src/hosts/lab/places', () => ({
  openThread: async (_parts: unknown, _session: string, who: string, behind: boolean) => {
    opened.push(behind ? who : `in front: ${who}`);
    const closers: (() => void)[] = [];
    const seen = signal(false);
    tabs.push({ seen, close: () => closers.map(close => close()) });
    return { content: { seen, disposed: { connect: (close: () => void) => closers.push(close) } } };
  }
}));

const detached = (digits: string, fields = {}) => child(digits, { detached: true, seq: 200, ...fields });
const put = (record: ReturnType<typeof child>) => ({ type: 'put', table: 'agents', record }) as const;
const settled = () => new Promise(resolve => setTimeout(resolve));
let chats: Chat[] = [];

function watched(threads = new NewThreads({} as Parts), agents = [agent()]) {
  const chat = new Chat(new FakeServer().host, 'test');
  chats.push(chat);
  threads.watch(chat);
  chat.open(SESSION);
  FakeSocket.last.open().say(snapshot({ agents }));
  return { chat, threads, say: FakeSocket.last.say.bind(FakeSocket.last) };
}

afterEach(() => {
  for (const chat of chats) chat.dispose();
  chats = [];
  opened.length = tabs.length = 0;
});

describe('a thread opens by itself', () => {
  it('behind what the person does, when its agent is summoned to have one', async () => {
    const { say } = watched();
    const alone = child('bb', { parent_id: null, summoned_by: AGENT, seq: 201 });
    say(
      put(detached('aa')),
      put(alone),
      put(child('cc', { seq: 202 })),
      put(child('dd', { seq: 203, background: true }))
    );
    await settled();
    expect(opened).toEqual([detached('aa').id, alone.id]);
  });

  it('once, however many views hear of it and however often it changes', async () => {
    const first = watched();
    const second = watched(first.threads);
    first.say(put(detached('aa')));
    second.say(put(detached('aa')));
    first.say(put(detached('aa', { seq: 300, status: 'idle' })));
    await settled();
    expect(opened).toEqual([detached('aa').id]);
  });

  it('not for those that were there before: a closed tab does not come back with the page', async () => {
    const { chat } = watched(undefined, [agent(), detached('aa')]);
    chat.open(null);
    chat.open(SESSION);
    FakeSocket.last.open().say(snapshot({ agents: [agent(), detached('aa')] }));
    await settled();
    expect(opened).toEqual([]);
  });

  it('also for one that was summoned during a break, unless it is over', async () => {
    const { say } = watched();
    const over = detached('bb', { status: 'done', ended_at: '2026-01-02T03:09:05Z' });
    say(snapshot({ instance: 'server-2', agents: [agent(), detached('aa'), over] }));
    await settled();
    expect(opened).toEqual([detached('aa').id]);
  });

  it('in a session that was begun here even if it was quicker than the first word of it', async () => {
    const threads = new NewThreads({} as Parts);
    const chat = new Chat(new FakeServer().host, 'test');
    chats.push(chat);
    threads.watch(chat);
    chat.open(null);
    await chat.send('plan it');
    FakeSocket.last.open().say(snapshot({ agents: [agent(), detached('aa')] }));
    await settled();
    expect(opened).toEqual([detached('aa').id]);
  });

  it('no further than a few that nobody has looked at yet', async () => {
    const { say } = watched();
    const many = Array.from({ length: 9 }, (_, n) => detached(`f${n}`, { seq: 300 + n }));
    say(...many.map(put));
    await settled();
    expect(opened).toHaveLength(MOST_UNSEEN);
    if (tabs[0]) tabs[0].seen.value = true;
    tabs[1]?.close();
    say(...['a1', 'a2', 'a3'].map((digits, n) => put(detached(digits, { seq: 400 + n }))));
    await settled();
    expect(opened).toHaveLength(MOST_UNSEEN + 2);
  });
});
