import type { Message } from '../protocol';

/** What the conversation is drawn from: messages, and blocks of tool calls that follow one another. */
export type Item =
  | { readonly kind: 'message'; readonly key: string; readonly id: string }
  | { readonly kind: 'calls'; readonly key: string; readonly ids: readonly string[] };

/**
 * A thread as items. Calls of successive answers that say nothing in between form one block, so that ten
 * steps of reading look like one piece of work.
 */
export function itemsOf(
  thread: readonly string[],
  message: (id: string) => Message | undefined,
  callsOf: (messageId: string) => readonly string[]
): Item[] {
  const items: Item[] = [];
  for (const id of thread) {
    const record = message(id);
    if (!record) continue;
    const calls = callsOf(id);
    if (speaks(record, calls.length > 0)) items.push({ kind: 'message', key: id, id });
    if (calls.length) appendCalls(items, calls);
  }
  return items;
}

/** An answer that is only calls has no row of its own; one that has not begun yet has none either. */
function speaks(message: Message, hasCalls: boolean): boolean {
  if (message.role !== 'assistant') return true;
  if (message.text.trim() || message.reasoning || message.error) return true;
  return message.status === 'interrupted' && !hasCalls;
}

function appendCalls(items: Item[], calls: readonly string[]): void {
  const last = items.at(-1);
  if (last?.kind === 'calls') items[items.length - 1] = { ...last, ids: [...last.ids, ...calls] };
  else items.push({ kind: 'calls', key: `calls-${calls[0]}`, ids: calls });
}
