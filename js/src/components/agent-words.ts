import type { Translation } from '../host';
import type { Agent } from '../protocol';
import { handleOf } from '../store/agent-ids';
import type { Table } from '../store/table';
import { wasInterrupted, wasStopped } from '../store/tree';
import type { Sign } from './call-words';

/** As much of a store as names its agents. */
export interface HasAgents {
  readonly tables: { readonly agents: Table<Agent> };
}

/** Hex digits that name an agent, at least. */
const FEWEST = 4;

/** "researcher ab12"; the agent a session begins with is the only one of its kind and needs no handle. */
export function nameOf(agent: Pick<Agent, 'id' | 'name' | 'summoned_by' | 'parent_id'>): string {
  const first = agent.parent_id === null && !agent.summoned_by;
  return first ? agent.name : `${agent.name} ${handleOf(agent.id)}`;
}

/** An agent after those it works for, from the top of its tree down; empty where it is not known. */
export function pathTo(store: HasAgents, agentId: string): readonly Agent[] {
  const path: Agent[] = [];
  const seen = new Set<string>();
  for (let id: string | null = agentId; id && !seen.has(id); ) {
    seen.add(id);
    const agent: Agent | undefined = store.tables.agents.get(id)?.value;
    if (!agent) break;
    path.unshift(agent);
    id = agent.parent_id;
  }
  return path;
}

/** "dispatch › researcher ab12": an agent by those it works for. */
export function agentPath(store: HasAgents, agentId: string): string {
  const path = pathTo(store, agentId);
  const own = path.at(-1);
  if (!own) return handleOf(agentId);
  return [...path.slice(0, -1).map(({ name }) => name), nameOf(own)].join(' › ');
}

/** The agent that an id, or the beginning of its own part, means; undefined where it is none, or more than one. */
export function agentBy(store: HasAgents, reference: string): Agent | undefined {
  const whole = store.tables.agents.get(reference)?.value;
  if (whole) return whole;
  const wanted = ownPart(reference).toLowerCase();
  if (wanted.length < FEWEST) return undefined;
  const found = store.tables.agents.values().filter(({ id }) => ownPart(id).startsWith(wanted));
  return found.length === 1 ? store.tables.agents.get(found[0]?.id ?? '')?.value : undefined;
}

/** The agent's own part of an id; of what has no such part, all of it. */
function ownPart(reference: string): string {
  return reference.slice(reference.lastIndexOf('-') + 1);
}

/** What an agent does, or how it ended, as a sign and in a few words. */
export function stateSign(agent: Agent, trans: Translation): Sign {
  switch (agent.status) {
    case 'running':
      return ['●', trans.__('running')];
    case 'waiting':
      return waitingSign(agent, trans);
    case 'waiting_for_key':
      return ['◔', trans.__('waits for a key')];
    case 'done':
      return ['✓', trans.__('done')];
    case 'error':
      if (wasStopped(agent)) return ['■', trans.__('stopped')];
      return wasInterrupted(agent) ? ['■', trans.__('interrupted')] : ['✕', trans.__('failed')];
    case 'idle':
      return ['○', trans.__('at rest')];
  }
}

function waitingSign({ waiting_on, waits_for }: Agent, trans: Translation): Sign {
  if (waiting_on !== 'children') return ['◆', trans.__('waits for you')];
  return ['◐', trans._n('waits for 1 agent', 'waits for %1 agents', Math.max(1, waits_for.length))];
}
