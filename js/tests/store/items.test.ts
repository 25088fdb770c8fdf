import { expect, it } from 'vitest';
import type { Message } from '../../src/protocol';
import { itemsOf } from '../../src/store/items';
import { message, said } from '../records';

function items(messages: Message[], calls: Record<string, string[]> = {}) {
  const byId = new Map(messages.map(m => [m.id, m]));
  const list = itemsOf(
    messages.map(m => m.id),
    id => byId.get(id),
    id => calls[id] ?? []
  );
  return list.map(item => (item.kind === 'calls' ? item.ids.join('+') : item.id));
}

it('joins the calls of answers that say nothing in between', () => {
  const thread = [
    said('u', 1, 'go'),
    message('a', 2, { text: 'I look.' }),
    message('b', 3),
    message('c', 4),
    message('d', 5, { text: 'Done.' })
  ];
  expect(items(thread, { a: ['1', '2'], b: ['3'], c: ['4'] })).toEqual(['u', 'a', '1+2+3+4', 'd']);
});

it('starts a new block after anything that is said', () => {
  const thread = [
    message('a', 1),
    message('b', 2, { text: 'So.' }),
    message('c', 3),
    said('u', 4, 'and?'),
    message('d', 5)
  ];
  expect(items(thread, { a: ['1'], b: ['2'], c: ['3'], d: ['4'] })).toEqual(['1', 'b', '2+3', 'u', '4']);
});

it('has no row for an answer that has not begun, and one for an error', () => {
  const error = { code: 'transient', message: 'x', hint: null, place: null };
  expect(items([message('a', 1, { status: 'streaming' }), message('b', 2, { status: 'failed', error })])).toEqual([
    'b'
  ]);
});
