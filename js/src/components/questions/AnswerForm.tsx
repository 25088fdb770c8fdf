import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE_CHARS } from '../../protocol';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { sends } from '../send-key';

interface Props {
  readonly requestId: string;
  /** What was written before this was drawn, by request id. */
  readonly drafts: Map<string, string>;
  /** There are options to pick from. */
  readonly others: boolean;
  /** An answer is on its way. */
  readonly sending: boolean;
  /** It may be sent. */
  readonly ready: boolean;
  readonly onAnswer: (event: Event, text: string) => void;
}

/** An answer in the person's own words: the key that sends messages sends it, an empty one is not sent. */
export function AnswerForm({ requestId, drafts, others, sending, ready, onAnswer }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(drafts.get(requestId) ?? '');
  useLayoutEffect(() => {
    if (!area.current) return;
    area.current.style.height = 'auto';
    const { scrollHeight } = area.current;
    if (scrollHeight) area.current.style.height = `${scrollHeight}px`; // none in a tab that is not in front
  }, [text]);
  const blocked = sending || !ready || !text.trim();
  const write = (words: string) => {
    drafts.set(requestId, words);
    setText(words);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!sends(event, chat.host)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!blocked) onAnswer(event, text);
  };
  return (
    <div class="dsp-answer-form">
      <textarea
        ref={area}
        rows={1}
        class="dsp-field"
        value={text}
        maxLength={MAX_MESSAGE_CHARS}
        readOnly={sending}
        aria-label={trans.__('Your answer')}
        placeholder={others ? trans.__('Or in words…') : trans.__('Your answer…')}
        onInput={event => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button
        type="button"
        class="dsp-button dsp-icon-answer"
        title={trans.__('Send the answer')}
        aria-label={trans.__('Send the answer')}
        aria-disabled={blocked}
        aria-busy={sending}
        onClick={event => !blocked && onAnswer(event, text)}
      >
        <Icon name="send" />
      </button>
    </div>
  );
}
