import { fireEvent } from '@testing-library/preact';
import { options, type VNode } from 'preact';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TreeItem } from '../../src/components/tree/TreeItem';
import { TreeView } from '../../src/components/tree/TreeView';
import { handleOf } from '../../src/store/agent-ids';
import { FakeSocket } from '../fakes';
import { AGENT, agent, child, request, SESSION, said, snapshot } from '../records';
import { openRig, type Rig } from './rig';

const at = (minute: number) => `2026-01-02T03:${String(minute).padStart(2, '0')}:00Z`;
const planner = child('aaaa0001', { name: 'planner', detached: true, created_at: at(1), brief: 'Plan it\nall' });
const reader = child('cccc0001', { name: 'reader', parent_id: planner.id, created_at: at(3), status: 'done' });
const writer = child('bbbb0001', { name: 'writer', created_at: at(2), status: 'waiting_for_key' });
const wanderer = child('dddd0001', { name: 'wanderer', created_at: at(4), background: true });
const ALL = [agent({ created_at: at(0), status: 'running' }), planner, reader, writer, wanderer];

const rows = (r: Rig) => [...r.root.querySelectorAll<HTMLElement>('[role=treeitem]')];
const names = (r: Rig) => rows(r).map(row => row.querySelector('.dsp-node-name bdi')?.textContent);
const row = (r: Rig, of: { id: string }) => r.find(`[role=treeitem][data-agent="${of.id}"]`);
/** As it is read out. */
const summary = (r: Rig) => [...r.root.querySelectorAll('.dsp-summary-part')].map(e => e.textContent).join(', ');
const words = (r: Rig, of: { id: string }) => row(r, of).querySelector('.dsp-node-words')?.textContent;
const state = (r: Rig, of: { id: string }) => row(r, of).querySelector('.dsp-node-state')?.textContent;
const focused = () => (document.activeElement as HTMLElement).dataset.agent ?? null;
const press = (key: string, more: object = {}) =>
  fireEvent.keyDown(document.activeElement as Element, { key, ...more });

beforeEach(() => sessionStorage.setItem('dispatch:unfolded:agents', 'yes'));

/** Of which agents rows are drawn from now on; "all": the tree as a whole. */
function drawings() {
  const hooks = options as { __r?: (vnode: VNode<{ id?: string }>) => void };
  const before = hooks.__r;
  const ids: string[] = [];
  hooks.__r = vnode => {
    if (vnode.type === TreeItem) ids.push(vnode.props.id ?? '');
    if (vnode.type === TreeView) ids.push('all');
    before?.(vnode);
  };
  const stop = () => {
    hooks.__r = before;
  };
  return { ids, stop };
}

async function treeRig(fields: Parameters<typeof openRig>[0] = {}, extra: Parameters<typeof openRig>[1] = {}) {
  const r = openRig({ agents: ALL, messages: [said('u1', 1, 'hi')], ...fields }, extra);
  await vi.waitFor(() => expect(rows(r)).toHaveLength((fields.agents ?? ALL).length));
  return r;
}

