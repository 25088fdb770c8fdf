import { useState } from 'preact/hooks';
import type { Message } from '../protocol';
import { useTrans } from './context';

/** Longer messages are folded. */
const FOLD_CHARS = 1_200;
const FOLD_LINES = 14;

/** What the person said. */
export function UserMessage({ message }: { message: Message }) {
  const trans = useTrans();
  const [open, setOpen] = useState(false);
  const long = message.text.length > FOLD_CHARS || message.text.split('\n').length > FOLD_LINES;
  return (
    <article class="dsp-user" data-message={message.id} data-role="user" title={timeOf(message)}>
      <h3 class="dsp-hidden">{message.sender ? trans.__('%1 said', message.sender) : trans.__('You said')}</h3>
      <div class={`dsp-bubble ${long && !open ? 'dsp-folded' : ''}`}>{message.text}</div>
      {long && (
        <button type="button" class="dsp-link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? trans.__('Show less') : trans.__('Show all')}
        </button>
      )}
    </article>
  );
}

/** A message the server does not have yet. */
export function SendingMessage({ text }: { text: string }) {
  const trans = useTrans();
  return (
    <article class="dsp-user dsp-sending" data-role="user">
      <div class="dsp-bubble dsp-folded">{text}</div>
      <span class="dsp-small dsp-quiet">{trans.__('Sending…')}</span>
    </article>
  );
}

function timeOf({ created_at, sender }: Message): string {
  const time = new Date(created_at).toLocaleString();
  return sender ? `${sender}, ${time}` : time;
}
