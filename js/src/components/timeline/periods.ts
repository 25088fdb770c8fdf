import type { Agent, Transition } from '../../protocol';
import { isBusy } from '../../store/tree';

/** What an agent was at. `unknown`: its history of that time is not here. */
export type PeriodState = 'running' | 'user' | 'request' | 'children' | 'key' | 'idle' | 'unknown';

/** So long an agent was at one thing. Times are milliseconds since 1970. */
export interface Period {
  readonly state: PeriodState;
  readonly from: number;
  /** Null: it goes on. */
  readonly until: number | null;
  /** Of `children`: for whom. */
  readonly waitsFor: readonly string[];
}

/** How a stretch of work ended: `done`, or the code of the error. */
export interface End {
  readonly at: number;
  readonly how: string;
}

/** Something that reached an agent from another one. */
export interface Arrival {
  readonly at: number;
  readonly from: string;
  readonly purpose: 'brief' | 'message' | 'result';
}

/** The history of one agent. */
export interface Line {
  readonly agentId: string;
  readonly depth: number;
  /** In their order, none overlapping; gaps where it had ended. */
  readonly periods: readonly Period[];
  readonly ends: readonly End[];
  readonly arrivals: readonly Arrival[];
}

/** From the first to the last moment of a session; `live` while something still goes on. */
export interface Extent {
  readonly from: number;
  readonly until: number;
  readonly live: boolean;
}

/** Between an agent's record and its first state there is a moment, in which nothing is missing. */
const AT_ONCE_MS = 1_000;

interface Row {
  readonly id: string;
  readonly depth: number;
}

/**
 * The history of each agent, in the order of the rows.
 * @param transitions in the order they were recorded; the oldest may be missing.
 * @param arrivals what is known of messages, by the agent they reached; results of agents that were not waited for
 *   are added here.
 */
export function linesOf(
  rows: readonly Row[],
  agent: (id: string) => Agent | undefined,
  transitions: readonly Transition[],
  arrivals: ReadonlyMap<string, readonly Arrival[]> = new Map()
): readonly Line[] {
  const own = new Map<string, Transition[]>();
  for (const transition of transitions) {
    const list = own.get(transition.agent_id);
    if (list) list.push(transition);
    else own.set(transition.agent_id, [transition]);
  }
  const agents = rows.flatMap(({ id }) => agent(id) ?? []);
  const results = resultsOf(agents);
  return rows.flatMap(({ id, depth }) => {
    const record = agent(id);
    if (!record) return [];
    const told = [...(arrivals.get(id) ?? []), ...(results.get(id) ?? [])];
    return [{ agentId: id, depth, ...historyOf(record, own.get(id) ?? []), arrivals: unlike(told) }];
  });
}

type History = Pick<Line, 'periods' | 'ends'>;

/** By the last of the transitions a history is made of: of two hundred agents, mostly one has a new one. */
const made = new WeakMap<Transition, { readonly count: number; readonly history: History }>();

function historyOf(agent: Agent, transitions: readonly Transition[]): History {
  const last = transitions.at(-1);
  const known = last && made.get(last);
  if (known?.count === transitions.length) return known.history;
  const history = makeHistory(agent, transitions);
  if (last) made.set(last, { count: transitions.length, history });
  return history;
}

function makeHistory(agent: Agent, transitions: readonly Transition[]): History {
  const created = Date.parse(agent.created_at);
  const periods: Period[] = [];
  const ends: End[] = [];
  const [first] = transitions;
  if (!first) {
    const until = agent.ended_at ? Date.parse(agent.ended_at) : isBusy(agent) ? null : created;
    return { periods: [{ state: 'unknown', from: created, until, waitsFor: [] }], ends };
  }
  const begun = Date.parse(first.at);
  if (begun - created > AT_ONCE_MS) periods.push({ state: 'unknown', from: created, until: begun, waitsFor: [] });
  for (const [place, transition] of transitions.entries()) {
    const from = Date.parse(transition.at);
    const next = transitions[place + 1];
    const state = stateOf(transition);
    if (state === null) ends.push({ at: from, how: transition.code ?? transition.status });
    else periods.push({ state, from, until: next ? Date.parse(next.at) : null, waitsFor: transition.waits_for ?? [] });
  }
  return { periods: joined(periods), ends };
}

/** Null: it was over. */
function stateOf({ status, waiting_on }: Transition): PeriodState | null {
  switch (status) {
    case 'running':
      return 'running';
    case 'waiting':
      return waiting_on ?? 'children';
    case 'waiting_for_key':
      return 'key';
    case 'idle':
      return 'idle';
    default:
      return null;
  }
}

/** The same state twice in a row is one period. */
function joined(periods: readonly Period[]): Period[] {
  const all: Period[] = [];
  for (const period of periods) {
    const last = all.at(-1);
    const same = last?.state === period.state && last.until === period.from && sameAs(last.waitsFor, period.waitsFor);
    if (last && same) all[all.length - 1] = { ...last, until: period.until };
    else all.push(period);
  }
  return all;
}

function sameAs(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, place) => id === other[place]);
}

/** The results that came as messages: nobody waited for them. */
function resultsOf(agents: readonly Agent[]): Map<string, Arrival[]> {
  const results = new Map<string, Arrival[]>();
  for (const { id, parent_id, background, detached, ended_at } of agents) {
    if (!parent_id || !ended_at || !(background || detached)) continue;
    const arrival: Arrival = { at: Date.parse(ended_at), from: id, purpose: 'result' };
    results.set(parent_id, [...(results.get(parent_id) ?? []), arrival]);
  }
  return results;
}

/** A result is known twice, as a message and from its agent: the message says when it arrived. */
function unlike(arrivals: readonly Arrival[]): Arrival[] {
  const seen = new Set<string>();
  const kept = arrivals.filter(({ from, purpose }) => {
    if (purpose !== 'result') return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return true;
  });
  return kept.sort((a, b) => a.at - b.at);
}

/** What has to be shown to show all. @param now the time, for what goes on. */
export function extentOf(lines: readonly Line[], now: number): Extent {
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  let live = false;
  for (const { periods, ends } of lines) {
    for (const period of periods) {
      from = Math.min(from, period.from);
      until = Math.max(until, period.until ?? period.from);
      if (period.until === null && period.state !== 'idle') live = true;
    }
    for (const { at } of ends) until = Math.max(until, at);
  }
  if (!Number.isFinite(from)) return { from: now, until: now, live: false };
  return { from, until: Math.max(from + 1_000, live ? now : until), live };
}
