import { Notification } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** Where JupyterLab shows notifications: as toasts, and in the list behind the bell. */
const TOASTS = '.jp-toastContainer';
const PLACES = `${TOASTS}, .jp-Notification-Center`;
/** A toast that was told to go has slid out of the page by then. */
const GONE_MS = 1_500;

/** What JupyterLab does not say of its toasts: when one last moved, where the focus was before, which one is left over. */
export class Toasts {
  private changed = Number.NEGATIVE_INFINITY;
  private slid = Number.NEGATIVE_INFINITY;
  private before: HTMLElement | null = null;

  constructor() {
    Notification.manager.changed.connect(this.onChange, this);
    // a toast is shown some time after it was asked for, then slides in; another one that goes lets it slip down
    document.addEventListener('animationstart', this.onMove, true);
    document.addEventListener('animationend', this.onMove, true);
    document.addEventListener('focusin', this.onFocus, true);
  }

  dispose(): void {
    Notification.manager.changed.disconnect(this.onChange, this);
    document.removeEventListener('animationstart', this.onMove, true);
    document.removeEventListener('animationend', this.onMove, true);
    document.removeEventListener('focusin', this.onFocus, true);
  }

  /**
   * For how long a button of a notification has been where it is, or another one may have been there.
   * @returns milliseconds since any notification came, went or changed; or, of toasts, moved.
   */
  stillFor(button: EventTarget | null): number {
    return performance.now() - (isIn(button, TOASTS) ? Math.max(this.changed, this.slid) : this.changed);
  }

  /**
   * Puts the focus back to where it was before a notification had it. A button that keeps it would take the next
   * Space or Enter, of somebody who goes on to write, for an answer to what comes next.
   */
  giveFocusBack(): void {
    const now = document.activeElement;
    if (!(now instanceof HTMLElement) || !isIn(now)) return;
    this.before?.focus({ preventScroll: true });
    if (document.activeElement === now) now.blur(); // where it was is gone, or hidden
  }

  /**
   * Dismisses a notification, and its toast. While "do not disturb" is on, JupyterLab does not tell toasts that they
   * are over, so that one which was up before would stay for ever.
   */
  dismiss(id: string): void {
    Notification.dismiss(id);
    setTimeout(() => {
      const left = document.getElementById(id);
      if (isIn(left, TOASTS)) left?.querySelector<HTMLElement>('.jp-Notification-Toast-Close')?.click();
    }, GONE_MS);
  }

  /** Takes the toast that a button is in out of the page; what it says stays in the list. In the list: nothing. */
  hide(button: EventTarget | null): void {
    if (!(button instanceof Element) || !isIn(button, TOASTS)) return;
    button.closest('.Toastify__toast')?.querySelector<HTMLElement>('.jp-Notification-Toast-Close')?.click();
  }

  private onChange(): void {
    this.changed = performance.now();
  }

  private readonly onMove = ({ target }: Event) => {
    if (isIn(target, TOASTS)) this.slid = performance.now();
  };

  private readonly onFocus = ({ target, relatedTarget }: FocusEvent) => {
    if (isIn(target) && !isIn(relatedTarget)) this.before = relatedTarget instanceof HTMLElement ? relatedTarget : null;
  };
}

function isIn(element: EventTarget | null, places = PLACES): boolean {
  return element instanceof Element && element.closest(places) !== null;
}

/** JupyterLab's plugin that shows notifications. */
const NOTIFICATIONS = '@jupyterlab/apputils-extension:notification';
/** JupyterLab reads that setting at the same time as we do: it is to be first. */
const READ_MS = 250;
/** A page that takes longer has something else to tell; what waits for the person is told then. */
const MOST_MS = 10_000;

/**
 * Waits until JupyterLab knows whether the person wants to see toasts. It reads that once the page is restored, and
 * shows all of them until then; those it shows before it learns of "do not disturb" it neither changes nor closes.
 */
export async function toastsSettled(restored: Promise<unknown>, registry: ISettingRegistry | null): Promise<void> {
  // a page without that plugin, or whose settings cannot be read, shows all of them, or none
  const read = Promise.allSettled([restored, registry?.load(NOTIFICATIONS)]);
  await Promise.race([read.then(() => after(READ_MS)), after(MOST_MS)]);
}

function after(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
