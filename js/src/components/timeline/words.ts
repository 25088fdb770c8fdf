import type { Translation } from '../../host';
import { handleOf } from '../../store/agent-ids';
import { type HasAgents, nameOf } from '../agent-words';
import { duration } from '../format';
import { type Bar, clock } from './bars';
import type { Arrival, End, Line, Period, PeriodState } from './periods';

/** "waiting for your answer" */
export function stateWord(state: PeriodState, trans: Translation): string {
  return {
    running: trans.__('running'),
    user: trans.__('waiting for your answer'),
    request: trans.__('waiting for your permission'),
    children: trans.__('waiting for its agents'),
    key: trans.__('waiting for a key'),
    idle: trans.__('at rest'),
    unknown: trans.__('not recorded')
  }[state];
}

/** What an agent is called, also where its record is not here. */
export function calledBy(store: HasAgents, agentId: string): string {
  const agent = store.tables.agents.get(agentId)?.value;
  return agent ? nameOf(agent) : handleOf(agentId);
}

/** "waiting for writer cd34, reviewer 01ab" */
export function periodWord({ state, waitsFor }: Period, store: HasAgents, trans: Translation): string {
  if (state !== 'children' || !waitsFor.length) return stateWord(state, trans);
  const named = waitsFor.slice(0, 3).map(id => calledBy(store, id));
  const more = waitsFor.length - named.length;
  const all = more ? [...named, trans._n('1 more', '%1 more', more)] : named;
  return trans.__('waiting for %1', all.join(', '));
}

/** "12 s, 14:05:10 to 14:05:22" */
export function spanWords(from: number, until: number | null, now: number, trans: Translation): string {
  const took = duration((until ?? now) - from);
  return until === null
    ? trans.__('%1 so far, since %2', took, clock(from))
    : trans.__('%1, %2 to %3', took, clock(from), clock(until));
}

/** What a bar stands for, without whose it is. */
export function barWords(bar: Bar, store: HasAgents, now: number, trans: Translation): string {
  const [only] = bar.periods;
  if (only && bar.periods.length === 1)
    return `${periodWord(only, store, trans)} · ${spanWords(only.from, only.until, now, trans)}`;
  const goesOn = bar.periods.at(-1)?.until === null;
  return trans.__(
    '%1 changes, mostly %2 · %3',
    bar.periods.length,
    stateWord(bar.state, trans),
    spanWords(bar.from, goesOn ? null : bar.until, now, trans)
  );
}

/** "done at 14:05:22" */
export function endWords({ at, how }: End, trans: Translation): string {
  const words: Record<string, string> = {
    done: trans.__('done'),
    error: trans.__('failed'),
    cancelled: trans.__('stopped'),
    interrupted: trans.__('interrupted')
  };
  return trans.__('%1 at %2', words[how] ?? trans.__('failed (%1)', how), clock(at));
}

/** "result of writer cd34 at 14:05:22" */
export function arrivalWords({ at, from, purpose }: Arrival, store: HasAgents, trans: Translation): string {
  const who = calledBy(store, from);
  const what = {
    brief: trans.__('brief from %1', who),
    message: trans.__('message from %1', who),
    result: trans.__('result of %1', who)
  }[purpose];
  return trans.__('%1 at %2', what, clock(at));
}

/** What happened to an agent within a time: what reached it, how it ended. */
export function eventWords(
  { arrivals, ends }: Line,
  from: number,
  until: number,
  store: HasAgents,
  trans: Translation
): readonly string[] {
  const within = ({ at }: { at: number }) => at >= from && at <= until;
  return [
    ...arrivals.filter(within).map(arrival => arrivalWords(arrival, store, trans)),
    ...ends.filter(within).map(end => endWords(end, trans))
  ];
}
