import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { resultText } from '../../src/components/peers/result-text';
import type { ToolCall } from '../../src/protocol';
import { AGENT, agent, call, child, message, request, SESSION } from '../records';
import { openRig, type Rig } from './rig';

const CHILD = `${SESSION}-ab12c0ff`;
const researcher = child('ab12c0ff', { seq: 3 });
const tool = (name: string, fields: Partial<ToolCall> = {}) =>
  call('c1', 'm1', { name, kind: 'other', output: '', output_chars: 0, ...fields });
const line = (r: Rig) => vi.waitFor(() => r.find('[data-call=c1] .dsp-call'));
const words = (r: Rig) =>
  ['.dsp-call-verb', '.dsp-peer-what'].map(part => r.find(`[data-call=c1] ${part}`).textContent).join(' ');
const withCall = (one: ToolCall, agents = [agent(), researcher]) =>
  openRig({ agents, messages: [message('m1', 0)], calls: [one] });

it.each([
  [
    tool('summon', { arguments: { task: 'Find the\n tests' }, child_id: CHILD, output: `agent_id: ${CHILD}\n\nok` }),
    'Summoned researcher ab12: Find the tests'
  ],
  [
    tool('summon', { status: 'pending', arguments: null, arguments_text: '{"agent": "writer", "task": "Wri' }),
    'Summons writer: Wri'
  ],
  [
    tool('summon', { status: 'failed', arguments: { agent: 'writer', task: 'Write' } }),
    'Could not summon writer: Write'
  ],
  [tool('retrieve', { arguments: { id: 'ab12' } }), 'Asked for the result of researcher ab12'],
  [tool('retrieve', { arguments: { agent_id: CHILD } }), 'Asked for the result of researcher ab12'],
  [tool('read_agent', { arguments: { handle: 'ab12' } }), 'Read the thread of researcher ab12'],
  [tool('send_to_tab', { arguments: { tab_id: 'ab12', text: 'Hello' } }), 'Wrote to researcher ab12: Hello'],
  [
    tool('retrieve', { status: 'in_progress', ended_at: null, arguments: { id: CHILD } }),
    'Waits for the result of researcher ab12'
  ],
  [tool('retrieve', { arguments: { id: 'job-7' } }), 'Asked for the result of job-7'],
  [tool('agent_status', { arguments: {} }), 'Looked at its agents'],
  [tool('agent_status', { arguments: { agent: 'ab12c' } }), 'Looked at researcher ab12'],
  [
    tool('send_to_agent', { arguments: { agent: 'ab12', message: 'focus on OAuth' } }),
    'Wrote to researcher ab12: focus on OAuth'
  ],
  [tool('send_to_tab', { arguments: { agent: 'ab12', message: 'as before' } }), 'Wrote to researcher ab12: as before'],
  [tool('read_agent', { arguments: { agent: 'ab12' } }), 'Read the thread of researcher ab12'],
  [tool('ask_user', { arguments: { question: 'OAuth or JWT?' } }), 'Asked you OAuth or JWT?'],
  [tool('report', { arguments: { result: 'It is **done**' } }), 'Reported It is done']
])('says in one line what a call is: $name $status', async (one, expected) => {
  const r = withCall(one as ToolCall);
  await line(r);
  expect(words(r)).toBe(expected);
});

it('shows how the child is now, live, whatever became of the call', async () => {
  const r = withCall(
    tool('summon', { arguments: { task: 'Find' }, child_id: CHILD, output: `agent_id: ${CHILD}\nIt runs.` })
  );
  await line(r);
  const state = () => r.find('.dsp-peer-state').textContent?.trim();
  expect(state()).toBe('● running');
  r.say({ type: 'put', table: 'agents', record: { ...researcher, seq: 110, status: 'waiting', waiting_on: 'user' } });
  await vi.waitFor(() => expect(state()).toBe('◆ waits for you'));
  r.say({ type: 'put', table: 'agents', record: { ...researcher, seq: 111, status: 'done' } });
  await vi.waitFor(() => expect(state()).toBe('✓ done'));
});

