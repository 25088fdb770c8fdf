import type { ReadonlySignal } from '@preact/signals';
import type { Message, Transition } from '../../protocol';
import type { Table } from '../../store/table';
import type { HasAgents } from '../agent-words';
import { type Arrival, type Line, linesOf } from './periods';

/** As much of a session's store as its history is drawn from. */
export interface HasHistory extends HasAgents {
  readonly tables: HasAgents['tables'] & { readonly messages: Table<Message> };
  readonly structure: ReadonlySignal<number>;
  readonly tree: { readonly rows: ReadonlySignal<readonly { readonly id: string; readonly depth: number }[]> };
  readonly transitions: ReadonlySignal<readonly Transition[]>;
}

/** The history of all agents. It changes when one comes into another state, and not with what they say or cost. */
export function historyOf(store: HasHistory): readonly Line[] {
  store.structure.value; // messages come and are delivered
  return linesOf(
    store.tree.rows.value,
    id => store.tables.agents.peek(id),
    store.transitions.value,
    arrivalsOf(store.tables.messages.values())
  );
}

/** What reached agents, as far as their messages are here. */
function arrivalsOf(messages: readonly Message[]): Map<string, Arrival[]> {
  const arrivals = new Map<string, Arrival[]>();
  for (const { agent_id, from_agent, purpose, created_at } of messages) {
    if (!from_agent) continue;
    const arrival: Arrival = { at: Date.parse(created_at), from: from_agent, purpose };
    const list = arrivals.get(agent_id);
    if (list) list.push(arrival);
    else arrivals.set(agent_id, [arrival]);
  }
  return arrivals;
}
