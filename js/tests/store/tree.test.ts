import { effect } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { handleOf } from '../../src/store/agent-ids';
import { SessionStore } from '../../src/store/session-store';
import { AGENT, agent, child, message, request, said, snapshot, task, transition, USAGE } from '../records';

function storeWith(fields: Parameters<typeof snapshot>[0] = {}, shown: string | null = null): SessionStore {
  const store = new SessionStore(shown);
  store.apply([snapshot(fields)]);
  return store;
}

const at = (minute: number) => `2026-01-02T03:${String(minute).padStart(2, '0')}:00Z`;
const planner = child('aaaa0001', { name: 'planner', created_at: at(1) });
const writer = child('bbbb0001', { name: 'writer', created_at: at(2) });
const reader = child('cccc0001', { name: 'reader', parent_id: planner.id, created_at: at(3) });
const loner = child('dddd0001', { name: 'loner', parent_id: null, summoned_by: AGENT, created_at: at(0) });
const ALL = [writer, loner, reader, agent({ created_at: at(0) }), planner];

describe('rows', () => {
  it('stand depth first, each after who summoned it, the root before those that live on their own', () => {
    const { tree } = storeWith({ agents: ALL });
    expect(tree.rows.value.map(({ id, depth, hasChildren }) => [id, depth, hasChildren])).toEqual([
      [AGENT, 0, true],
      [planner.id, 1, true],
      [reader.id, 2, false],
      [writer.id, 1, false],
      [loner.id, 0, false]
    ]);
    expect(tree.rows.value[2]?.path).toEqual([AGENT, planner.id, reader.id]);
    expect(tree.pathOf(reader.id).map(({ name }) => name)).toEqual(['dispatch', 'planner', 'reader']);
    expect(tree.childrenOf(AGENT)).toEqual([planner.id, writer.id]);
  });

  it('keep an agent whose parent is not here', () => {
    const { tree } = storeWith({ agents: [agent(), child('eeee0001', { parent_id: 'gone' })] });
    expect(tree.rows.value.map(row => row.depth)).toEqual([0, 0]);
  });

  it('change when an agent comes, and not when one changes', () => {
    const store = storeWith({ agents: ALL });
    let drawn = 0;
    const stop = effect(() => {
      store.tree.rows.value;
      drawn++;
    });
    store.apply([{ type: 'put', table: 'agents', record: { ...reader, seq: 200, status: 'done' } }]);
    store.apply([{ type: 'put', table: 'messages', record: message('a1', 1) }]);
    expect(drawn).toBe(1);
    store.apply([{ type: 'put', table: 'agents', record: child('ffff0001', { seq: 201, parent_id: writer.id }) }]);
    expect(drawn).toBe(2);
    expect(store.tree.rows.value.map(row => handleOf(row.id))).toEqual([
      '0bad',
      'aaaa',
      'cccc',
      'bbbb',
      'ffff',
      'dddd'
    ]);
    stop();
  });
});

const errorOf = (code: string) => ({ code, message: 'It is over.', hint: null, place: null });

describe('sums', () => {
  it('count how agents stand, and who waits for a person', () => {
    const store = storeWith({
      agents: [
        agent({ status: 'waiting', waiting_on: 'children' }),
        child('01', { status: 'waiting_for_key' }),
        child('02', { status: 'waiting', waiting_on: 'user' }),
        child('03', { status: 'done' }),
        child('04', { status: 'error' }),
        child('05', { status: 'idle' }),
        child('06'),
        child('07', { status: 'error', error: errorOf('cancelled') }),
        child('08', { status: 'error', error: errorOf('interrupted') })
      ],
      requests: [
        request('q', { kind: 'question', agent_id: child('02').id }),
        request('old', { agent_id: child('06').id, status: 'answered' })
      ]
    });
    expect(store.tree.counts.value).toEqual({
      total: 9,
      running: 1,
      waiting: 3,
      done: 1,
      stopped: 1,
      interrupted: 1,
      errors: 1,
      asking: 1
    });
  });

  it('are told once, as long as they stay the same', () => {
    const store = storeWith({ agents: ALL });
    let told = 0;
    const stop = effect(() => {
      store.tree.counts.value;
      told++;
    });
    store.apply([{ type: 'put', table: 'agents', record: { ...reader, seq: 200, note: 'reads' } }]);
    expect(told).toBe(1);
    store.apply([{ type: 'put', table: 'agents', record: { ...reader, seq: 201, status: 'done' } }]);
    expect(told).toBe(2);
    stop();
  });

  it('add up what it cost: all, and an agent with those below it', () => {
    const costing = (cost_usd: number | null) => ({ usage: { ...USAGE, cost_usd } });
    const store = storeWith({
      agents: [
        agent(costing(1)),
        { ...planner, ...costing(0.5) },
        { ...reader, ...costing(0.25) },
        { ...writer, ...costing(null) }
      ]
    });
    expect(store.tree.cost.value).toEqual({ usd: 1.75, partial: true });
    expect(store.tree.costBelow(planner.id)).toEqual({ usd: 0.75, partial: false });
  });
});

