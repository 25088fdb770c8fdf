import { useChat, useTrans } from './context';

/** Which model answers; a click says why this one and how to set another. */
export function ModelBadge({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const model = chat.model.value;
  if (!model) return null;
  const words = model.demo ? trans.__('demo, no language model') : model.label;
  const title = model.demo
    ? trans.__('Rules answer, not a language model. Click to see how to set one up.')
    : trans.__('Answered by %1 (%2)', model.id, model.provider);
  return (
    <button
      type="button"
      class={`dsp-chip ${model.demo ? 'dsp-chip-warn' : ''}`}
      aria-expanded={open}
      title={title}
      onClick={onToggle}
    >
      {words}
    </button>
  );
}
