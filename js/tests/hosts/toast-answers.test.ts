import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { english } from '../../src/host';
import { STILL_MS, TOLD_MS, ToastAnswers } from '../../src/hosts/lab/toast-answers';
import type { Toasts } from '../../src/hosts/lab/toasts';
import { Api } from '../../src/store/api';
import { Approvals } from '../../src/store/approvals';
import { Fail, FakeServer } from '../fakes';
import { reach, request } from '../records';

const { told } = vi.hoisted(() => ({ told: new Map<string, { message: string; type: string }>() }));
vi.mock('@jupyterlab/apputils', () => ({
  Notification: {
    emit: (message: string, type: string) => {
      const id = `n${told.size}-${message}`;
      told.set(id, { message, type });
      return id;
    }
  }
}));

function setUp() {
  const server = new FakeServer();
  const toasts = {
    stillFor: vi.fn(() => STILL_MS),
    giveFocusBack: vi.fn(),
    hide: vi.fn(),
    dismiss: (id: string) => told.delete(id)
  };
  const [review, applied] = [vi.fn(), vi.fn()];
  const allowed = signal(true);
  const approvals = new Approvals(new Api(server.host), applied, allowed);
  const answers = new ToastAnswers(approvals, toasts as unknown as Toasts, english, review);
  const asked = request('r1');
  const labels = (whole = true, fields = {}) => answers.of(request('r1', fields), whole).map(({ label }) => label);
  /** Presses that button; whether the notification stays. */
  const press = (label: string, detail = 1) => {
    const event = new MouseEvent('click', { detail, cancelable: true });
    const action = answers.of(asked, true).find(one => one.label === label);
    if (!action) throw new Error(`no button ${label}`);
    action.callback(event);
    return event.defaultPrevented;
  };
  const posted = () => server.of('POST', 'permissions/r1').map(({ body }) => body);
  const accept = () => server.answers.set('POST permissions/r1', request('r1', { status: 'answered' }));
  return { server, toasts, review, allowed, applied, answers, labels, press, posted, accept };
}

const refusal = (code: string, message: string, hint: string | null = null) => ({ code, message, hint, place: null });

beforeEach(() => told.clear());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('offers who may only watch nothing but the way to the prompt', () => {
  const { allowed, labels } = setUp();
  allowed.value = false;
  expect(labels()).toEqual(['Show']);
});

it('offers the answers that the prompt offers, in its order and words', () => {
  const { labels } = setUp();
  expect(labels()).toEqual(['Deny', 'Once', 'This session', 'Always', 'Review']);
  expect(labels(true, { scopes: ['session', 'once'] })).toEqual(['Deny', 'Once', 'This session', 'Review']);
  expect(labels(true, { reaches: [reach('/root/.ssh/id', { secret: 'SSH keys' })] })).toEqual([
    'Deny',
    'Once',
    'Review'
  ]);
});

it('allows nothing where the notification does not say all', () => {
  expect(setUp().labels(false)).toEqual(['Deny', 'Review']);
});

it('leads to a question, and answers none', () => {
  expect(setUp().labels(true, { kind: 'question' })).toEqual(['Answer']);
});

it('says of each button what it would mean, and makes one of them stand out', () => {
  const { answers } = setUp();
  const all = answers.of(request('r1'), true);
  expect(all.find(({ label }) => label === 'This session')?.caption).toContain('reading /etc');
  const accents = (actions: typeof all) => actions.filter(a => a.displayType === 'accent').map(a => a.label);
  expect(accents(all)).toEqual(['Once']);
  expect(accents(answers.of(request('r1'), false))).toEqual(['Review']);
  const secret = request('r1', { reaches: [reach('/root/.ssh/id', { secret: 'SSH keys' })] });
  expect(accents(answers.of(secret, true))).toEqual([]);
});

it.each([
  ['Deny', { answer: 'deny', scope: 'once', note: '' }],
  ['Once', { answer: 'allow', scope: 'once', note: '' }],
  ['This session', { answer: 'allow', scope: 'session', note: '' }],
  ['Always', { answer: 'allow', scope: 'always', note: '' }]
])('sends %s, stays until that has arrived, and leaves the focus where it was', async (label, body) => {
  const { press, posted, accept, applied, toasts } = setUp();
  accept();
  expect(press(label)).toBe(true);
  expect(toasts.giveFocusBack).toHaveBeenCalled();
  await vi.waitFor(() => expect(applied).toHaveBeenCalledOnce());
  expect(posted()).toEqual([body]);
  expect(told.size).toBe(0);
});