describe('rows', () => {
  it('say who it is, how it stands, what it is at, and what it has cost, in words too', async () => {
    const r = await treeRig();
    expect(names(r)).toEqual(['dispatch', 'planner', 'reader', 'writer', 'wanderer']);
    expect(rows(r).map(item => item.getAttribute('aria-level'))).toEqual(['1', '2', '3', '2', '2']);
    expect(rows(r).map(item => item.getAttribute('aria-expanded'))).toEqual(['true', 'true', null, null, null]);
    expect(ALL.map(one => [row(r, one).querySelector('.dsp-mark')?.textContent, state(r, one)])).toEqual([
      ['●', 'running'],
      ['●', 'running'],
      ['✓', 'done'],
      ['◔', 'waits for key'],
      ['●', 'running']
    ]);
    expect(row(r, planner).textContent).toContain('aaaa');
    expect(row(r, planner).textContent).toContain('detached');
    expect(words(r, planner)).toBe('Plan it');
    expect(row(r, wanderer).textContent).toContain('background');
    expect(words(r, writer)).toContain('nobody said until when');
    expect(row(r, reader).querySelector('.dsp-node-cost')?.textContent).toBe('$0.07');
    expect(row(r, planner).getAttribute('aria-label')).toBe('planner, aaaa, running, Plan it, detached, large, $0.07');
  });

  it('are not there while there is one agent, and come with the second', async () => {
    const r = openRig({ messages: [said('u1', 1, 'hi')] });
    await vi.waitFor(() => r.find('.dsp-compose'));
    expect(r.root.querySelector('[role=tree]')).toBeNull();
    r.say({ type: 'put', table: 'agents', record: { ...planner, seq: 200 } });
    await vi.waitFor(() => expect(names(r)).toEqual(['dispatch', 'planner']));
  });

  it('say loudly who waits for the person, and for what; a folded parent says it for them', async () => {
    const question = request('q', { kind: 'question', agent_id: reader.id, question: 'OAuth or JWT?' });
    const r = await treeRig({ requests: [question] });
    expect([state(r, reader), words(r, reader)]).toEqual(['asks you', 'OAuth or JWT?']);
    expect(row(r, planner).querySelector('.dsp-asks')).toBeNull();
    expect(r.find('.dsp-asks-button').textContent).toBe('1 asks you');
    fireEvent.click(row(r, planner).querySelector('.dsp-node-fold svg') as Element);
    await vi.waitFor(() =>
      expect(row(r, planner).querySelector('.dsp-asks-long')?.textContent).toBe('1 below asks you')
    );
    r.say({ type: 'put', table: 'requests', record: { ...question, seq: 300, status: 'answered' } });
    await vi.waitFor(() => expect(r.root.querySelector('.dsp-asks')).toBeNull());
  });

  it('say when the key is back, and no year that nobody lives to see', async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const until = (waiting_until: string, seq: number) => ({ ...writer, brief: 'Write it', waiting_until, seq });
    const r = await treeRig({ agents: [agent(), until(soon, 1), planner] });
    expect(words(r, writer)).toMatch(/^back at .*\d\d:\d\d · Write it$/);
    r.say({ type: 'put', table: 'agents', record: until('2999-01-01T00:00:00Z', 300) });
    await vi.waitFor(() => expect(words(r, writer)).toBe('no reset known · Write it'));
  });

  it('are quiet about what a person stopped, and say why what failed did', async () => {
    const error = (code: string) => ({ code, message: 'The model said no.', hint: null, place: null });
    const stopped = { ...planner, status: 'error' as const, error: error('cancelled') };
    const failed = { ...writer, status: 'error' as const, error: error('refused') };
    const r = await treeRig({ agents: [agent(), stopped, failed] });
    expect([state(r, stopped), words(r, stopped)]).toEqual(['stopped', 'Plan it']);
    expect(row(r, stopped).classList).not.toContain('dsp-tone-error');
    expect([state(r, failed), words(r, failed)]).toEqual(['failed', 'The model said no.']);
    expect(row(r, failed).classList).toContain('dsp-tone-error');
    expect(summary(r)).toBe('3 agents, 1 stopped, 1 error');
  });

  it('say that the end of the server interrupted them, and so does the summary', async () => {
    const error = { code: 'interrupted', message: 'The server stopped.', hint: null, place: null };
    const halted = [planner, writer].map(one => ({ ...one, status: 'error' as const, error }));
    const r = await treeRig({ agents: [agent(), ...halted] });
    expect(halted.map(one => state(r, one))).toEqual(['interrupted', 'interrupted']);
    expect(summary(r)).toBe('3 agents, 2 interrupted');
  });

  it('say the cost of each, also where it is none, or nobody knows the price', async () => {
    const costing = (one: typeof planner, cost_usd: number | null) => ({ ...one, usage: { ...one.usage, cost_usd } });
    const r = await treeRig({
      agents: [agent(), costing(planner, 0), costing(writer, null), costing(wanderer, 0.002)]
    });
    const cost = (of: { id: string }) => row(r, of).querySelector('.dsp-node-cost')?.textContent;
    expect([planner, writer, wanderer].map(cost)).toEqual(['$0.00', '$?', '<$0.01']);
    expect(row(r, writer).getAttribute('aria-label')).toContain(', price unknown');
  });

  it('tell the column of names how much room the longest need, by how deep they stand', async () => {
    const long = { ...reader, name: 'a-rather-long-name-of-somebody' };
    const r = await treeRig({ agents: [agent(), planner, long] });
    const room = () => r.find('[role=tree]').style.getPropertyValue('--dsp-names');
    expect(room()).toBe('max(0px + 7.2ch, 12px + 6.3ch, 24px + 27.0ch)');
    fireEvent.click(row(r, planner).querySelector('.dsp-node-fold svg') as Element);
    await vi.waitFor(() => expect(rows(r)).toHaveLength(2));
    expect(room()).toContain('27.0ch');
  });

  it('are drawn one by one: a change of one of 200 draws that one', async () => {
    const many = Array.from({ length: 199 }, (_, n) =>
      child(n.toString(16).padStart(8, '0'), { created_at: at(n % 60) })
    );
    const r = await treeRig({ agents: [agent(), ...many] });
    const touched = new Set<string>();
    const watch = new MutationObserver(changes => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        touched.add(element?.closest<HTMLElement>('[role=treeitem]')?.dataset.agent ?? 'elsewhere');
      }
    });
    watch.observe(r.find('[role=tree]'), { subtree: true, childList: true, attributes: true, characterData: true });
    const first = many[7] as (typeof many)[0];
    const before = rows(r);
    const drawn = drawings();
    for (let n = 0; n < 50; n++)
      r.say({ type: 'put', table: 'agents', record: { ...first, seq: 300 + n, note: `step ${n}` } });
    await vi.waitFor(() => expect(row(r, first).textContent).toContain('step 49'));
    expect([...touched]).toEqual([first.id]);
    expect(new Set(drawn.ids)).toEqual(new Set([first.id]));
    drawn.stop();
    expect(rows(r)).toEqual(before);
    watch.disconnect();
  });
});

