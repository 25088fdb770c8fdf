import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { Fail, FakeSocket } from '../fakes';
import { AGENT, agent, DEMO, message, SESSION, said, session, snapshot, status, summary } from '../records';
import { openRig, rig } from './rig';

const failure = (code: string) => ({ code, message: `Failed: ${code}.`, hint: 'Do this.', place: null });
const ended = (code: string) =>
  openRig({ agents: [agent({ status: 'error', error: failure(code) })], messages: [said('u1', 1, 'try it')] });
const resumed = (r: ReturnType<typeof openRig>) => r.server.of('POST', `agents/${AGENT}/resume`);

it('says why a turn failed and takes it up again on request, saying nothing twice', async () => {
  const r = ended('rate_limited');
  const card = await vi.waitFor(() => r.find('.dsp-content .dsp-error'));
  expect(card.textContent).toBe('Failed: rate_limited.Do this.Try againrate_limited');
  fireEvent.click(r.find('.dsp-content .dsp-error button'));
  await vi.waitFor(() => expect(resumed(r)).toHaveLength(1));
  expect(r.server.of('POST', 'chat')).toEqual([]);
});

it('does not offer to repeat what would fail again', async () => {
  const refused = ended('refused');
  expect((await vi.waitFor(() => refused.find('.dsp-error'))).querySelector('button')).toBeNull();
  const r = ended('context_overflow');
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-error button')));
  expect(r.chat.sessionId.value).toBeNull();
});

it('says quietly that the person stopped it, and offers to go on', async () => {
  const r = ended('cancelled');
  await vi.waitFor(() => expect(r.find('.dsp-ended').textContent).toBe('Stopped Resume'));
  expect(r.root.querySelector('.dsp-error')).toBeNull();
  fireEvent.click(r.find('.dsp-ended button'));
  await vi.waitFor(() => expect(resumed(r)).toHaveLength(1));
});

it('asks the server once where Resume is clicked twice', async () => {
  const r = ended('cancelled');
  const button = await vi.waitFor(() => r.find('.dsp-ended button'));
  fireEvent.click(button);
  fireEvent.click(button);
  await vi.waitFor(() => expect(resumed(r)).toHaveLength(1));
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(resumed(r)).toHaveLength(1);
  fireEvent.click(button); // it has been answered, and the agent still stands: they may ask again
  await vi.waitFor(() => expect(resumed(r)).toHaveLength(2));
});

it('says so once where the server noted something after it, and still offers to go on', async () => {
  const error = failure('cancelled');
  const r = openRig({
    agents: [agent({ status: 'error', error })],
    messages: [
      said('u1', 1, 'go'),
      message('a1', 2, { status: 'interrupted', text: 'I was', error }),
      message('n1', 3, { role: 'notice', text: 'It ended before it read the last message.' })
    ]
  });
  await vi.waitFor(() => expect(r.text()).toContain('before it read the last message'));
  const ended = [...r.root.querySelectorAll('.dsp-ended')].map(one => one.textContent);
  expect(ended).toEqual(['Stopped Resume']);
  r.say({ type: 'put', table: 'messages', record: said('u2', 4, 'and then?', { seq: 101 }) });
  await vi.waitFor(() => expect(r.text()).toContain('and then?'));
  const now = [...r.root.querySelectorAll('.dsp-ended')].map(one => one.textContent);
  expect(now).toEqual(['Stopped ', 'Stopped Resume']); // of that turn, and of the one that read the message
});

it('marks what the end of the server interrupted, once, and offers to go on', async () => {
  const error = failure('interrupted');
  const r = openRig({
    agents: [agent({ status: 'error', error })],
    messages: [said('u1', 1, 'go'), message('a1', 2, { status: 'interrupted', text: 'I was', error })]
  });
  await vi.waitFor(() => expect(r.text()).toContain('Interrupted: the server stopped.'));
  expect(r.root.querySelectorAll('.dsp-error')).toHaveLength(1);
  fireEvent.click(r.find('.dsp-error button'));
  await vi.waitFor(() => expect(resumed(r)).toHaveLength(1));
  r.say({ type: 'put', table: 'messages', record: said('u2', 3, 'go on', { seq: 101 }) });
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 102, status: 'running' }) });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-error')).toBeNull());
  expect(r.find('.dsp-ended').textContent).toBe('Interrupted: the server stopped.');
});

it('says in words how the connection is', async () => {
  const r = rig();
  r.chat.open(SESSION);
  const words = () => r.find('.dsp-state').textContent;
  await vi.waitFor(() => expect(words()).toBe('Connecting…'));
  FakeSocket.last.open().say(snapshot());
  await vi.waitFor(() => expect(words()).toBe('Connected'));
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 101, status: 'running' }) });
  await vi.waitFor(() => expect(words()).toBe('Working'));
  FakeSocket.last.end();
  await vi.waitFor(() => expect(words()).toBe('Reconnecting…'));
  expect(r.root.querySelectorAll('article')).toHaveLength(0);
  fireEvent.click(r.find('.dsp-status button'));
  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.last.query.get('after')).toBe('101');
});

it('says why a session cannot be opened', async () => {
  const r = rig();
  const locked = {
    code: 'locked',
    message: 'Open in another server (pid 4711).',
    hint: 'Close it there.',
    place: null
  };
  r.server.answers.set(`GET sessions/${SESSION}?limit=1`, new Fail(423, locked));
  r.chat.open(SESSION);
  FakeSocket.last.end(4423, 'Open in ano');
  await vi.waitFor(() => expect(r.text()).toContain('Open in another server (pid 4711).Close it there.'));
  expect(r.find('.dsp-state').textContent).toBe('Not connected');
  fireEvent.click(r.find('.dsp-content .dsp-button'));
  expect(FakeSocket.all).toHaveLength(2);
});