it.each([
  ['interrupted', 'the wait for it was interrupted: the server stopped'],
  ['cancelled', 'the wait for it was stopped']
])('does not call a summon failed whose wait was cut short: %s', async (code, said) => {
  const error = { code, message: 'It is over.', hint: null, place: null };
  const cut = tool('summon', { status: 'failed', error, arguments: { task: 'Find' }, child_id: CHILD });
  const r = withCall(cut, [agent(), { ...researcher, status: 'done' }]);
  const mark = (await line(r)).querySelector('.dsp-mark');
  expect(mark?.textContent).toBe(`■${said}`);
  expect(words(r)).toBe('Summoned researcher ab12: Find');
  expect(r.find('[data-call=c1]').classList).not.toContain('dsp-is-failed');
  expect(r.find('.dsp-peer-state').textContent?.trim()).toBe('✓ done');
  r.say({ type: 'put', table: 'calls', record: { ...cut, child_id: null, seq: 110 } });
  await vi.waitFor(() => expect(words(r)).toBe('Could not summon Find'));
});

it('knows a child from the moment there is one, while its call still waits for it', async () => {
  const waits = tool('summon', { status: 'in_progress', ended_at: null, arguments: { task: 'Find' } });
  const r = withCall(waits);
  await line(r);
  expect(r.find('[data-call=c1]').dataset.peer).toBeUndefined();
  r.say({ type: 'put', table: 'calls', record: { ...waits, child_id: CHILD, seq: 110 } });
  await vi.waitFor(() => expect(r.find('[data-call=c1]').dataset.peer).toBe(CHILD));
});

it('leads to the thread of the child, and its line still opens the details', async () => {
  const openThread = vi.fn();
  const r = openRig(
    {
      agents: [agent(), researcher],
      messages: [message('m1', 0)],
      calls: [tool('summon', { arguments: { task: 'Find' }, child_id: CHILD, output: `agent_id: ${CHILD}` })]
    },
    { openThread }
  );
  const shown = await line(r);
  fireEvent.click(shown.querySelector('.dsp-thread-link') as HTMLElement);
  expect(openThread).toHaveBeenCalledWith(SESSION, CHILD);
  fireEvent.click(shown.querySelector('.dsp-call-toggle') as HTMLElement);
  await vi.waitFor(() => expect(r.find('.dsp-details').textContent).toContain('task'));
});

it('says that a question waits for the person', async () => {
  const r = openRig({
    agents: [agent({ status: 'waiting', waiting_on: 'user' })],
    messages: [message('m1', 0)],
    calls: [tool('ask_user', { status: 'in_progress', ended_at: null, arguments: { question: 'OAuth?' } })],
    requests: [request('q1', { kind: 'question', question: 'OAuth?', call_id: 'c1', reaches: [], scopes: [] })]
  });
  await line(r);
  expect(r.find('[data-call=c1] .dsp-mark').textContent).toContain('waits for you');
  expect(r.find('[data-call=c1] .dsp-figures').textContent).toBe('waits');
});

const from = (id: string, fields: Parameters<typeof message>[2] = {}) =>
  message(id, 0, {
    role: 'user',
    status: 'delivered',
    from_agent: CHILD,
    sender: 'researcher',
    text: 'Sign-in is **one** middleware.',
    ...fields
  });

it.each([
  ['brief', 'Brief'],
  ['message', 'Message'],
  ['result', 'Result']
] as const)('shows what another agent wrote as its, not as the person’s: %s', async (purpose, label) => {
  const r = openRig({ agents: [agent(), researcher], messages: [from('m1', { purpose })] });
  const shown = await vi.waitFor(() => r.find('[data-message=m1]'));
  expect(shown.dataset.role).toBe('agent');
  expect(shown.querySelector('.dsp-purpose')?.textContent).toBe(label);
  expect(shown.querySelector('h3')?.textContent).toBe('from researcher ab12');
  expect(shown.querySelector('.dsp-markdown strong')?.textContent).toBe('one');
  expect(r.root.querySelector('.dsp-bubble')).toBeNull();
});

