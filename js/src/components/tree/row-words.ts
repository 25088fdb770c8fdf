import type { Translation } from '../../host';
import type { Agent, Request, Session } from '../../protocol';
import type { SessionStore } from '../../store/session-store';
import { wasStopped } from '../../store/tree';
import { pathTo, stateSign } from '../agent-words';
import { dollars, isFar, nextMoment } from '../format';

/** How a row looks: louder the more it needs a person, and quiet once it is over. */
export type Tone = Agent['status'] | 'asks' | 'stopped';

export function toneOf(agent: Agent, asks: boolean): Tone {
  if (asks) return 'asks';
  return wasStopped(agent) ? 'stopped' : agent.status;
}

/** How an agent stands, as short as can be: it stands beside its name where there is no room for more. */
export function stateWord(agent: Agent, trans: Translation): string {
  if (agent.status === 'waiting_for_key') return trans.__('waits for key');
  if (agent.status === 'waiting' && agent.waiting_on === 'children')
    return trans.__('waits for %1', Math.max(1, agent.waits_for.length));
  return stateSign(agent, trans)[1];
}

/** What an agent is at, in one line: what it asks, what it waits for, why it failed, else what it was summoned for. */
export function lineOf(agent: Agent, asks: Request | null, store: SessionStore, trans: Translation): string {
  if (asks) return wishOf(asks, pathTo(store, agent.id));
  const brief = briefOf(agent, store.session.value);
  if (agent.status === 'waiting_for_key') return [backWords(agent, trans), brief].filter(Boolean).join(' · ');
  return failureOf(agent) ?? (firstLine(agent.note ?? '') || brief);
}

/** Of one that failed, what it was asked to do: its line says why it failed, and many fail alike. */
export function taskWords(agent: Agent, session: Session | null, trans: Translation): string {
  const brief = failureOf(agent) === null ? '' : briefOf(agent, session);
  return brief && trans.__('Brief: %1', brief);
}

function briefOf(agent: Agent, session: Session | null): string {
  return firstLine(agent.brief || (session?.root_agent_id === agent.id ? session.title : ''));
}

/** Why it failed; null where it did not, or a person stopped it. */
function failureOf(agent: Agent): string | null {
  return agent.status === 'error' && agent.error && !wasStopped(agent) ? firstLine(agent.error.message) : null;
}

/** What it asks; of leave, what it wants: who wants it comes first in that sentence, and stands in the row already. */
function wishOf({ kind, question }: Request, path: readonly Agent[]): string {
  const who = `${path.map(({ name }) => name).join(' > ')} `;
  return kind === 'permission' && question.startsWith(who) ? question.slice(who.length) : question;
}

/** What it has cost so far; a question mark where nobody knows the price. */
export function costWord({ usage: { cost_usd: usd } }: Agent, trans: Translation): string {
  return usd === null ? trans.__('$?') : dollars(usd);
}

/** When the key it waits for can be used again. */
function backWords({ waiting_until: until }: Agent, trans: Translation): string {
  if (until === null) return trans.__('nobody said until when');
  return isFar(until) ? trans.__('no reset known') : trans.__('back at %1', nextMoment(until));
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

export type AgentKind = 'detached' | 'background' | 'alone';

/** How an agent belongs to who summoned it; null where that waits for it, and for the agent a session begins with. */
export function kindOf(agent: Agent): AgentKind | null {
  if (agent.detached) return 'detached';
  if (agent.background) return 'background';
  return agent.parent_id === null && agent.summoned_by ? 'alone' : null;
}

/** The same in a word. */
export function kindWord(kind: AgentKind, trans: Translation): string {
  return { detached: trans.__('detached'), background: trans.__('background'), alone: trans.__('on its own') }[kind];
}

/** The same in a sentence. */
export function kindSentence(agent: Agent, trans: Translation): string {
  if (agent.detached) return trans.__('Detached: it has a thread of its own for you, and its parent goes on meanwhile');
  if (agent.background) return trans.__('In the background: its parent goes on meanwhile');
  if (agent.parent_id !== null) return trans.__('Its parent waits for its result');
  return agent.summoned_by ? trans.__('On its own: nobody waits for it') : trans.__('The session began with it');
}
