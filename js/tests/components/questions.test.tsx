import { fireEvent } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GUARD_MS } from '../../src/components/ready';
import type { Request } from '../../src/protocol';
import { Fail } from '../fakes';
import { AGENT, agent, call, child, message, request, SESSION } from '../records';
import { openRig, type Rig } from './rig';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const PLANNER = `${SESSION}-ab12c0ff`;
const planner = child('ab12c0ff', { name: 'planner', detached: true, status: 'waiting', waiting_on: 'user' });
const question = (id: string, fields: Partial<Request> = {}) =>
  request(id, {
    kind: 'question',
    agent_id: PLANNER,
    question: 'Should this support **OAuth**, JWT, or both?',
    options: ['OAuth', 'JWT', 'Both'],
    reaches: [],
    scopes: [],
    ...fields
  });
const asking = (...requests: Request[]) => openRig({ agents: [agent(), planner], requests });
const shown = (r: Rig) => vi.waitFor(() => r.find('.dsp-question'));
const usable = async (r: Rig) => {
  await shown(r);
  await vi.advanceTimersByTimeAsync(GUARD_MS);
};
const option = (r: Rig, words: string) => {
  const found = [...r.root.querySelectorAll<HTMLButtonElement>('.dsp-options button')].find(
    b => b.textContent === words
  );
  if (!found) throw new Error(`No option ${words}`);
  return found;
};
const field = (r: Rig) => r.find<HTMLTextAreaElement>('.dsp-answer-form textarea');
const posted = (r: Rig, id = 'q1') => r.server.of('POST', `questions/${id}`);
const put = (record: Request) => ({ type: 'put', table: 'requests', record }) as const;
const answered = (id: string, fields: Partial<Request> = {}) =>
  question(id, { seq: 101, status: 'answered', answer: 'JWT', answered_by: 'ada', ...fields });

it('says who asks, below whom it works, and what, as Markdown; nothing is chosen beforehand', async () => {
  const r = asking(question('q1'));
  const ask = await shown(r);
  expect(document.getElementById(ask.getAttribute('aria-labelledby') ?? '')?.textContent).toBe(
    'dispatch › planner ab12 asks'
  );
  expect(ask.querySelector('.dsp-ask-body strong')?.textContent).toBe('OAuth');
  expect([...r.root.querySelectorAll('.dsp-options button')].map(b => b.textContent)).toEqual(['OAuth', 'JWT', 'Both']);
  expect(r.root.querySelector('[autofocus], [type=submit], form, .dsp-question .dsp-primary')).toBeNull();
  expect(ask.closest('.dsp-scroller')).toBeNull();
  expect(document.activeElement).toBe(document.body);
});

it('draws a hostile question as text', async () => {
  const r = asking(
    question('q1', { question: '<img src=x onerror=alert(1)> ![x](https://evil.example/?q)', options: ['a\u202eb'] })
  );
  const ask = await shown(r);
  expect(ask.querySelector('img, [onerror], script')).toBeNull();
  expect(r.find('.dsp-options').textContent).toBe('aU+202Eb');
});