it('shows tokens and cost, and the rest in a tooltip', async () => {
  const r = openRig();
  const usage = await vi.waitFor(() => r.find('.dsp-usage'));
  expect(usage.textContent).toBe('context 6.2K · 18.4K tokens · $0.07');
  expect(usage.title).toContain('9K from the cache');
});

it('labels the demo plainly, with what is missing and how to set it', async () => {
  const problems = [
    { code: 'no_model', message: 'No key is set.', hint: 'Set one: `export ACME_API_KEY=…`', place: null }
  ];
  const r = rig();
  r.server.answers.set('GET status', status({ readiness: { model: DEMO, source: 'demo', ready: false, problems } }));
  r.chat.open(null);
  await vi.waitFor(() => expect(r.find('.dsp-chip').textContent).toBe('demo, no language model'));
  const card = r.find('.dsp-empty .dsp-warn');
  expect(card.textContent).toContain('Demo, no language model');
  expect(card.textContent).toContain('Set one: export ACME_API_KEY=…');
  const before = r.server.of('GET', 'status').length;
  fireEvent.click(r.find('.dsp-empty .dsp-warn .dsp-button'));
  expect(r.server.of('GET', 'status')).toHaveLength(before + 1);
});

it('explains the model from its badge, in a session too', async () => {
  const r = openRig();
  const badge = await vi.waitFor(() => r.find('.dsp-chip'));
  fireEvent.click(badge);
  await vi.waitFor(() => expect(r.find('.dsp-composer .dsp-card').textContent).toContain('chosen by DISPATCH_MODEL'));
  expect(r.find('.dsp-chip').getAttribute('aria-expanded')).toBe('true');
});

it('lists the sessions in a menu that the keyboard drives, and gives the focus back', async () => {
  const r = openRig();
  const error = { code: 'store', message: 'Cannot be read.', hint: null, place: null };
  r.server.answers.set('GET sessions', { sessions: [summary(SESSION), summary('b'), summary('c', { error })] });
  const button = r.find('[aria-haspopup=menu]');
  fireEvent.click(button);
  await vi.waitFor(() => expect(r.root.querySelectorAll('[role=menuitemradio]')).toHaveLength(3));
  const entries = [...r.root.querySelectorAll<HTMLElement>('[role=menu] button')];
  await vi.waitFor(() => expect(document.activeElement).toBe(entries[0]));
  expect(entries[0]?.getAttribute('aria-checked')).toBe('true');
  fireEvent.keyDown(r.find('[role=menu]'), { key: 'ArrowUp' });
  expect(document.activeElement?.textContent).toBe('Permission log');
  fireEvent.keyDown(r.find('[role=menu]'), { key: 'ArrowUp' });
  expect(document.activeElement).toBe(entries[2]);
  expect(entries[2]?.textContent).toContain('Cannot be read.');
  fireEvent.click(entries[2] as HTMLElement);
  expect(r.chat.sessionId.value).toBe(SESSION);
  fireEvent.keyDown(r.find('[role=menu]'), { key: 'Escape' });
  await vi.waitFor(() => expect(r.root.querySelector('[role=menu]')).toBeNull());
  expect(document.activeElement).toBe(button);
  fireEvent.click(button);
  fireEvent.click(await vi.waitFor(() => r.find('[role=menuitemradio]:nth-of-type(2)')));
  expect(r.chat.sessionId.value).toBe('b');
});

it('does not greet before it knows whether there is a session to show', async () => {
  const r = rig();
  r.server.answers.set('GET sessions', { sessions: [summary(SESSION)] });
  expect(r.root.querySelector('.dsp-empty')).toBeNull();
  const looking = r.chat.openLatest();
  expect(r.text()).toContain('Loading…');
  await looking;
  FakeSocket.last.open().say(snapshot({ messages: [said('u1', 1, 'hi')] }));
  await vi.waitFor(() => r.find('.dsp-bubble'));
});

it('greets in a session in which nothing has been said, and speaks to that session', async () => {
  const r = openRig({ session: session({ title: '' }) });
  const example = await vi.waitFor(() => r.find('.dsp-example'));
  expect(r.find('.dsp-title').textContent).toBe('New session');
  fireEvent.click(example);
  await vi.waitFor(() => expect(r.server.of('POST', 'chat')[0]?.body).toMatchObject({ session_id: SESSION }));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-empty')).toBeNull());
});

it('starts a new session, and the old one goes on', async () => {
  const r = openRig({ messages: [said('u1', 1, 'hi')] });
  fireEvent.click(await vi.waitFor(() => r.find('[aria-label="New session"]')));
  await vi.waitFor(() => r.find('.dsp-empty'));
  expect(r.server.asked.some(asked => asked.path.includes('interrupt'))).toBe(false);
});

it.each([
  [0.000031, '<$0.01', 'Cost: $0.000031'],
  [0.0042, '<$0.01', 'Cost: $0.0042'],
  [0.01, '$0.01', 'Cost: $0.01'],
  [null, '', 'price unknown'],
  [0, '', 'Cost: $0.00']
])('shows a small cost as a small one: %j', async (cost_usd, line, details) => {
  const r = openRig({ agents: [agent({ usage: { ...agent().usage, input_tokens: 5, cost_usd } })] });
  const usage = await vi.waitFor(() => r.find('.dsp-usage'));
  expect(r.root.querySelector('.dsp-cost')?.textContent ?? '').toBe(line && ` · ${line}`);
  expect(usage.title).toContain(details);
});