it('knows what each agent waits for a person for, of both kinds, in the order it was asked', () => {
  const store = storeWith({
    agents: ALL,
    requests: [
      request('second', { agent_id: planner.id, kind: 'question', created_at: at(5) }),
      request('first', { agent_id: planner.id, created_at: at(4) }),
      request('other', { agent_id: writer.id, created_at: at(3) })
    ]
  });
  expect(store.tree.waitingFor(planner.id).map(({ id }) => id)).toEqual(['first', 'second']);
  expect(store.open.value.map(({ id }) => id)).toEqual(['other', 'first', 'second']);
  expect(store.questions.value.map(({ id }) => id)).toEqual(['second']);
  const answered = request('first', { agent_id: planner.id, status: 'answered', seq: 300 });
  store.apply([{ type: 'put', table: 'requests', record: answered }]);
  expect(store.tree.waitingFor(planner.id).map(({ id }) => id)).toEqual(['second']);
  expect(store.tree.waitingFor(reader.id)).toEqual([]);
});

describe('the thread that is shown', () => {
  const mine = said('u1', 1, 'Plan it', { agent_id: planner.id });
  const roots = said('u0', 1, 'Hello');

  it("is the root's, or that of the agent that was asked for, with its tasks", () => {
    const fields = { agents: ALL, messages: [mine, roots], tasks: [task(1), task(2, { agent_id: planner.id })] };
    const root = storeWith(fields);
    expect([root.agent.value?.id, root.thread.value, root.tasks.value.map(t => t.id)]).toEqual([AGENT, ['u0'], ['t1']]);
    const other = storeWith(fields, planner.id);
    expect([other.agent.value?.id, other.thread.value, other.tasks.value.map(t => t.id)]).toEqual([
      planner.id,
      ['u1'],
      ['t2']
    ]);
    expect(other.rootAgent.value?.id).toBe(AGENT);
  });

  it('turns to another one: the messages go until it is here, the tree stays', () => {
    const store = storeWith({ agents: ALL, messages: [roots], earlier: 7 });
    store.showThread(planner.id);
    expect([store.loaded.value, store.thread.value, store.earlier.value]).toEqual([false, [], 0]);
    expect(store.tree.rows.value).toHaveLength(5);
    expect(store.agent.value?.name).toBe('planner');
    store.apply([snapshot({ agents: ALL, messages: [mine], thread: planner.id })]);
    expect([store.loaded.value, store.thread.value]).toEqual([true, ['u1']]);
  });

  it('is closed once its agent has ended, but not where only the server stopped', () => {
    const closed = (fields: Parameters<typeof child>[1]) =>
      storeWith({ agents: [agent(), child('aa', fields)] }, child('aa').id).closed.value;
    const error = (code: string) => ({ code, message: '', hint: null, place: null });
    expect(closed({ status: 'done', ended_at: at(9) })).toBe(true);
    expect(closed({ status: 'error', ended_at: at(9), error: error('cancelled') })).toBe(true);
    expect(closed({ status: 'error', ended_at: at(9), error: error('interrupted') })).toBe(false);
    expect(closed({ status: 'error', error: error('cancelled') })).toBe(false);
    expect(closed({ status: 'idle' })).toBe(false);
  });
});

it('keeps the history of who came into which state, in its order', () => {
  const store = storeWith({ transitions: [transition('x2', { seq: 9 }), transition('x1', { seq: 8 })] });
  store.apply([{ type: 'put', table: 'transitions', record: transition('x3', { seq: 300, status: 'done' }) }]);
  expect(store.transitions.value.map(({ id }) => id)).toEqual(['x1', 'x2', 'x3']);
});
