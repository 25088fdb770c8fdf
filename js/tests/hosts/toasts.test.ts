import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts, toastsSettled } from '../../src/hosts/lab/toasts';

type Slot = () => void;
const { slots, dismissed } = vi.hoisted(() => ({ slots: new Set<[Slot, unknown]>(), dismissed: [] as string[] }));
vi.mock('@jupyterlab/apputils', () => ({
  Notification: {
    dismiss: (id: string) => dismissed.push(id),
    manager: {
      changed: {
        connect: (slot: Slot, self: unknown) => slots.add([slot, self]),
        disconnect: (slot: Slot) => {
          for (const one of slots) if (one[0] === slot) slots.delete(one);
        }
      }
    }
  }
}));
const changed = () => {
  for (const [slot, self] of slots) slot.call(self);
};

let toasts: Toasts;
const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector) as E;

beforeEach(() => {
  vi.useFakeTimers();
  dismissed.length = 0;
  document.body.innerHTML = `
    <textarea></textarea><p></p>
    <div class="jp-toastContainer"><div id="n1" class="Toastify__toast">
      <button class="jp-toast-button"></button><button class="jp-Notification-Toast-Close"></button>
    </div></div>`;
  toasts = new Toasts();
});
afterEach(() => {
  toasts.dispose();
  vi.useRealTimers();
});

it('takes a toast out of the page and nothing out of the list', () => {
  const closed = vi.fn();
  find('.jp-Notification-Toast-Close').addEventListener('click', closed);
  toasts.hide(find('p')); // in the list, or nowhere
  toasts.hide(null);
  expect(closed).not.toHaveBeenCalled();
  toasts.hide(find('.jp-toast-button'));
  expect(closed).toHaveBeenCalledOnce();
  expect(dismissed).toEqual([]);
});

it('knows for how long nothing has moved under the pointer', () => {
  const toast = find('.jp-toast-button');
  const listed = find('p');
  expect(toasts.stillFor(toast)).toBe(Number.POSITIVE_INFINITY);
  changed();
  vi.advanceTimersByTime(400);
  expect(toasts.stillFor(toast)).toBe(400);
  for (const event of ['animationstart', 'animationend']) {
    find('#n1').dispatchEvent(new Event(event, { bubbles: true }));
    expect(toasts.stillFor(toast)).toBe(0);
    vi.advanceTimersByTime(100);
  }
  expect(toasts.stillFor(listed)).toBe(600); // toasts that slide out do not move the list
  listed.dispatchEvent(new Event('animationend', { bubbles: true }));
  expect(toasts.stillFor(toast)).toBe(100);
  toasts.dispose();
  changed();
  expect(toasts.stillFor(listed)).toBe(600);
});

it('gives the focus back to where it was, and takes it from nothing else', () => {
  find('textarea').focus();
  toasts.giveFocusBack();
  expect(document.activeElement).toBe(find('textarea'));
  find('.jp-toast-button').focus();
  find('.jp-Notification-Toast-Close').focus();
  toasts.giveFocusBack();
  expect(document.activeElement).toBe(find('textarea'));
});

it('leaves the focus on no button where it was nowhere, or where that is gone', () => {
  find('.jp-toast-button').focus();
  toasts.giveFocusBack();
  expect(document.activeElement).toBe(document.body);
  find('textarea').focus();
  find('.jp-toast-button').focus();
  find('textarea').remove();
  toasts.giveFocusBack();
  expect(document.activeElement).toBe(document.body);
});

it('closes a toast that JupyterLab has left over, and no other one', () => {
  const closed = vi.fn();
  find('.jp-Notification-Toast-Close').addEventListener('click', closed);
  toasts.dismiss('n2');
  vi.runAllTimers();
  expect(closed).not.toHaveBeenCalled();
  toasts.dismiss('n1');
  expect(dismissed).toEqual(['n2', 'n1']);
  expect(closed).not.toHaveBeenCalled(); // it slides out by itself
  vi.runAllTimers();
  expect(closed).toHaveBeenCalledOnce();
});

async function isSettled(settled: Promise<void>, after: number): Promise<boolean> {
  let is = false;
  void settled.then(() => {
    is = true;
  });
  await vi.advanceTimersByTimeAsync(after);
  return is;
}
const registry = (load: () => Promise<unknown>) => ({ load }) as unknown as ISettingRegistry;

it('waits until the page is restored and the setting is read', async () => {
  let restored: (value: unknown) => void = () => {};
  const load = vi.fn(async () => null);
  const settled = toastsSettled(new Promise(resolve => (restored = resolve)), registry(load));
  expect(load.mock.calls).toEqual([['@jupyterlab/apputils-extension:notification']]);
  expect(await isSettled(settled, 5_000)).toBe(false);
  restored(null);
  expect(await isSettled(settled, 1_000)).toBe(true);
});

it('does not wait for what cannot be read, nor for ever', async () => {
  const fails = registry(() => Promise.reject(new Error('no such plugin')));
  expect(await isSettled(toastsSettled(Promise.resolve(), fails), 1_000)).toBe(true);
  expect(await isSettled(toastsSettled(Promise.resolve(), null), 1_000)).toBe(true);
  const never = new Promise<void>(() => {});
  expect(await isSettled(toastsSettled(never, null), 10_000)).toBe(true);
});