describe('the summary', () => {
  it('counts all agents by how they stand, and follows them', async () => {
    const r = await treeRig();
    expect(summary(r)).toBe('5 agents, 3 running, 1 waiting, 1 done');
    expect(r.find('.dsp-summary-cost').textContent).toBe('$0.35');
    r.say({ type: 'put', table: 'agents', record: { ...wanderer, seq: 300, status: 'error' } });
    await vi.waitFor(() => expect(summary(r)).toBe('5 agents, 2 running, 1 waiting, 1 done, 1 error'));
  });

  it('folds the tree away, and keeps that', async () => {
    const r = await treeRig();
    fireEvent.click(r.find('.dsp-agents-toggle'));
    await vi.waitFor(() => expect(rows(r)).toEqual([]));
    const again = openRig({ agents: ALL, messages: [said('u1', 1, 'hi')] });
    await vi.waitFor(() => again.find('.dsp-agents-toggle'));
    expect(rows(again)).toEqual([]);
  });
});

it('is folded at first where there are no tabs, and so little room', async () => {
  sessionStorage.clear();
  const r = openRig({ agents: ALL, messages: [said('u1', 1, 'hi')] });
  await vi.waitFor(() => expect(r.find('.dsp-agents-toggle').getAttribute('aria-expanded')).toBe('false'));
  expect(rows(r)).toEqual([]);
});

