import type { Message } from '../protocol';

/** What the conversation is drawn from: messages, and blocks of tool calls that follow one another. */
export type Item =
  | { readonly kind: 'message'; readonly key: string; readonly id: string }
  | { readonly kind: 'calls'; readonly key: string; readonly ids: readonly string[] };

/**
 * A thread as items. Calls of successive answers that say nothing in between form one block, so that ten
 * steps of reading look like one piece of work.
 *
 * @param asked whether something was asked of the person for a call: how that ended stands right after it, so the
 *   block ends there.
 */
export function itemsOf(
  thread: readonly string[],
  message: (id: string) => Message | undefined,
  callsOf: (messageId: string) => readonly string[],
  asked: (callId: string) => boolean = () => false
): Item[] {
  const items: Item[] = [];
  for (const id of thread) {
    const record = message(id);
    if (!record) continue;
    const calls = callsOf(id);
    if (speaks(record, calls.length > 0)) items.push({ kind: 'message', key: id, id });
    appendCalls(items, calls, asked);
  }
  return items;
}

/** An answer that is only calls has no row of its own; one that has not begun yet has none either. */
function speaks(message: Message, hasCalls: boolean): boolean {
  if (message.role !== 'assistant') return true;
  if (message.text.trim() || message.reasoning || message.error) return true;
  return message.status === 'interrupted' && !hasCalls;
}

function appendCalls(items: Item[], calls: readonly string[], asked: (callId: string) => boolean): void {
  for (const call of calls) {
    const last = items.at(-1);
    const ended = last?.kind !== 'calls' || asked(last.ids.at(-1) ?? '');
    if (ended) items.push({ kind: 'calls', key: `calls-${call}`, ids: [call] });
    else items[items.length - 1] = { ...last, ids: [...last.ids, call] };
  }
}