it('folds a long one, and says when it began a turn and when its sender failed', async () => {
  const failed = {
    ...researcher,
    status: 'error' as const,
    error: { code: 'model', message: 'x', hint: null, place: null }
  };
  const r = openRig({
    agents: [agent(), failed],
    messages: [from('m1', { purpose: 'result', woke: true, text: 'line\n\n'.repeat(40) })]
  });
  const shown = await vi.waitFor(() => r.find('[data-message=m1]'));
  expect(shown.querySelector('.dsp-folded')).not.toBeNull();
  expect(shown.querySelector('header')?.textContent).toContain('✕ failed');
  expect(shown.querySelector('header')?.textContent).toContain('began this turn');
  fireEvent.click(shown.querySelector('.dsp-link') as HTMLElement);
  await vi.waitFor(() => expect(shown.querySelector('.dsp-folded')).toBeNull());
});

it.each([
  ['agent_id: x-1\n<agent_result>\nAll found.\n</agent_result>', 'All found.'],
  [
    'agent_id: x-1\nAgent ab12 (researcher) failed: no key.\nAdd one.\n<partial_work>\nHalf.\n</partial_work>',
    'Agent ab12 (researcher) failed: no key.\nAdd one.\n\nHalf.'
  ],
  ['no marks at all', 'no marks at all']
])('shows a result without what is there for models: %j', (text, expected) => {
  expect(resultText(text)).toBe(expected);
});

it('names an agent it has no record of by what the message says', async () => {
  const r = openRig({ messages: [from('m1', { from_agent: `${SESSION}-ffff0000` })] });
  await vi.waitFor(() => expect(r.find('[data-message=m1] h3').textContent).toBe('from ffff'));
});

it('has a quiet notice in the place of the composer where the agent has ended', async () => {
  const openThread = vi.fn();
  const done = child('ab12c0ff', { status: 'done', result: 'All **three** found.', ended_at: '2026-01-02T03:09:05Z' });
  const r = openRig({ agents: [agent(), done] }, { openThread });
  r.chat.showThread(CHILD);
  const notice = await vi.waitFor(() => r.find('.dsp-thread-ended'));
  expect(r.root.querySelector('.dsp-composer')).toBeNull();
  expect(notice.textContent).toContain('researcher ab12 is done');
  expect(notice.textContent).toContain('Its thread is closed.');
  fireEvent.click(notice.querySelector('.dsp-link') as HTMLElement);
  await vi.waitFor(() => expect(notice.querySelector('.dsp-ended-result strong')?.textContent).toBe('three'));
  fireEvent.click(notice.querySelector('.dsp-thread-link') as HTMLElement);
  expect(openThread).toHaveBeenCalledWith(SESSION, AGENT);
});

it.each([
  ['cancelled', 'researcher ab12 was stopped'],
  ['model', 'researcher ab12: failed']
])('says how it ended: %s', async (code, expected) => {
  const error = { code, message: 'The provider refused.', hint: null, place: null };
  const r = openRig({
    agents: [agent(), child('ab12c0ff', { status: 'error', error, ended_at: '2026-01-02T03:09:05Z' })]
  });
  r.chat.showThread(CHILD);
  const notice = await vi.waitFor(() => r.find('.dsp-thread-ended'));
  expect(notice.textContent).toContain(expected);
  expect(notice.textContent?.includes('The provider refused.')).toBe(code === 'model');
});

it('keeps the composer for one that was interrupted: it can go on', async () => {
  const error = { code: 'interrupted', message: 'The server stopped.', hint: null, place: null };
  const r = openRig({
    agents: [agent(), child('ab12c0ff', { status: 'error', error, ended_at: '2026-01-02T03:09:05Z' })]
  });
  r.chat.showThread(CHILD);
  await vi.waitFor(() =>
    expect(r.find('.dsp-composer textarea').getAttribute('aria-label')).toBe('Message to researcher ab12')
  );
});