describe('keys', () => {
  it('has one row in the tab order: the one whose thread is shown', async () => {
    const r = await treeRig();
    expect(rows(r).map(item => item.tabIndex)).toEqual([0, -1, -1, -1, -1]);
    expect(rows(r).map(item => item.getAttribute('aria-selected'))).toEqual([
      'true',
      'false',
      'false',
      'false',
      'false'
    ]);
  });

  it('move up and down, to the ends, in and out', async () => {
    const r = await treeRig();
    row(r, { id: AGENT }).focus();
    const walk = (...keys: string[]) => {
      for (const key of keys) press(key);
      return focused();
    };
    expect(walk('ArrowUp')).toBe(AGENT);
    expect(walk('ArrowDown')).toBe(planner.id);
    expect(walk('ArrowRight')).toBe(reader.id);
    expect(walk('ArrowRight')).toBe(reader.id);
    expect(walk('ArrowLeft')).toBe(planner.id);
    expect(walk('End')).toBe(wanderer.id);
    expect(walk('ArrowDown')).toBe(wanderer.id);
    expect(walk('Home')).toBe(AGENT);
    await vi.waitFor(() => expect(row(r, { id: AGENT }).tabIndex).toBe(0));
    expect(rows(r).filter(item => item.tabIndex === 0)).toHaveLength(1);
  });

  it('fold and unfold: one, and with * all beside it', async () => {
    const r = await treeRig();
    row(r, planner).focus();
    press('ArrowLeft');
    await vi.waitFor(() => expect(names(r)).toEqual(['dispatch', 'planner', 'writer', 'wanderer']));
    expect(row(r, planner).getAttribute('aria-expanded')).toBe('false');
    expect(focused()).toBe(planner.id);
    press('ArrowRight');
    await vi.waitFor(() => expect(rows(r)).toHaveLength(5));
    press('ArrowLeft');
    await vi.waitFor(() => expect(rows(r)).toHaveLength(4));
    row(r, writer).focus();
    press('*');
    await vi.waitFor(() => expect(rows(r)).toHaveLength(5));
    expect(focused()).toBe(writer.id);
  });

  it('find a row by what it is called: letter by letter, or by its handle', async () => {
    const r = await treeRig();
    row(r, { id: AGENT }).focus();
    const now = vi.spyOn(performance, 'now').mockReturnValue(10_000);
    press('w');
    expect(focused()).toBe(writer.id);
    press('a');
    expect(focused()).toBe(wanderer.id);
    now.mockReturnValue(20_000);
    press('w');
    expect(focused()).toBe(writer.id);
    now.mockReturnValue(30_000);
    for (const letter of handleOf(reader.id)) press(letter);
    expect(focused()).toBe(reader.id);
  });

  it('go on to the next row with the same letter again, however quickly', async () => {
    const r = await treeRig();
    row(r, { id: AGENT }).focus();
    vi.spyOn(performance, 'now').mockReturnValue(10_000);
    const three = ['w', 'w', 'w'].map(letter => {
      press(letter);
      return focused();
    });
    expect(three).toEqual([writer.id, wanderer.id, writer.id]);
  });

  it('show a thread beside the tree with Space, and for itself with Enter', async () => {
    const openThread = vi.fn();
    const r = await treeRig({}, { openThread });
    row(r, planner).focus();
    press('Enter');
    expect(openThread).toHaveBeenCalledWith(SESSION, planner.id);
    expect(r.chat.agentId.value).toBeNull();
    press(' ');
    expect(r.chat.agentId.value).toBe(planner.id);
    expect(openThread).toHaveBeenCalledTimes(1);
  });

  it('leave combinations with Control to the page', async () => {
    const r = await treeRig();
    row(r, planner).focus();
    expect(press('c', { ctrlKey: true })).toBe(true);
    expect(press('ArrowDown', { ctrlKey: true })).toBe(true);
    expect(focused()).toBe(planner.id);
  });
});

describe('a click', () => {
  it("shows that agent's thread in this view, on a stream of its own, and the way back", async () => {
    const r = await treeRig();
    fireEvent.click(row(r, reader));
    expect(FakeSocket.last.query.get('thread')).toBe(reader.id);
    expect(FakeSocket.last.query.get('after')).toBeNull();
    const mine = said('u7', 1, 'Read the code', { agent_id: reader.id });
    FakeSocket.last.open().say(snapshot({ agents: ALL, messages: [mine], thread: reader.id }));
    await vi.waitFor(() => expect(r.find('[role=log]').textContent).toContain('Read the code'));
    expect(row(r, reader).getAttribute('aria-selected')).toBe('true');
    expect(r.find('.dsp-thread-path').textContent).toBe('dispatch›planner›reader cccc');
    fireEvent.click(r.find(`.dsp-thread-link[data-agent="${AGENT}"]`));
    expect(FakeSocket.last.query.get('thread')).toBe('root');
    await vi.waitFor(() => expect(r.root.querySelector('.dsp-thread-head')).toBeNull());
  });

  it('twice opens it in a tab where there are tabs', async () => {
    const openThread = vi.fn();
    const r = await treeRig({}, { openThread });
    fireEvent.dblClick(row(r, planner));
    expect(openThread).toHaveBeenCalledWith(SESSION, planner.id);
  });
});

