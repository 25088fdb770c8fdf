import { useEffect, useRef } from 'preact/hooks';
import { useTrans } from './context';

const MOST_CHARS = 2_000;

interface Props {
  /** The answer is on its way. */
  readonly busy: boolean;
  readonly onBack: () => void;
  readonly onDeny: (event: Event, note: string) => void;
}

/** Saying no, with a sentence for the agent if the person likes: Enter sends it, Esc goes back. */
export function DenyForm({ busy, onBack, onDeny }: Props) {
  const trans = useTrans();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const deny = (event: Event) => {
    if (!busy) onDeny(event, field.current?.value.trim() ?? '');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return; // the input method's own keys
    if (event.key === 'Escape') onBack();
    else if (event.key === 'Enter' && event.target === field.current) deny(event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="dsp-deny" role="group" aria-label={trans.__('Deny')} onKeyDown={onKeyDown}>
      <input
        ref={field}
        type="text"
        class="dsp-field"
        maxLength={MOST_CHARS}
        readOnly={busy}
        aria-label={trans.__('Why, for the agent (optional)')}
        placeholder={trans.__('Why? (optional)')}
      />
      <div class="dsp-row">
        <button type="button" class="dsp-button" aria-disabled={busy} onClick={onBack}>
          {trans.__('Back')}
        </button>
        <button type="button" class="dsp-button dsp-primary" aria-disabled={busy} aria-busy={busy} onClick={deny}>
          {trans.__('Deny')}
        </button>
      </div>
    </div>
  );
}
