import type { ReadonlySignal } from '@preact/signals';
import type { Decision, Grant } from '../protocol';
import { agentPath } from './agent-words';
import { useChat, useTrans } from './context';
import { operationWord, ruleWords } from './permission-words';

export type LogScope = 'all' | 'allowed' | 'denied' | 'force';

/** Which rows of the permission log are shown: of one kind, and with all the words in what can be read of them. */
export function useFilter(scope: ReadonlySignal<LogScope>, words: ReadonlySignal<string>) {
  const chat = useChat();
  const trans = useTrans();
  const has = (...texts: readonly (string | null)[]) => {
    const text = texts.join(' ').toLowerCase();
    return words.value
      .toLowerCase()
      .split(/\s+/)
      .every(word => text.includes(word));
  };
  const nameOf = (agentId: string | null) => {
    const store = chat.store.value;
    return store && agentId ? agentPath(store, agentId) : null;
  };
  return {
    grant: (grant: Grant) =>
      has(nameOf(grant.agent_id), operationWord(grant.operation, trans), grant.path, grant.scope, grant.granted_by),
    line: (line: Decision) => {
      if (scope.value === 'force' || (scope.value !== 'all' && line.allowed !== (scope.value === 'allowed')))
        return false;
      const rule = ruleWords(line, chat.host.user?.value ?? null, trans);
      return has(nameOf(line.agent_id), operationWord(line.operation, trans), line.path, rule, line.by, line.note);
    }
  };
}
