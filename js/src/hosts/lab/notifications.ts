import { Notification } from '@jupyterlab/apputils';
import { effect } from '@preact/signals';
import type { Translation } from '../../host';
import type { Request } from '../../protocol';
import { sessionOf } from '../../store/agent-ids';
import type { Approvals } from '../../store/approvals';
import type { Waiting } from '../../store/waiting';
import { saidOf } from './notification-words';
import { ToastAnswers } from './toast-answers';
import { Toasts } from './toasts';

/** A prompt that is in view at all has been drawn by then. */
export const DRAWN_MS = 500;
/** A notification covers a corner of the page: so long, where the prompt itself is in view. It stays in the list. */
export const SEEN_MS = 8_000;

interface Shown {
  readonly notification: string;
  /** The request it speaks of. */
  readonly id: string;
  readonly message: string;
  /** With the answers of who may answer. */
  readonly answers: boolean;
}

export interface Page {
  /** Sends the answers that are given in notifications. */
  readonly approvals: Approvals;
  /** Leads the person to the prompt. */
  readonly review: (request: Request) => void;
  /** Whether its prompt is in view. */
  readonly isSeen: (request: Request) => boolean;
  /** Who asks, by those it works for ("dispatch › planner ab12"), as far as it is known by now; read as a signal. */
  readonly who: (agentId: string) => string | null;
}

/**
 * A JupyterLab notification for each session in which something waits for the person, leave or an answer: who asks
 * what first there, and how many wait. What it says whole can be answered in it. It goes when nothing waits any more,
 * wherever that was answered.
 * @returns what ends it.
 */
export function notifyOfRequests(waiting: Waiting, trans: Translation, page: Page): () => void {
  const shown = new Map<string, Shown>();
  const toasts = new Toasts();
  const answers = new ToastAnswers(page.approvals, toasts, trans, page.review);
  const show = (session: string, first: Request, count: number) => {
    const before = shown.get(session);
    const { text: message, whole } = saidOf(first, page.who(first.agent_id), count, trans);
    const may = page.approvals.allowed.value;
    if (before?.id === first.id && before.message === message && before.answers === may) return;
    const options = { autoClose: false as const, actions: answers.of(first, whole) };
    const notification =
      before && Notification.update({ id: before.notification, message, type: 'warning', ...options })
        ? before.notification
        : Notification.emit(message, 'warning', options);
    shown.set(session, { notification, id: first.id, message, answers: may });
    setTimeout(() => {
      if (shown.get(session)?.message === message && page.isSeen(first))
        Notification.update({ id: notification, autoClose: SEEN_MS });
    }, DRAWN_MS);
  };
  const end = (session: string, { notification }: Shown) => {
    toasts.dismiss(notification);
    shown.delete(session);
  };
  const stop = effect(() => {
    const queues = queuesOf(waiting.requests.value);
    answers.stillWaiting(new Set(waiting.requests.value.map(({ id }) => id)));
    for (const [session, said] of shown) if (!queues.has(session)) end(session, said);
    for (const [session, queue] of queues) if (queue[0]) show(session, queue[0], queue.length);
  });
  return () => {
    stop();
    for (const [session, said] of shown) end(session, said);
    toasts.dispose();
  };
}

/** By session, in the order they were asked. */
function queuesOf(requests: readonly Request[]): Map<string, Request[]> {
  const queues = new Map<string, Request[]>();
  for (const request of requests) {
    const session = sessionOf(request.agent_id);
    queues.set(session, [...(queues.get(session) ?? []), request]);
  }
  return queues;
}
