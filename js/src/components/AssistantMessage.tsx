import type { ReadonlySignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { Message } from '../protocol';
import { nameOf } from './agent-words';
import { CopyButton } from './Copy';
import { useChat, useTrans } from './context';
import { Failure } from './Failure';
import { Markdown } from './Markdown';

/** What the model said: its reasoning folded away, the text as it streams in, and how it ended. */
export function AssistantMessage({ record, last }: { record: ReadonlySignal<Message>; last: boolean }) {
  const trans = useTrans();
  const message = record.value;
  const store = useChat().store.value;
  const own = message.agent_id === store?.rootAgent.value?.id;
  const speaker = own ? undefined : store?.tables.agents.get(message.agent_id)?.value;
  const streaming = message.status === 'streaming';
  return (
    <article class="dsp-assistant" data-message={message.id} data-role="assistant" data-status={message.status}>
      <h3 class="dsp-hidden">{trans.__('%1 said', speaker ? nameOf(speaker) : 'Dispatch')}</h3>
      {message.reasoning && <Reasoning record={record} />}
      {message.text && (
        <Markdown read={() => ({ text: record.value.text, final: record.value.status !== 'streaming' })} />
      )}
      {message.error ? (
        <Failure error={message.error} past={!last} />
      ) : (
        message.status === 'interrupted' && <Interrupted />
      )}
      {!streaming && message.text && (
        <div class="dsp-actions">
          <CopyButton text={() => record.peek().text} label={trans.__('Copy the answer')} />
        </div>
      )}
    </article>
  );
}

function Interrupted() {
  const trans = useTrans();
  return <p class="dsp-ended">{trans.__('Interrupted')}</p>;
}

/** The model's reasoning, folded unless the person has set it otherwise. */
function Reasoning({ record }: { record: ReadonlySignal<Message> }) {
  const trans = useTrans();
  const { showReasoning } = useChat().host.settings;
  const [asked, setAsked] = useState<boolean | null>(null);
  const open = asked ?? showReasoning.value;
  const { status, text } = record.value;
  const thinking = status === 'streaming' && !text;
  return (
    <div class="dsp-reasoning">
      <button type="button" class="dsp-link" aria-expanded={open} onClick={() => setAsked(!open)}>
        {thinking ? trans.__('Thinking…') : trans.__('Reasoning')}
      </button>
      {open && <Markdown read={() => ({ text: record.value.reasoning, final: record.value.status !== 'streaming' })} />}
    </div>
  );
}
