import { fireEvent, render } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { AgentsView, ThreadView } from '../../src/components/ChatView';
import type { Host } from '../../src/host';
import { Chat } from '../../src/store/chat';
import { FakeServer, FakeSocket } from '../fakes';
import { AGENT, agent, child, MODEL, SESSION, said, snapshot, task, USAGE } from '../records';

const planner = child('aaaa0001', {
  name: 'planner',
  detached: true,
  brief: 'Plan it.\nAsk what is open.',
  status: 'waiting',
  waiting_on: 'children',
  waits_for: [`${SESSION}-cccc0001`],
  model: { ...MODEL, key: 'main', effort: 'high' },
  skills: [
    { name: 'global:plans', why: 'template' },
    { name: 'project:style', why: 'default' }
  ],
  limits: { ...agent().limits, root: '/home/ada/project/docs', operations: ['read'], summons: ['summon'] }
});
const reader = child('cccc0001', { name: 'reader', parent_id: planner.id, usage: { ...USAGE, cost_usd: 0.5 } });
const AGENTS = [agent(), planner, reader];

function drawn(view: 'thread' | 'agents', extra: Partial<Host> = {}, agents = AGENTS) {
  const server = new FakeServer(extra);
  const chat = new Chat(server.host, 'rig');
  const { container } = render(view === 'thread' ? <ThreadView chat={chat} /> : <AgentsView chat={chat} />);
  chat.open(SESSION, planner.id);
  const messages = [said('u1', 1, 'Plan it', { agent_id: planner.id })];
  FakeSocket.last
    .open()
    .say(snapshot({ agents, messages, tasks: [task(1, { agent_id: planner.id })], thread: planner.id }));
  const find = (selector: string) => container.querySelector<HTMLElement>(selector) as HTMLElement;
  return { server, chat, container, find };
}

it('names the agent below those it works for, and says on a click all that is known of it', async () => {
  const { find, container } = drawn('thread');
  await vi.waitFor(() => expect(find('.dsp-thread-path').textContent).toContain('dispatch›planner aaaa'));
  expect(find('.dsp-thread-state').textContent).toBe('waits for 1 agent');
  expect(find('.dsp-about')).toBeNull();
  fireEvent.click(find('.dsp-thread-details'));
  await vi.waitFor(() => expect(find('.dsp-about')).not.toBeNull());
  const facts = Object.fromEntries(
    [...container.querySelectorAll('.dsp-about-row')].map(row => [
      row.querySelector('dt')?.textContent,
      row.querySelector('dd')?.textContent
    ])
  );
  expect(facts).toMatchObject({
    Brief: 'Plan it.\nAsk what is open.',
    Model: 'acme/large · key main · effort high',
    May: 'read, summon agents in docs',
    Handle: 'aaaa',
    Parent: 'dispatch',
    Path: 'dispatch › planner',
    'Waits for': 'reader cccc',
    Summoned: 'reader cccc'
  });
  expect(facts.Skills).toMatch(/^global:plans .*template.*project:style ./);
  expect(facts.Runs).toContain('Detached');
  expect(facts.Cost).toContain('(with all below: $0.57)');
  expect(facts).not.toHaveProperty('Result');
});

it('in a tab of its own leads to other threads in theirs, and has neither tree nor sessions', async () => {
  const openThread = vi.fn();
  const { find, container } = drawn('thread', { openThread });
  await vi.waitFor(() => expect(find(`.dsp-thread-link[data-agent="${AGENT}"]`)).not.toBeNull());
  fireEvent.click(find(`.dsp-thread-link[data-agent="${AGENT}"]`));
  expect(openThread).toHaveBeenCalledWith(SESSION, AGENT);
  expect(container.querySelector('[role=tree], .dsp-header')).toBeNull();
  expect(find('.dsp-tasks').textContent).toContain('0 of 1 done');
});

it('beside the tree leads to other threads there, and has a way to a tab', async () => {
  const openThread = vi.fn();
  const { find, chat } = drawn('agents', { openThread });
  await vi.waitFor(() => expect(find('.dsp-thread-head [aria-label="Open this thread in a tab"]')).not.toBeNull());
  fireEvent.click(find('.dsp-thread-head [aria-label="Open this thread in a tab"]'));
  expect(openThread).toHaveBeenCalledWith(SESSION, planner.id);
  fireEvent.click(find(`.dsp-thread-link[data-agent="${AGENT}"]`));
  expect(chat.agentId.value).toBeNull();
  await vi.waitFor(() => expect(find('.dsp-thread-name').textContent).toBe('dispatch'));
});

it('shows what came of an agent that has ended', async () => {
  const ended = { ...planner, status: 'done', result: 'See plan.md', ended_at: '2026-01-02T03:08:05Z' } as const;
  const { find, container } = drawn('thread', {}, [agent(), ended, reader]);
  await vi.waitFor(() => expect(find('.dsp-thread-details')).not.toBeNull());
  fireEvent.click(find('.dsp-thread-details'));
  await vi.waitFor(() => expect(container.querySelector('.dsp-about')?.textContent).toContain('ResultSee plan.md'));
  expect(container.querySelector('.dsp-about')?.textContent).toContain('(4 min 0 s)');
  expect(container.querySelector('textarea')).toBeNull();
});

const seen = ({ find }: ReturnType<typeof drawn>, selector: string) =>
  vi.waitFor(() => {
    expect(find(selector)).not.toBeNull();
    return find(selector);
  });

it('keeps the time line of the Agents tab to itself: a cell begins with the tree, and keeps nothing', async () => {
  type View = ReturnType<typeof drawn>;
  const isTimeline = async (view: View) =>
    (await seen(view, '.dsp-timeline-button')).getAttribute('aria-pressed') === 'true';
  const turn = async (view: View) => fireEvent.click(await seen(view, '.dsp-timeline-button'));
  const cell = () => drawn('agents', { isCell: true });
  await turn(drawn('agents'));
  const first = cell();
  expect(await isTimeline(first)).toBe(false);
  await turn(first);
  await seen(first, '.dsp-timeline');
  expect(await isTimeline(cell())).toBe(false);
  await turn(first);
  expect(await isTimeline(drawn('agents'))).toBe(true);
});

it('keeps the keyboard in the thread where the agent turns out to have ended, or ends', async () => {
  const ended = { ...planner, status: 'done', seq: 300, ended_at: '2026-01-02T03:08:05Z' } as const;
  const view = drawn('thread');
  const area = await seen(view, 'textarea');
  area.focus();
  FakeSocket.last.say({ type: 'put', table: 'agents', record: ended });
  await seen(view, '.dsp-thread-ended');
  expect(document.activeElement).toBe(view.find('[role=log]'));
});

it('takes the keyboard from nowhere else as an agent ends', async () => {
  const ended = { ...planner, status: 'done', seq: 300, ended_at: '2026-01-02T03:08:05Z' } as const;
  const view = drawn('thread');
  const button = await seen(view, '.dsp-thread-details');
  button.focus();
  FakeSocket.last.say({ type: 'put', table: 'agents', record: ended });
  await seen(view, '.dsp-thread-ended');
  expect(document.activeElement).toBe(button);
});

it('says that agents come while there is one, and turns to the time line', async () => {
  const { find, container } = drawn('agents', {}, [agent()]);
  await vi.waitFor(() => expect(find('.dsp-tree-empty').textContent).toContain('when one is summoned'));
  fireEvent.click(find('.dsp-timeline-button'));
  await vi.waitFor(() => expect(container.querySelector('.dsp-timeline')).not.toBeNull());
  expect(container.querySelector('[role=tree]')).toBeNull();
});