it('sends an option once, shows that it is on its way, and goes when it has arrived', async () => {
  const r = asking(question('q1'));
  let arrive: (value: unknown) => void = () => {};
  r.server.answers.set('POST questions/q1', () => new Promise(resolve => (arrive = resolve)));
  await usable(r);
  fireEvent.click(option(r, 'JWT'));
  fireEvent.click(option(r, 'OAuth'));
  await vi.waitFor(() => expect(option(r, 'JWT').getAttribute('aria-busy')).toBe('true'));
  expect(option(r, 'OAuth').getAttribute('aria-disabled')).toBe('true');
  expect(posted(r).map(asked => asked.body)).toEqual([{ answer: 'JWT' }]);
  arrive(answered('q1'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-question')).toBeNull());
});

it('takes no answer in the first moment', async () => {
  const r = asking(question('q1'));
  await shown(r);
  fireEvent.click(option(r, 'JWT'));
  expect(posted(r)).toEqual([]);
});

it('takes words: Enter sends them, not while an input method composes, and never without a word', async () => {
  const r = asking(question('q1', { options: [] }));
  r.server.answers.set('POST questions/q1', answered('q1'));
  await usable(r);
  fireEvent.keyDown(field(r), { key: 'Enter' });
  fireEvent.input(field(r), { target: { value: '   ' } });
  fireEvent.keyDown(field(r), { key: 'Enter' });
  fireEvent.input(field(r), { target: { value: ' OAuth, but only for the hub ' } });
  await vi.waitFor(() => expect(r.find('.dsp-icon-answer').getAttribute('aria-disabled')).toBe('false'));
  fireEvent.keyDown(field(r), { key: 'Enter', isComposing: true });
  fireEvent.keyDown(field(r), { key: 'Enter', shiftKey: true });
  expect(posted(r)).toEqual([]);
  fireEvent.keyDown(field(r), { key: 'Enter' });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-question')).toBeNull());
  expect(posted(r).map(asked => asked.body)).toEqual([{ answer: 'OAuth, but only for the hub' }]);
});

it('answers nothing on Esc, and gives the focus back', async () => {
  const r = asking(question('q1'));
  const ask = await shown(r);
  const composer = r.find('.dsp-composer textarea');
  composer.focus();
  field(r).focus();
  fireEvent.keyDown(field(r), { key: 'Escape' });
  expect(document.activeElement).toBe(composer);
  expect(posted(r)).toEqual([]);
  expect(r.root.contains(ask)).toBe(true);
});

it('keeps its place in the queue among requests for leave', async () => {
  const r = asking(
    request('r1', { agent_id: `${SESSION}-cd34c0ff`, created_at: '2026-01-02T03:04:07Z' }),
    question('q1', { created_at: '2026-01-02T03:04:06Z' })
  );
  const ask = await shown(r);
  expect(ask.textContent).toContain('1 of 2');
  r.say(put(answered('q1')));
  await vi.waitFor(() => expect(r.find('.dsp-ask').dataset.request).toBe('r1'));
  expect(r.root.querySelectorAll('.dsp-ask')).toHaveLength(1);
});

it('goes where it was answered in another tab, and keeps what was being written while it is drawn anew', async () => {
  const r = asking(question('q1'));
  await usable(r);
  fireEvent.input(field(r), { target: { value: 'half a thou' } });
  r.chat.showThread(PLANNER);
  await vi.waitFor(() => expect(field(r).value).toBe('half a thou'));
  r.say(put(answered('q1')));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-question')).toBeNull());
});

it('says that an answer came too late, and which one counted', async () => {
  const r = asking(question('q1'));
  r.server.answers.set(
    'POST questions/q1',
    new Fail(409, { code: 'conflict', message: 'This question was answered.', hint: null })
  );
  await usable(r);
  fireEvent.click(option(r, 'Both'));
  await vi.waitFor(() => expect(r.find('.dsp-ask-problem').textContent).toContain('This question was answered.'));
  r.say(put(answered('q1', { answered_by: 'grace' })));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-question')).toBeNull());
  expect(r.find('.dsp-late').textContent).toContain('Your answer “Both” came too late.');
  expect(r.find('.dsp-late').textContent).toContain('answered “JWT”');
  fireEvent.click(r.find('.dsp-late button'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-late')).toBeNull());
});

it('can be answered again after the answer did not arrive', async () => {
  const r = asking(question('q1'));
  r.server.answers.set('POST questions/q1', () => Promise.reject(new Error('away')));
  await usable(r);
  fireEvent.click(option(r, 'Both'));
  await vi.waitFor(() => expect(r.find('.dsp-ask-problem').dataset.code).toBe('network'));
  r.server.answers.set('POST questions/q1', answered('q1'));
  fireEvent.click(option(r, 'Both'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-question')).toBeNull());
});

it('leads to the thread of who asks, but not to the one that is shown', async () => {
  const openThread = vi.fn();
  const r = openRig({ agents: [agent(), planner], requests: [question('q1')] }, { openThread });
  const ask = await shown(r);
  fireEvent.click(ask.querySelector('.dsp-thread-link') as HTMLElement);
  expect(openThread).toHaveBeenCalledWith(SESSION, PLANNER);
  r.chat.showThread(PLANNER);
  await vi.waitFor(() => expect(r.find('.dsp-question').querySelector('.dsp-thread-link')).toBeNull());
});

it('tells a screen reader who asks what', async () => {
  const r = asking(question('q1'));
  await vi.waitFor(() =>
    expect(r.find('[data-announcer=permissions]').textContent).toBe(
      'dispatch › planner ab12 asks you: Should this support OAuth, JWT, or both?'
    )
  );
});

it.each([
  [{ answer: 'JWT' }, 'You answered “JWT”'],
  [{ answer: null }, 'You answered with a message'],
  [{ answered_by: 'grace' }, 'grace answered “JWT”'],
  [
    { status: 'expired', answer: null, error: { code: 'expired', message: 'x', hint: null, place: null } },
    'Nobody answered before it was stopped'
  ],
  [
    {
      status: 'expired',
      answer: null,
      error: { code: 'interrupted', message: 'The server stopped.', hint: null, place: null }
    },
    'Not answered: The server stopped.'
  ]
] as const)('leaves a line in the thread: %j', async (fields, words) => {
  const own = { agent_id: AGENT, call_id: 'c1' };
  const { signal } = await import('@preact/signals');
  const r = openRig(
    {
      messages: [message('m1', 0)],
      calls: [call('c1', 'm1', { name: 'ask_user', kind: 'other', arguments: { question: 'OAuth or JWT?' } })],
      requests: [answered('q1', { ...own, ...(fields as Partial<Request>) })]
    },
    { user: signal('ada') }
  );
  await vi.waitFor(() => expect(r.find('.dsp-answered').textContent).toBe(words));
});

it('puts first what the agent asks whose thread this is, but replaces nothing the person is at', async () => {
  const leave = request('r1', { created_at: '2026-01-02T03:04:04Z' });
  const r = asking(leave, question('q1', { created_at: '2026-01-02T03:04:06Z' }));
  const current = () => r.find('.dsp-ask').dataset.request;
  await vi.waitFor(() => expect(current()).toBe('r1'));
  r.chat.showThread(PLANNER);
  await vi.waitFor(() => expect(current()).toBe('q1'));
  r.say(put(answered('q1')));
  await vi.waitFor(() => expect(current()).toBe('r1'));
  r.find('.dsp-ask').focus();
  r.say(put({ ...question('q2'), seq: 130 }));
  await vi.waitFor(() => expect(r.find('.dsp-ask').textContent).toContain('1 of 2'));
  expect(current()).toBe('r1');
  r.find('.dsp-composer textarea').focus();
  r.say(put({ ...question('q3'), seq: 131 }));
  await vi.waitFor(() => expect(current()).toBe('q2'));
});

it('is not left by the Esc of an input method', async () => {
  const r = asking(question('q1'));
  await usable(r);
  field(r).focus();
  fireEvent.keyDown(field(r), { key: 'Escape', isComposing: true });
  expect(document.activeElement).toBe(field(r));
});
