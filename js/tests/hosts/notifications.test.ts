import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { english } from '../../src/host';
import { DRAWN_MS, notifyOfRequests, SEEN_MS } from '../../src/hosts/lab/notifications';
import type { Request } from '../../src/protocol';
import type { Waiting } from '../../src/store/waiting';
import { request } from '../records';

interface Shown {
  readonly message: string;
  readonly options: { autoClose: unknown; actions: { label: string; callback: () => void }[] };
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
    dismiss: (id: string) => shown.delete(id)
  }
}));

const requests = signal<readonly Request[]>([]);
const waiting = { requests } as unknown as Waiting;
const whole = () => [...shown.values()].map(({ message }) => message);
const messages = () => whole().map(message => message.split(' · ')[0]);
const names = signal<ReadonlyMap<string, string>>(new Map());
const page = { review: vi.fn(), isSeen: vi.fn(() => false), who: (id: string) => names.value.get(id) ?? null };
let stop = () => {};
const notify = () => {
  stop = notifyOfRequests(waiting, english, page);
};
const OTHER = 'decafbaddecafbad-0badcafe';

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetAllMocks();
  shown.clear();
  requests.value = [];
  names.value = new Map();
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
  first?.options.actions[0]?.callback();
  expect(page.review.mock.calls[0]?.[0].id).toBe('r1');
  requests.value = requests.value.slice(1);
  expect(messages()).toEqual(['tester wants to write /tmp/x']);
  stop();
  expect(messages()).toEqual([]);
});

it('speaks of the first request of a session, and says how many are behind it', () => {
  notify();
  const asked = ['/a', '/b', '/c'].map(path => request(path, { question: `dispatch wants to read ${path}` }));
  requests.value = asked.slice(0, 2);
  expect(messages()).toEqual(['dispatch wants to read /a (and 1 more request)']);
  requests.value = asked;
  expect(messages()).toEqual(['dispatch wants to read /a (and 2 more requests)']);
  requests.value = asked.slice(2);
  expect(messages()).toEqual(['dispatch wants to read /c']);
  [...shown.values()][0]?.options.actions[0]?.callback();
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
  shownNow?.options.actions[0]?.callback();
  expect(page.review.mock.calls[0]?.[0].id).toBe('q1');
});

it('keeps a long question short', () => {
  notify();
  requests.value = [request('q1', { kind: 'question', question: 'word '.repeat(500) })];
  expect(messages()[0]?.length).toBeLessThan(240);
});

it('says what leave would cover, and for which command', () => {
  notify();
  requests.value = [
    request('r1', { question: 'dispatch wants to read /etc/hosts with a shell command', command: 'cat /etc/hosts' })
  ];
  expect(whole()).toEqual([
    'dispatch wants to read /etc/hosts with a shell command · leave for the session would cover /etc · ' +
      'command: cat /etc/hosts'
  ]);
  requests.value = [request('r2', { question: 'dispatch wants to read /a', scopes: ['once'] })];
  expect(whole()).toEqual(['dispatch wants to read /a']);
});
