import type { Decision } from '../protocol';
import { askerIn, askerName } from './asker-words';
import { useChat, useTrans } from './context';
import { ago } from './format';
import { operationWord, ruleWords } from './permission-words';
import { ShownPath } from './ShownText';

/** One line of the permission log: allowed or denied, what, who, when, and by which rule. */
export function DecisionRow({ line }: { line: Decision }) {
  const chat = useChat();
  const trans = useTrans();
  const who = chat.permissionLog.everywhere.value
    ? askerIn(chat, line.agent_id, trans)
    : askerName(chat, line.agent_id);
  const state = line.allowed ? trans.__('allowed') : trans.__('denied');
  return (
    <li
      class={`dsp-log-row ${line.allowed ? 'dsp-allowed' : 'dsp-denied'}`}
      data-decision={line.id}
      data-rule={line.rule}
    >
      <span class="dsp-mark" title={state}>
        <span aria-hidden="true">{line.allowed ? '✓' : '✕'}</span>
        <span class="dsp-hidden">{state}</span>
      </span>
      <span class="dsp-log-what">
        <span class="dsp-operation">{operationWord(line.operation, trans)}</span>{' '}
        <span title={line.path}>
          <ShownPath path={line.path} />
        </span>
      </span>
      <span class="dsp-log-about" title={line.by ? trans.__('Decided by %1', line.by) : ''}>
        {ruleWords(line, chat.host.user?.value ?? null, trans)}
        {line.note && <> · “{line.note}”</>}
      </span>
      <span class="dsp-log-who">
        {who} ·{' '}
        <time dateTime={line.at} title={new Date(line.at).toLocaleString()}>
          {ago(line.at, trans)}
        </time>
      </span>
    </li>
  );
}
