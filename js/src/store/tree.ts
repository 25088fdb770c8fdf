import { computed, type ReadonlySignal } from '@preact/signals';
import type { Agent, Request, Session } from '../protocol';
import type { Table } from './table';

/** Where an agent stands in the tree. How it stands is in its record. */
export interface TreeRow {
  readonly id: string;
  /** 0 for the root, and for agents that live on their own. */
  readonly depth: number;
  readonly hasChildren: boolean;
  /** Ids from the top of its tree down to its own. */
  readonly path: readonly string[];
}

/** How many agents there are, and how they stand. */
export interface Counts {
  readonly total: number;
  readonly running: number;
  /** For a person, for others, or for a key. */
  readonly waiting: number;
  readonly done: number;
  /** By a person, or with what they worked for: nothing went wrong. */
  readonly stopped: number;
  /** By the end of their server: they can go on. */
  readonly interrupted: number;
  readonly errors: number;
  /** Of those that wait: for a person. */
  readonly asking: number;
}

export interface Cost {
  readonly usd: number;
  /** The price of some of it is unknown: it is more. */
  readonly partial: boolean;
}

/**
 * The agents of a session as a tree. Its rows change when agents come and go and at no other time; whoever shows one
 * agent reads its record, so that a change of one of two hundred costs one row.
 */
export class AgentTree {
  /** Depth first: each before those it has summoned, in the order they were. */
  readonly rows = computed<readonly TreeRow[]>(() => {
    this.agents.members.value;
    return rowsOf(this.agents.values(), this.session.value?.root_agent_id ?? null);
  });
  readonly counts: ReadonlySignal<Counts> = kept(
    computed(() => countsOf(this.agents.watch(), this.requestsByAgent.value))
  );
  readonly cost: ReadonlySignal<Cost> = kept(computed(() => costOf(this.agents.watch())));

  private readonly requestsByAgent = computed<ReadonlyMap<string, readonly Request[]>>(() => {
    const open = this.requests.watch().filter(request => request.status === 'open');
    open.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
    return grouped(open);
  });

  constructor(
    private readonly agents: Table<Agent>,
    private readonly requests: Table<Request>,
    private readonly session: ReadonlySignal<Session | null>
  ) {}

  /** What an agent waits for a person for, leave or an answer, in the order it was asked. */
  waitingFor(agentId: string): readonly Request[] {
    return this.requestsByAgent.value.get(agentId) ?? [];
  }

  /** An agent and all below it; what they have cost together. */
  costBelow(agentId: string): Cost {
    const below = this.rows.value.filter(row => row.path.includes(agentId));
    return costOf(below.flatMap(row => this.agents.get(row.id)?.value ?? []));
  }

  /** The agents from the top of its tree down to this one. */
  pathOf(agentId: string): readonly Agent[] {
    const row = this.rows.value.find(({ id }) => id === agentId);
    return (row?.path ?? []).flatMap(id => this.agents.get(id)?.value ?? []);
  }

  /** Those it has summoned, in that order. */
  childrenOf(agentId: string): readonly string[] {
    return this.rows.value.filter(row => row.path.at(-2) === agentId).map(row => row.id);
  }
}

/** Whether it is at work or waits for something: its turn is not over. */
export function isBusy({ status }: Pick<Agent, 'status'>): boolean {
  return status === 'running' || status === 'waiting' || status === 'waiting_for_key';
}

/** Whether its thread is there for people: the first agent's, those of agents on their own, and detached ones. */
export function isForPeople({ parent_id, detached }: Agent): boolean {
  return parent_id === null || detached;
}

/** Whether an agent is over. One whose server stopped under it has come to an end as well, but can go on. */
export function hasEnded(agent: Agent | null): boolean {
  return Boolean(agent?.ended_at) && agent?.error?.code !== 'interrupted';
}

/** Whether it was ended on purpose: its record says "error", but nothing failed. */
export function wasStopped({ status, error }: Agent): boolean {
  return status === 'error' && error?.code === 'cancelled';
}

/** Whether its server stopped under it: it can go on where it was. */
export function wasInterrupted({ status, error }: Agent): boolean {
  return status === 'error' && error?.code === 'interrupted';
}

function rowsOf(agents: readonly Agent[], root: string | null): TreeRow[] {
  const known = new Set(agents.map(agent => agent.id));
  const below = new Map<string | null, Agent[]>();
  for (const agent of agents) {
    const parent = agent.parent_id !== null && known.has(agent.parent_id) ? agent.parent_id : null;
    const siblings = below.get(parent);
    if (siblings) siblings.push(agent);
    else below.set(parent, [agent]);
  }
  for (const siblings of below.values()) siblings.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  const rows: TreeRow[] = [];
  const add = (agent: Agent, above: readonly string[]) => {
    const children = below.get(agent.id) ?? [];
    const path = [...above, agent.id];
    rows.push({ id: agent.id, depth: above.length, hasChildren: children.length > 0, path });
    for (const child of children) add(child, path);
  };
  const tops = below.get(null) ?? [];
  for (const top of [...tops.filter(({ id }) => id === root), ...tops.filter(({ id }) => id !== root)]) add(top, []);
  return rows;
}

function countsOf(agents: readonly Agent[], asked: ReadonlyMap<string, unknown>): Counts {
  const of = (...statuses: Agent['status'][]) => agents.filter(({ status }) => statuses.includes(status)).length;
  const stopped = agents.filter(wasStopped).length;
  const interrupted = agents.filter(wasInterrupted).length;
  return {
    total: agents.length,
    running: of('running'),
    waiting: of('waiting', 'waiting_for_key'),
    done: of('done'),
    stopped,
    interrupted,
    errors: of('error') - stopped - interrupted,
    asking: agents.filter(({ id }) => asked.has(id)).length
  };
}

function costOf(agents: readonly Agent[]): Cost {
  const costs = agents.map(({ usage }) => usage.cost_usd);
  return { usd: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0), partial: costs.includes(null) };
}

function grouped(requests: readonly Request[]): Map<string, Request[]> {
  const groups = new Map<string, Request[]>();
  for (const request of requests) groups.set(request.agent_id, [...(groups.get(request.agent_id) ?? []), request]);
  return groups;
}

/** The same object for as long as it says the same: who reads it is drawn again only when it says something else. */
function kept<T extends object>(source: ReadonlySignal<T>): ReadonlySignal<T> {
  let last: T | null = null;
  return computed(() => {
    const now = source.value;
    const keys = Object.keys(now) as (keyof T)[];
    if (last === null || keys.some(key => now[key] !== last?.[key])) last = now;
    return last;
  });
}
