import { effect } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { Delta } from '../../src/protocol';
import { SessionStore } from '../../src/store/session-store';
import { AGENT, agent, call, message, said, snapshot } from '../records';

function storeWith(fields: Parameters<typeof snapshot>[0] = {}): SessionStore {
  const store = new SessionStore();
  store.apply([snapshot(fields)]);
  return store;
}

function delta(fields: Partial<Delta>): Delta {
  return { type: 'delta', table: 'messages', id: 'a1', field: 'text', at: 0, text: '', ...fields };
}

describe('put', () => {
  it('replaces a record by a newer version and ignores the same and older ones', () => {
    const store = storeWith({ messages: [message('a1', 1, { seq: 5, text: 'old' })] });
    expect(store.apply([{ type: 'put', table: 'messages', record: message('a1', 1, { seq: 6, text: 'new' }) }])).toBe(
      'applied'
    );
    expect(store.apply([{ type: 'put', table: 'messages', record: message('a1', 1, { seq: 6, text: 'twice' }) }])).toBe(
      'stale'
    );
    expect(store.apply([{ type: 'put', table: 'messages', record: message('a1', 1, { seq: 3, text: 'late' }) }])).toBe(
      'stale'
    );
    expect(store.tables.messages.peek('a1')?.text).toBe('new');
  });

  it('moves the position on, and never back', () => {
    const store = storeWith({ seq: 10 });
    store.apply([{ type: 'put', table: 'messages', record: message('a2', 2, { seq: 12 }) }]);
    store.apply([{ type: 'put', table: 'agents', record: agent({ seq: 11, status: 'running' }) }]);
    expect(store.seq).toBe(12);
    expect(store.rootAgent.value?.status).toBe('running');
  });

  it('keeps the thread in order and moves a message that gets another place', () => {
    const store = storeWith({ messages: [said('u1', 1, 'one'), said('u2', 9, 'two', { status: 'queued' })] });
    store.apply([{ type: 'put', table: 'messages', record: message('a1', 2) }]);
    expect(store.thread.value).toEqual(['u1', 'a1']);
    expect(store.queued.value).toEqual(['u2']);
    store.apply([{ type: 'put', table: 'messages', record: said('u2', 3, 'two', { seq: 99 }) }]);
    expect(store.thread.value).toEqual(['u1', 'a1', 'u2']);
    expect(store.queued.value).toEqual([]);
  });

  it('leaves out withdrawn messages and those of other agents', () => {
    const store = storeWith({
      messages: [
        said('u1', 1, 'one'),
        said('u2', 2, 'two', { status: 'withdrawn' }),
        message('x', 3, { agent_id: 'other' })
      ]
    });
    expect(store.thread.value).toEqual(['u1']);
  });

  it('orders the calls of a message by their index', () => {
    const store = storeWith({ messages: [message('a1', 1)] });
    store.apply([
      { type: 'put', table: 'calls', record: call('c2', 'a1', { index: 1 }) },
      { type: 'put', table: 'calls', record: call('c1', 'a1', { index: 0 }) }
    ]);
    expect(store.callsOf('a1')).toEqual(['c1', 'c2']);
  });

  it('does nothing with a table it does not know', () => {
    const unknown = { type: 'put', table: 'of tomorrow', record: message('a1', 1) } as unknown as Parameters<
      SessionStore['apply']
    >[0][0];
    expect(storeWith().apply([unknown])).toBe('stale');
  });
});

