import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { MAX_MESSAGE_CHARS } from '../../src/protocol';
import { Fail, FakeSocket } from '../fakes';
import { agent, said, snapshot, task } from '../records';
import { openRig, type Rig, rig } from './rig';

const area = (r: Rig) => r.find<HTMLTextAreaElement>('textarea');
const type = (r: Rig, text: string) => fireEvent.input(area(r), { target: { value: text } });
const sent = (r: Rig) => r.server.of('POST', 'chat').map(asked => (asked.body as { text: string }).text);
const enter = (r: Rig, more: KeyboardEventInit = {}) => fireEvent.keyDown(area(r), { key: 'Enter', ...more });

it('sends on Enter and breaks the line on Shift+Enter', async () => {
  const r = openRig();
  type(r, 'hello');
  expect(enter(r, { shiftKey: true })).toBe(true);
  expect(sent(r)).toEqual([]);
  expect(enter(r)).toBe(false);
  await vi.waitFor(() => expect(sent(r)).toEqual(['hello']));
  expect(area(r).value).toBe('');
});

it('leaves Enter to an input method that is composing', () => {
  const r = openRig();
  type(r, 'に');
  enter(r, { isComposing: true });
  enter(r, { keyCode: 229 } as KeyboardEventInit);
  expect(sent(r)).toEqual([]);
});

it('sends with Ctrl+Enter where the person has set that', async () => {
  const r = openRig();
  r.chat.host.settings.sendOn.value = 'ctrl-enter';
  type(r, 'hello');
  enter(r);
  expect(sent(r)).toEqual([]);
  enter(r, { ctrlKey: true });
  await vi.waitFor(() => expect(sent(r)).toEqual(['hello']));
});

it('does nothing on Esc, and nothing with nothing to send', () => {
  const r = openRig();
  type(r, '   ');
  enter(r);
  type(r, 'text');
  fireEvent.keyDown(area(r), { key: 'Escape' });
  expect(area(r).value).toBe('text');
  expect(sent(r)).toEqual([]);
});

it('keeps what could not be sent, says why, and lets the person dismiss that', async () => {
  const r = openRig();
  r.server.answers.set(
    'POST chat',
    new Fail(413, { code: 'too_large', message: 'Too long.', hint: 'Shorten it.', place: null })
  );
  type(r, 'precious');
  enter(r);
  await vi.waitFor(() => expect(r.text()).toContain('Too long.'));
  expect(r.text()).toContain('Shorten it.');
  expect(area(r).value).toBe('precious');
  fireEvent.click(r.find('[aria-label=Dismiss]'));
  await vi.waitFor(() => expect(r.text()).not.toContain('Too long.'));
});

it('offers to stop while the agent works, and only then', async () => {
  const r = openRig({ agents: [agent({ status: 'running' })] });
  r.server.answers.set(`POST agents/${agent().id}/interrupt`, {});
  await vi.waitFor(() => r.find('[aria-label=Stop]'));
  fireEvent.click(r.find('[aria-label=Stop]'));
  expect(r.server.of('POST', `agents/${agent().id}/interrupt`)).toHaveLength(1);
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 101, status: 'idle' }) });
  await vi.waitFor(() => expect(r.root.querySelector('[aria-label=Stop]')).toBeNull());
});

it('can still send while the agent works; what waits is shown and can be withdrawn', async () => {
  const queued = said('q1', 9, 'use zoneinfo', { status: 'queued' });
  const r = openRig({ agents: [agent({ status: 'running' })], messages: [queued] });
  await vi.waitFor(() => expect(r.find('.dsp-queue').textContent).toContain('use zoneinfo'));
  expect(r.find('.dsp-content').textContent).not.toContain('use zoneinfo');
  r.server.answers.set(`DELETE agents/${agent().id}/messages/q1`, { ...queued, status: 'withdrawn', seq: 101 });
  fireEvent.click(r.find('.dsp-queue button'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-queue')).toBeNull());
  type(r, 'and this');
  enter(r);
  await vi.waitFor(() => expect(sent(r)).toEqual(['and this']));
});

it('shows a message on its way until the server has it', async () => {
  const r = openRig();
  let answer = (_: unknown) => {};
  r.server.answers.set('POST chat', () => new Promise(resolve => (answer = resolve)));
  type(r, 'slow');
  enter(r);
  await vi.waitFor(() => expect(r.text()).toContain('Sending…'));
  answer({ session_id: r.chat.sessionId.value, agent_id: 'x', message_id: 'm1' });
  await vi.waitFor(() => expect(r.chat.sending.value?.id).toBe('m1'));
  r.say({ type: 'put', table: 'messages', record: said('m1', 1, 'slow', { seq: 101 }) });
  await vi.waitFor(() => expect(r.text()).not.toContain('Sending…'));
  expect(r.root.querySelectorAll('.dsp-bubble')).toHaveLength(1);
});

it('does not let a message through that the server would refuse for its length', async () => {
  const r = openRig();
  type(r, 'x'.repeat(200_001));
  await vi.waitFor(() => expect(r.text()).toContain('1 character too long'));
  expect(r.find<HTMLButtonElement>('[aria-label=Send]').disabled).toBe(true);
});

it("leaves Jupyter's own shortcuts alive beside the text: a cell's widget keeps its notebook's away by itself", () => {
  expect(area(rig()).dataset.lmSuppressShortcuts).toBeUndefined();
});

it('keeps the focus as a session begins and all that belongs to it appears', async () => {
  const r = rig();
  r.chat.open(null);
  area(r).focus();
  type(r, 'hello');
  enter(r);
  await vi.waitFor(() => expect(r.chat.sessionId.value).not.toBeNull());
  FakeSocket.last.open().say(
    snapshot({
      agents: [agent({ status: 'waiting_for_key' })],
      messages: [said('q1', 9, 'more', { status: 'queued' })],
      tasks: [task(1)]
    })
  );
  await vi.waitFor(() => r.find('.dsp-tasks'));
  r.find('.dsp-wait-key');
  r.find('.dsp-queue');
  expect(document.activeElement).toBe(area(r));
});

it('begins a session from an example', async () => {
  const r = rig();
  r.chat.open(null);
  const example = await vi.waitFor(() => r.find('.dsp-example'));
  fireEvent.click(example);
  await vi.waitFor(() => expect(sent(r)).toEqual(['read the contents of README.md and summarize it']));
  await vi.waitFor(() => expect(r.chat.sessionId.value).not.toBeNull());
  r.say(snapshot());
  expect(r.root.querySelector('.dsp-example')).toBeNull();
});

it('does not send what is too long, by Enter either', async () => {
  const r = openRig();
  type(r, 'x'.repeat(MAX_MESSAGE_CHARS + 1));
  await vi.waitFor(() => expect(r.find('.dsp-too-long').textContent).toBe('1 character too long'));
  expect(enter(r)).toBe(false);
  expect(area(r).value).toHaveLength(MAX_MESSAGE_CHARS + 1);
  expect(sent(r)).toEqual([]);
});
