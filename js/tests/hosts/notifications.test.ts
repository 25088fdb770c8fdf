import { signal } from '@preact/signals';
import { beforeEach, expect, it, vi } from 'vitest';
import { english } from '../../src/host';
import { notifyOfRequests } from '../../src/hosts/lab/notifications';
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
    dismiss: (id: string) => shown.delete(id)
  }
}));

const requests = signal<readonly Request[]>([]);
const waiting = { requests } as unknown as Waiting;
const messages = () => [...shown.values()].map(({ message }) => message);

beforeEach(() => {
  shown.clear();
  requests.value = [];
});

it('shows one for each request, once, and takes it away when it was answered anywhere', () => {
  const review = vi.fn();
  const stop = notifyOfRequests(waiting, english, review);
  requests.value = [request('r1')];
  requests.value = [request('r1'), request('r2', { question: 'tester wants to write /tmp/x' })];
  expect(messages()).toEqual(['dispatch wants to read /etc/hosts', 'tester wants to write /tmp/x']);
  const [first] = shown.values();
  expect(first?.options.autoClose).toBe(false);
  first?.options.actions[0]?.callback();
  expect(review.mock.calls[0]?.[0].id).toBe('r1');
  requests.value = [request('r2')];
  expect(messages()).toEqual(['tester wants to write /tmp/x']);
  stop();
  expect(messages()).toEqual([]);
});

it('shows what a path hides', () => {
  notifyOfRequests(waiting, english, () => {});
  requests.value = [request('r1', { question: 'dispatch wants to read /etc/\u202ex' })];
  expect(messages()).toEqual(['dispatch wants to read /etc/U+202Ex']);
});
