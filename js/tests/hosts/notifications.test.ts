import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { english } from '../../src/host';
import { DRAWN_MS, notifyOfRequests, SEEN_MS } from '../../src/hosts/lab/notifications';
import type { Request } from '../../src/protocol';
import type { Approvals } from '../../src/store/approvals';
import type { Waiting } from '../../src/store/waiting';
import { request } from '../records';

interface Shown {
  readonly message: string;
  readonly options: { autoClose: unknown; actions: { label: string; callback: (event: MouseEvent) => void }[] };
}
const { shown } = vi.hoisted(() => ({ shown: new Map<string, Shown>() }));
vi.mock('@jupyterlab/apputils', () => ({
  Notification: {
    emit: (message: string, _type: string, options: Shown['options']) => {
      const id = `n${shown.size}-${message}`;
      shown.set(id, { message, options });
      return id;
    },
    update: ({ id, message, type: _, ...options }: { id: string; message?: string; type?: string }) => {
      const before = shown.get(id);
      if (!before) return false;
      shown.set(id, { message: message ?? before.message, options: { ...before.options, ...options } });
      return true;
    },
    dismiss: (id: string) => shown.delete(id),
    manager: { changed: { connect: () => {}, disconnect: () => {} } }
  }
}));

const requests = signal<readonly Request[]>([]);
const waiting = { requests } as unknown as Waiting;
const whole = () => [...shown.values()].map(({ message }) => message);
const messages = () => whole().map(message => message.split('\n')[0]);
const labels = () => [...shown.values()].map(({ options }) => options.actions.map(({ label }) => label).join());
const names = signal<ReadonlyMap<string, string>>(new Map());
const allowed = signal(true);
const page = {
  approvals: { allowed } as Partial<Approvals> as Approvals,
  review: vi.fn(),
  isSeen: vi.fn(() => false),
  who: (id: string) => names.value.get(id) ?? null
};
let stop = () => {};
const notify = () => {
  stop = notifyOfRequests(waiting, english, page);
};
const press = () => new MouseEvent('click', { cancelable: true });
const OTHER = 'decafbaddecafbad-0badcafe';

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetAllMocks();
  shown.clear();
  requests.value = [];
  names.value = new Map();
  allowed.value = true;
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('shows one for each session, and takes it away when nothing waits there any more', () => {
  notify();
  requests.value = [request('r1')];
  requests.value = [request('r1'), request('r2', { agent_id: OTHER, question: 'tester wants to write /tmp/x' })];
  expect(messages()).toEqual(['dispatch wants to read /etc/hosts', 'tester wants to write /tmp/x']);
  const [first] = shown.values();
  expect(first?.options.autoClose).toBe(false);
  first?.options.actions.at(-1)?.callback(press());
  expect(page.review.mock.calls[0]?.[0].id).toBe('r1');
  requests.value = requests.value.slice(1);
  expect(messages()).toEqual(['tester wants to write /tmp/x']);
  stop();
  expect(messages()).toEqual([]);
});

it('stays in the list while it waits, also when it has led to the prompt', () => {
  notify();
  requests.value = [request('r1')];
  const click = press();
  [...shown.values()][0]?.options.actions.at(-1)?.callback(click);
  expect(page.review).toHaveBeenCalledOnce();
  expect(click.defaultPrevented).toBe(true); // else JupyterLab takes it out of the list
  expect(messages()).toEqual(['dispatch wants to read /etc/hosts']);
  requests.value = [];
  expect(messages()).toEqual([]);
});

it('speaks of the first request of a session, and says how many are behind it', () => {
  notify();
  const asked = ['/a', '/b', '/c'].map(path => request(path, { question: `dispatch wants to read ${path}` }));
  requests.value = asked.slice(0, 2);
  expect(messages()).toEqual(['1 of 2 · dispatch wants to read /a']);
  requests.value = asked;
  expect(messages()).toEqual(['1 of 3 · dispatch wants to read /a']);
  requests.value = asked.slice(2);
  expect(messages()).toEqual(['dispatch wants to read /c']);
  [...shown.values()][0]?.options.actions.at(-1)?.callback(press());
  expect(page.review.mock.calls[0]?.[0].id).toBe('/c');
});

it('tells anew of what comes after one that was dismissed', () => {
  notify();
  requests.value = [request('r1')];
  shown.clear();
  requests.value = [request('r2', { question: 'dispatch wants to read /b' })];
  expect(messages()).toEqual(['dispatch wants to read /b']);
});

it('does not cover the page for long where the prompt is in view', () => {
  notify();
  const closes = () => [...shown.values()].map(({ options }) => options.autoClose);
  requests.value = [request('r1')];
  vi.advanceTimersByTime(DRAWN_MS);
  expect(closes()).toEqual([false]);
  page.isSeen.mockReturnValue(true);
  requests.value = [request('r2', { question: 'dispatch wants to read /b' })];
  expect(closes()).toEqual([false]);
  vi.advanceTimersByTime(DRAWN_MS);
  expect(closes()).toEqual([SEEN_MS]);
});

it('shows what a path hides', () => {
  notify();
  requests.value = [request('r1', { question: 'dispatch wants to read /etc/\u202ex' })];
  expect(messages()).toEqual(['dispatch wants to read /etc/U+202Ex']);
});

it('says who asks a question and what, as soon as the name is known, and where the answer is given', () => {
  notify();
  const planner = 'feedfacefeedface-ab12c0ff';
  requests.value = [
    request('q1', {
      kind: 'question',
      agent_id: planner,
      question: 'OAuth,\n JWT, or both?',
      options: ['OAuth', 'JWT']
    })
  ];
  expect(messages()).toEqual(['Agent ab12 asks you: OAuth, JWT, or both?']);
  names.value = new Map([[planner, 'dispatch › planner ab12']]);
  expect(messages()).toEqual(['dispatch › planner ab12 asks you: OAuth, JWT, or both?']);
  const [shownNow] = shown.values();
  expect(shownNow?.options.actions[0]?.label).toBe('Answer');
  shownNow?.options.actions[0]?.callback(press());
  expect(page.review.mock.calls[0]?.[0].id).toBe('q1');
});

it('offers all answers only where it says all there is to decide by', () => {
  notify();
  requests.value = [request('r1', { command: 'cat /etc/hosts' })];
  expect(labels()).toEqual(['Deny,Once,This session,Always,Review']);
  requests.value = [request('r2', { command: `cat /etc/hosts; echo ${'x'.repeat(200)}` })];
  expect(labels()).toEqual(['Deny,Review']);
  requests.value = [request('r1'), request('r2')];
  expect(labels()).toEqual(['Deny,Once,This session,Always,Review']);
});

it('takes the answers away once the server says that the person may only watch', () => {
  notify();
  requests.value = [request('r1')];
  expect(labels()).toEqual(['Deny,Once,This session,Always,Review']);
  allowed.value = false;
  expect(labels()).toEqual(['Show']);
});