describe('delta', () => {
  const streaming = () => storeWith({ messages: [message('a1', 1, { status: 'streaming', text: 'Hel' })] });
  const text = (store: SessionStore) => store.tables.messages.peek('a1')?.text;

  it('writes at its place and may come twice', () => {
    const store = streaming();
    const change = delta({ at: 3, text: 'lo' });
    expect(store.apply([change])).toBe('applied');
    store.apply([change]);
    expect(text(store)).toBe('Hello');
  });

  it('starts over from 0, as the server does after a reconnect', () => {
    const store = streaming();
    store.apply([delta({ at: 3, text: 'lo' }), delta({ at: 0, text: 'Hello, world' })]);
    expect(text(store)).toBe('Hello, world');
  });

  it('reports text that was missed, and writes nothing', () => {
    const store = streaming();
    expect(store.apply([delta({ at: 7, text: 'x' })])).toBe('gap');
    expect(store.apply([delta({ id: 'unknown' })])).toBe('gap');
    expect(text(store)).toBe('Hel');
  });

  it('cannot shorten a finished text', () => {
    const store = storeWith({ messages: [message('a1', 1, { text: 'All of it.' })] });
    expect(store.apply([delta({ at: 0, text: 'All' })])).toBe('stale');
    expect(text(store)).toBe('All of it.');
  });

  it('counts in UTF-16 units, as the server does', () => {
    const store = storeWith({ messages: [message('a1', 1, { status: 'streaming', text: '🙂' })] });
    store.apply([delta({ at: 2, text: '!' })]);
    expect(text(store)).toBe('🙂!');
  });

  it('writes the arguments of a call until they are complete', () => {
    const store = storeWith({ calls: [call('c1', 'a1', { status: 'pending', arguments: null })] });
    const change = delta({ table: 'calls', id: 'c1', field: 'arguments_text', text: '{"path"' });
    expect(store.apply([change])).toBe('applied');
    expect(store.tables.calls.peek('c1')?.arguments_text).toBe('{"path"');
  });

  it('wakes only those who look at that message', () => {
    const store = storeWith({ messages: [message('a1', 1, { status: 'streaming', text: 'x' }), message('a2', 2)] });
    let woken = 0;
    const stop = effect(() => {
      store.tables.messages.get('a2')?.value;
      store.thread.value;
      woken++;
    });
    for (let at = 1; at < 100; at++) store.apply([delta({ at, text: 'y' })]);
    expect(woken).toBe(1);
    stop();
  });
});

describe('snapshot', () => {
  it('replaces everything, whatever the numbers were', () => {
    const store = storeWith({ seq: 500, messages: [message('gone', 1, { seq: 400 })], calls: [call('old', 'gone')] });
    store.apply([snapshot({ instance: 'server-2', seq: 7, messages: [said('u1', 1, 'hi', { seq: 3 })], earlier: 4 })]);
    expect(store.thread.value).toEqual(['u1']);
    expect(store.callsOf('gone')).toEqual([]);
    expect([store.seq, store.instance, store.earlier.value]).toEqual([7, 'server-2', 4]);
  });

  it('keeps the signals of records that stay, so that nothing is drawn anew', () => {
    const store = storeWith({ messages: [message('a1', 1, { text: 'x' })], calls: [call('c1', 'a1')] });
    const [row, tool] = [store.tables.messages.get('a1'), store.tables.calls.get('c1')];
    store.apply([snapshot({ messages: [message('a1', 1, { text: 'y' })], calls: [call('c1', 'a1')] })]);
    expect(store.tables.messages.get('a1')).toBe(row);
    expect(store.tables.calls.get('c1')).toBe(tool);
    expect(row?.value.text).toBe('y');
    expect(store.callsOf('a1')).toEqual(['c1']);
  });
});

it('adds a page of earlier messages in front, without undoing newer versions', () => {
  const store = storeWith({ earlier: 2, messages: [message('a3', 3, { seq: 50, text: 'new' })] });
  const {
    type: _type,
    instance: _instance,
    ...page
  } = snapshot({
    messages: [said('u1', 1, 'one'), message('a2', 2), message('a3', 3, { seq: 40, text: 'old' })],
    calls: [call('c1', 'a2')],
    earlier: 0
  });
  store.addEarlier(page);
  expect(store.thread.value).toEqual(['u1', 'a2', 'a3']);
  expect(store.callsOf('a2')).toEqual(['c1']);
  expect(store.tables.messages.peek('a3')?.text).toBe('new');
  expect(store.earlier.value).toBe(0);
});

it('puts the whole output of a call in the place of the cut one', () => {
  const store = storeWith({ calls: [call('c1', 'a1', { seq: 50, output: 'cut' })] });
  store.fillCall(call('c1', 'a1', { seq: 50, output: 'the whole of it' }));
  expect(store.tables.calls.peek('c1')?.output).toBe('the whole of it');
});

it('ignores the agents of other threads when it names the root agent', () => {
  const store = storeWith({ agents: [agent({ id: 'child', parent_id: AGENT }), agent()] });
  expect(store.rootAgent.value?.id).toBe(AGENT);
});
