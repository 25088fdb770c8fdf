import type { Translation } from '../host';
import type { Asker } from '../protocol';
import { handleOf } from '../store/agent-ids';
import type { Chat } from '../store/chat';
import { agentPath } from './agent-words';

/** "dispatch › researcher ab12", whatever session that agent is of. */
export function askerName(chat: Chat, agentId: string): string {
  const store = chat.store.value;
  if (store?.tables.agents.get(agentId)) return agentPath(store, agentId);
  const path = chat.permissionLog.askers.value.get(agentId)?.path ?? [];
  if (!path.length) return handleOf(agentId);
  const own = path.at(-1) ?? '';
  return [...path.slice(0, -1), path.length > 1 ? `${own} ${handleOf(agentId)}` : own].join(' › ');
}

/** The same with the session it is of: what is told elsewhere than there. */
export function askerIn(chat: Chat, agentId: string, trans: Translation): string {
  const name = askerName(chat, agentId);
  const asker = chat.permissionLog.askers.value.get(agentId);
  return asker ? trans.__('%1 in “%2”', name, sessionTitle(asker, trans)) : name;
}

function sessionTitle({ title, session_id }: Asker, trans: Translation): string {
  return title || trans.__('session %1', session_id.slice(0, 4));
}
