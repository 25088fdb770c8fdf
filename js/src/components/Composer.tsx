import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE_CHARS } from '../protocol';
import type { Chat } from '../store/chat';
import { nameOf } from './agent-words';
import { useChat, useTrans } from './context';
import { focusThread } from './home-focus';
import { Icon } from './Icon';
import { LevelCard, LevelChip } from './Level';
import { ModelBadge } from './ModelBadge';
import { ModelCard } from './ModelCard';
import { sends } from './send-key';

/** Where the person writes: grows with the text, sends on Enter, keeps what could not be sent. */
export function Composer() {
  const chat = useChat();
  const trans = useTrans();
  const area = useRef<HTMLTextAreaElement>(null);
  const [explained, setExplained] = useState<'model' | 'level' | null>(null);
  const toggle = (part: 'model' | 'level') => setExplained(explained === part ? null : part);
  const box = useRef<HTMLDivElement>(null);
  const closeModel = () => {
    setExplained(null);
    box.current?.querySelector<HTMLElement>('.dsp-model-chip')?.focus();
  };
  const text = chat.draft.text.value;
  const busy = chat.busy.value;
  const agent = chat.agent.value;
  const whom = agent && agent.id !== chat.store.value?.rootAgent.value?.id ? nameOf(agent) : 'Dispatch';

  const asks = agent?.status === 'waiting' && agent.waiting_on === 'user';
  const whileBusy = asks ? trans.__('Answers what it asks…') : trans.__('Delivered at its next step…');
  const placeholder = busy ? whileBusy : trans.__('Message %1…', whom);

  useLayoutEffect(() => {
    if (area.current) growTo(area.current);
  }, [text]);

  useLayoutEffect(() => () => handOn(box.current, chat), [chat]);

  const over = text.length - MAX_MESSAGE_CHARS;
  const send = () => {
    if (over <= 0) void chat.sendDraft();
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!sends(event, chat.host)) return;
    event.preventDefault();
    send();
  };
  return (
    <div class="dsp-composer" ref={box}>
      {explained === 'model' && <ModelCard onClose={closeModel} />}
      {explained === 'level' && <LevelCard onClose={() => setExplained(null)} />}
      <div class="dsp-compose">
        <textarea
          ref={area}
          rows={1}
          value={text}
          aria-label={trans.__('Message to %1', whom)}
          placeholder={placeholder}
          onInput={event => chat.draft.set(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div class="dsp-compose-row">
          <ModelBadge open={explained === 'model'} onToggle={() => toggle('model')} />
          <LevelChip open={explained === 'level'} onToggle={() => toggle('level')} />
          <span class="dsp-space" />
          {busy && (
            <button
              type="button"
              class="dsp-icon-button dsp-stop"
              title={trans.__('Stop')}
              aria-label={trans.__('Stop')}
              onClick={() => chat.stop()}
            >
              <Icon name="stop" />
            </button>
          )}
          <button
            type="button"
            class="dsp-send"
            title={trans.__('Send')}
            aria-label={trans.__('Send')}
            disabled={!text.trim() || over > 0 || chat.sending.value?.id === null}
            onClick={send}
          >
            <Icon name="send" />
          </button>
        </div>
      </div>
      {over > 0 && (
        <p class="dsp-too-long" role="alert">
          {trans._n('1 character too long', '%1 characters too long', over)}
        </p>
      )}
    </div>
  );
}

/** It goes as the agent ends, or is heard to have ended: the keyboard stays in the thread, instead of nowhere. */
function handOn(box: HTMLElement | null, chat: Chat): void {
  const closed = chat.store.peek()?.closed.peek();
  if (closed && box?.contains(document.activeElement)) focusThread(box.closest('.dsp-chat'));
}

/** As high as its text; the style sheet says how high that may be. */
function growTo(area: HTMLTextAreaElement): void {
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}
