import { CardHead } from './CardHead';
import { useChat, useTrans } from './context';
import { Prose } from './Prose';
import { levelWords } from './permission-words';

/** How well the agents' shell is confined here; a click says what that means. */
export function LevelChip({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const status = chat.status.value;
  if (!status) return null;
  const { label, meaning, weak } = levelWords(status.sandbox, trans);
  return (
    <button
      type="button"
      class={`dsp-chip dsp-level ${weak ? 'dsp-chip-warn' : ''}`}
      data-level={status.sandbox}
      aria-expanded={open}
      aria-label={trans.__('Confinement: %1', label)}
      title={[meaning, status.sandbox_reason].filter(Boolean).join('\n')}
      onClick={onToggle}
    >
      {label}
    </button>
  );
}

/** What the level means, why it is no higher, and the way to the log. */
export function LevelCard({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const status = chat.status.value;
  if (!status) return null;
  const { label, meaning, weak } = levelWords(status.sandbox, trans);
  return (
    <section class={`dsp-card ${weak ? 'dsp-warn' : ''}`} aria-label={trans.__('Confinement')}>
      <CardHead title={trans.__('Confinement: %1', label)} onClose={onClose} />
      <p>{meaning}</p>
      {status.sandbox_reason && (
        <p class="dsp-quiet">
          <Prose text={status.sandbox_reason} />
        </p>
      )}
      <button
        type="button"
        class="dsp-button"
        onClick={() => {
          onClose();
          chat.showPermissionLog(true);
        }}
      >
        {trans.__('Permission log')}
      </button>
    </section>
  );
}
