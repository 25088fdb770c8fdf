import { Notification } from '@jupyterlab/apputils';
import { effect } from '@preact/signals';
import { excerpt, plain } from '../../components/excerpt';
import { visible } from '../../components/shown-text';
import type { Translation } from '../../host';
import type { Request } from '../../protocol';
import { handleOf } from '../../store/tree';
import { sessionOf, type Waiting } from '../../store/waiting';

/** A prompt that is in view at all has been drawn by then. */
export const DRAWN_MS = 500;
/** A notification covers a corner of the page: so long, where the prompt itself is in view. It stays in the list. */
export const SEEN_MS = 8_000;
/** So much of a question stands in a notification; the prompt has all of it. */
const MOST_CHARS = 200;

interface Shown {
  readonly notification: string;
  /** The request it speaks of. */
  readonly id: string;
  readonly message: string;
}

interface Page {
  /** Leads the person to the prompt. */
  readonly review: (request: Request) => void;
  /** Whether its prompt is in view. */
  readonly isSeen: (request: Request) => boolean;
  /** Who asks, by those it works for ("dispatch › planner ab12"), as far as it is known by now; read as a signal. */
  readonly who: (agentId: string) => string | null;
}

/**
 * A JupyterLab notification for each session in which something waits for the person, leave or an answer: who asks
 * what first there, and how many are behind it. It goes when nothing waits any more, wherever that was answered.
 * @returns what ends it.
 */
export function notifyOfRequests(waiting: Waiting, trans: Translation, page: Page): () => void {
  const shown = new Map<string, Shown>();
  const show = (session: string, first: Request, behind: number) => {
    const before = shown.get(session);
    const message = messageOf(first, page.who(first.agent_id), behind, trans);
    if (before?.id === first.id && before.message === message) return;
    const isQuestion = first.kind === 'question';
    const action = {
      label: isQuestion ? trans.__('Answer') : trans.__('Review'),
      caption: isQuestion ? trans.__('Go to the thread of who asks') : trans.__('Go to the permission prompt'),
      displayType: 'accent' as const,
      callback: () => page.review(first)
    };
    const options = { autoClose: false as const, actions: [action] };
    const notification =
      before && Notification.update({ id: before.notification, message, type: 'warning', ...options })
        ? before.notification
        : Notification.emit(message, 'warning', options);
    shown.set(session, { notification, id: first.id, message });
    setTimeout(() => {
      if (shown.get(session)?.message === message && page.isSeen(first))
        Notification.update({ id: notification, autoClose: SEEN_MS });
    }, DRAWN_MS);
  };
  const stop = effect(() => {
    const queues = queuesOf(waiting.requests.value);
    for (const [session, { notification }] of shown) {
      if (queues.has(session)) continue;
      Notification.dismiss(notification);
      shown.delete(session);
    }
    for (const [session, [first, ...behind]] of queues) if (first) show(session, first, behind.length);
  });
  return () => {
    stop();
    for (const { notification } of shown.values()) Notification.dismiss(notification);
    shown.clear();
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

function messageOf(first: Request, who: string | null, behind: number, trans: Translation): string {
  const sentence = sentenceOf(first, who, trans);
  const head = behind ? trans._n('%2 (and 1 more request)', '%2 (and %1 more requests)', behind, sentence) : sentence;
  return [head, ...detailsOf(first, trans)].join(' · ');
}

/** Of a permission, the server's own sentence names who wants it, and for whom. */
function sentenceOf({ kind, question, agent_id }: Request, who: string | null, trans: Translation): string {
  if (kind !== 'question') return visible(question);
  const name = who ?? trans.__('Agent %1', handleOf(agent_id));
  return trans.__('%1 asks you: %2', name, excerpt(plain(question), MOST_CHARS));
}

/** What leave would open, and by which command it is asked for. */
function detailsOf({ kind, scopes, reaches, command }: Request, trans: Translation): string[] {
  if (kind === 'question') return [];
  const covers = [...new Set(reaches.map(reach => visible(reach.covers)))].join(', ');
  const details = scopes.length > 1 ? [trans.__('leave for the session would cover %1', covers)] : [];
  return command === null ? details : [...details, trans.__('command: %1', excerpt(visible(command), MOST_CHARS))];
}