describe('the menu of a row', () => {
  it('stops one agent and no other, and gives the focus back to its row', async () => {
    const r = await treeRig();
    r.server.answers.set(`POST agents/${planner.id}/interrupt`, {});
    row(r, planner).focus();
    press('F10', { shiftKey: true });
    await vi.waitFor(() => expect(focused()).toBeNull());
    expect([...r.root.querySelectorAll('[role=menuitem]')].map(entry => entry.textContent)).toEqual([
      'Open thread',
      'Stop',
      'Copy handle aaaa'
    ]);
    fireEvent.click(r.find('[data-action=stop]'));
    await vi.waitFor(() => expect(r.server.of('POST', `agents/${planner.id}/interrupt`)).toHaveLength(1));
    expect(focused()).toBe(planner.id);
    expect(r.root.querySelector('.dsp-node-menu')).toBeNull();
  });

  it('closes with Escape, and offers to go on only to what was interrupted', async () => {
    const error = { code: 'interrupted', message: 'The server stopped.', hint: null, place: null };
    const halted = child('aaaa0001', { status: 'error', error, ended_at: at(9) });
    const r = await treeRig({ agents: [agent(), halted, reader] });
    fireEvent.click(row(r, halted).querySelector('.dsp-node-more') as Element);
    await vi.waitFor(() => r.find('[data-action=resume]'));
    expect(r.root.querySelector('[data-action=stop]')).toBeNull();
    press('Escape');
    await vi.waitFor(() => expect(r.root.querySelector('.dsp-node-menu')).toBeNull());
    fireEvent.contextMenu(row(r, reader));
    await vi.waitFor(() => r.find('[data-action=copy]'));
    expect(r.root.querySelector('[data-action=resume]')).toBeNull();
  });
});

it.each([
  ['Copied', () => Promise.resolve()],
  ['The browser refused', () => Promise.reject(new Error('no'))]
])('says what became of a handle that is copied, and then closes: %s', async (words, writeText) => {
  vi.stubGlobal('navigator', Object.assign(Object.create(navigator), { clipboard: { writeText } }));
  const r = await treeRig();
  fireEvent.contextMenu(row(r, reader));
  const entry = await vi.waitFor(() => r.find('[data-action=copy]'));
  fireEvent.click(entry);
  await vi.waitFor(() => expect(entry.textContent).toBe(words));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-node-menu')).toBeNull(), 3_000);
  expect(focused()).toBe(reader.id);
  vi.unstubAllGlobals();
});

it('folds a row whose agent has summoned others since it was drawn, and says who asks below', async () => {
  const r = openRig({ agents: [agent(), writer] });
  await vi.waitFor(() => expect(row(r, writer).hasAttribute('aria-expanded')).toBe(false));
  const helper = child('eeee0001', { name: 'helper', parent_id: writer.id, seq: 300, created_at: at(5) });
  r.say({ type: 'put', table: 'agents', record: helper });
  await vi.waitFor(() => expect(row(r, writer).getAttribute('aria-expanded')).toBe('true'));
  fireEvent.click(row(r, writer).querySelector('.dsp-node-fold svg') as Element);
  await vi.waitFor(() => expect(row(r, writer).getAttribute('aria-expanded')).toBe('false'));
  r.say({ type: 'put', table: 'requests', record: request('q9', { agent_id: helper.id, seq: 400 }) });
  await vi.waitFor(() => expect(row(r, writer).textContent).toContain('1 below asks you'));
  expect(row(r, writer).getAttribute('aria-label')).toContain(', waits for a key, 1 below asks you, ');

  // who is shown is seen in the tree, too
  fireEvent.click(r.find('.dsp-asks-button'));
  await vi.waitFor(() => expect(row(r, helper).getAttribute('aria-selected')).toBe('true'));
  fireEvent.click(row(r, writer).querySelector('.dsp-node-fold svg') as Element);
  await vi.waitFor(() => expect(row(r, writer).getAttribute('aria-expanded')).toBe('false'));
});