it('lets somebody at the keyboard keep the focus until the answer has arrived', async () => {
  const { press, accept, toasts } = setUp();
  accept();
  press('Once', 0);
  expect(toasts.giveFocusBack).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(toasts.giveFocusBack).toHaveBeenCalledOnce());
});

it.each(['Deny', 'Once', 'This session', 'Always'])(
  'takes no %s of what has just come under the pointer: it leads to the prompt',
  label => {
    const { press, posted, review, toasts } = setUp();
    toasts.stillFor.mockReturnValue(STILL_MS - 1);
    expect(press(label)).toBe(true);
    expect(posted()).toEqual([]);
    expect(review).toHaveBeenCalledOnce();
    expect(toasts.hide).toHaveBeenCalledOnce();
  }
);

it('leads to the prompt at any time', () => {
  const { press, review, toasts, posted } = setUp();
  toasts.stillFor.mockReturnValue(0);
  expect(press('Review')).toBe(true);
  expect(toasts.hide).toHaveBeenCalledOnce();
  expect(review.mock.calls[0]?.[0].id).toBe('r1');
  expect(posted()).toEqual([]);
});

it('takes one answer, whatever is pressed while that is on its way', async () => {
  const { server, press, posted, applied, review } = setUp();
  let arrive: (value: unknown) => void = () => {};
  server.answers.set('POST permissions/r1', () => new Promise(resolve => (arrive = resolve)));
  press('Once');
  press('Always');
  press('Deny');
  expect(posted()).toHaveLength(1);
  arrive(request('r1', { status: 'answered' }));
  await vi.waitFor(() => expect(applied).toHaveBeenCalledOnce());
  expect(review).not.toHaveBeenCalled();
  expect(told.size).toBe(0);
});

it('does nothing with the second press of a double click, even if another request stands there by then', () => {
  const { press, posted, review, toasts } = setUp();
  toasts.stillFor.mockReturnValue(0);
  expect(press('Once', 2)).toBe(true);
  expect(posted()).toEqual([]);
  expect(review).not.toHaveBeenCalled();
});

it('says why an answer did not count, and takes another one', async () => {
  const { server, press, posted, accept, applied } = setUp();
  const reason = refusal('config', 'dispatch.yaml cannot be written.', 'Make it writable.');
  server.answers.set('POST permissions/r1', new Fail(500, reason));
  expect(press('Always')).toBe(true);
  const words = 'Your answer did not count. dispatch.yaml cannot be written. Make it writable.';
  await vi.waitFor(() => expect([...told.values()]).toEqual([{ message: words, type: 'error' }]));
  expect(applied).not.toHaveBeenCalled();
  server.answers.set('POST permissions/r1', new Fail(500, refusal('config', 'The disk is full.', 'x'.repeat(100))));
  press('Always');
  const next = 'Your answer did not count. The disk is full.';
  await vi.waitFor(() => expect([...told.values()]).toEqual([{ message: next, type: 'error' }]));
  expect(posted()).toHaveLength(2);
  accept();
  press('Once');
  await vi.waitFor(() => expect(applied).toHaveBeenCalledOnce());
  expect(told.size).toBe(0); // it is not true any more
});

it('says why an answer did not count for as long as the request stands, and till it can have been read', async () => {
  vi.useFakeTimers();
  const { server, press, answers } = setUp();
  const fail = async () => {
    answers.stillWaiting(new Set(['r1']));
    server.answers.set('POST permissions/r1', () => Promise.reject(new TypeError('away')));
    press('Once');
    await vi.waitFor(() => expect(told.size).toBe(1));
  };
  await fail();
  vi.advanceTimersByTime(2 * TOLD_MS);
  expect(told.size).toBe(1);
  answers.stillWaiting(new Set(['r2']));
  expect(told.size).toBe(0);
  await fail();
  answers.stillWaiting(new Set());
  vi.advanceTimersByTime(TOLD_MS / 2);
  expect(told.size).toBe(1);
  vi.advanceTimersByTime(TOLD_MS / 2);
  expect(told.size).toBe(0);
});

it('says that somebody else was first, that one may not answer, and that nobody is there', async () => {
  const { server, press } = setUp();
  const says = async (words: string, type: string) => {
    press('Once');
    await vi.waitFor(() => expect([...told.values()]).toEqual([{ message: expect.stringContaining(words), type }]));
  };
  server.answers.set('POST permissions/r1', new Fail(409, refusal('conflict', 'Answered already by bob.')));
  await says('Answered already by bob.', 'warning');
  server.answers.set('POST permissions/r1', new Fail(403, refusal('forbidden', 'no')));
  await says('You may look at this, but not answer it. Ask the owner', 'error');
  server.answers.set('POST permissions/r1', () => Promise.reject(new TypeError('away')));
  await says('does not answer', 'error');
});
