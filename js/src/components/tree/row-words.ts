import type { Translation } from '../../host';
import type { Agent, Request, Session } from '../../protocol';
import { moment } from '../format';

/** What an agent is at, in one line: what it asks, what it waits for, why it stopped, else what it was summoned for. */
export function lineOf(agent: Agent, asks: Request | null, session: Session | null, trans: Translation): string {
  if (asks) return asks.question;
  if (agent.status === 'waiting_for_key')
    return agent.waiting_until
      ? trans.__('waits for a key, back at %1', moment(agent.waiting_until))
      : trans.__('waits for a key');
  if (agent.status === 'error' && agent.error && agent.error.code !== 'cancelled')
    return firstLine(agent.error.message);
  if (agent.note) return firstLine(agent.note);
  return firstLine(agent.brief || (session?.root_agent_id === agent.id ? session.title : ''));
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
