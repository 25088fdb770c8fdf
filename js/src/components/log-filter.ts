import { type ReadonlySignal, useComputed } from '@preact/signals';
import type { Decision, Grant } from '../protocol';
import { askerIn, askerName } from './asker-words';
import { useChat, useTrans } from './context';
import { operationWord, ruleWords } from './permission-words';
import { visibleName } from './shown-text';

const PLAIN = /^[ -~]*$/;

export type LogScope = 'all' | 'allowed' | 'denied' | 'force';

/**
 * The rows of the permission log that are shown: of one kind, and with all the words in what can be read of them. A log
 * may have many thousand lines: what they say is put together once, not at each letter that is looked for.
 */
export function useFilter(scope: ReadonlySignal<LogScope>, words: ReadonlySignal<string>) {
  const chat = useChat();
  const trans = useTrans();
  const log = chat.permissionLog;
  const wanted = useComputed(() => words.value.toLowerCase().split(/\s+/).filter(Boolean));
  const names = useComputed(() => {
    const ids = new Set([...log.lines.value, ...log.grants.value].map(({ agent_id }) => agent_id));
    const inAll = log.everywhere.value;
    return new Map([...ids].map(id => [id, id && (inAll ? askerIn(chat, id, trans) : askerName(chat, id))] as const));
  });
  const ofLines = useComputed(() => {
    const rules = new Map<string, string>();
    const user = chat.host.user?.value ?? null;
    const ruleOf = (line: Decision) => {
      const key = `${line.rule} ${line.by}`;
      const known = rules.get(key) ?? ruleWords(line, user, trans);
      rules.set(key, known);
      return known;
    };
    return log.lines.value.map(line =>
      textOf(
        names.value.get(line.agent_id),
        operationWord(line.operation, trans),
        readable(line.path),
        ruleOf(line),
        line.by,
        line.note
      )
    );
  });
  const has = (text: string) => wanted.value.every(word => text.includes(word));
  return {
    grants: useComputed<readonly Grant[]>(() =>
      log.grants.value.filter(({ agent_id, operation, path, scope: reach, granted_by }) =>
        has(textOf(names.value.get(agent_id), operationWord(operation, trans), readable(path), reach, granted_by))
      )
    ),
    lines: useComputed<readonly Decision[]>(() => {
      const kind = scope.value;
      if (kind === 'force') return [];
      const isOfKind = ({ allowed }: Decision) => kind === 'all' || allowed === (kind === 'allowed');
      if (!wanted.value.length) return log.lines.value.filter(isOfKind);
      const texts = ofLines.value;
      return log.lines.value.filter((line, place) => isOfKind(line) && has(texts[place] ?? ''));
    })
  };
}

/** A path as it is shown; that of most needs no looking through. */
function readable(path: string): string {
  return PLAIN.test(path) ? path : visibleName(path);
}

function textOf(...texts: readonly (string | null | undefined)[]): string {
  return texts.join(' ').toLowerCase();
}
