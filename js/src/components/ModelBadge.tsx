import { useChat, useTrans } from './context';
import { effortWord } from './model-words';

/** Which model answers, and with which key; a click says why this one and how to set another. */
export function ModelBadge({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const model = chat.model.value;
  const agent = chat.agent.value;
  const chosen = agent ? null : chat.agentSettings.model.value;
  if (!model) return null;
  const demo = model.demo && !chosen;
  const words = chosen ?? (demo ? trans.__('demo, no language model') : model.label);
  const unready = demo || (!agent && !chosen && chat.status.value?.readiness.ready === false);
  const key = demo || chosen ? null : model.key;
  return (
    <button
      type="button"
      class={`dsp-chip dsp-model-chip ${unready ? 'dsp-chip-warn' : ''}`}
      aria-expanded={open}
      title={demo ? trans.__('Rules answer, not a language model. Click to see how to set one up.') : titleOf()}
      onClick={onToggle}
    >
      {words}
      {key && <span class="dsp-chip-key"> · {key}</span>}
    </button>
  );

  function titleOf(): string {
    if (chosen) return trans.__('The new session begins with %1.', chosen);
    const lines = [trans.__('Answered by %1 (%2)', model?.id, model?.provider)];
    if (model?.key) lines.push(trans.__('Key: %1', model.key));
    if (model?.effort) lines.push(trans.__('Effort: %1', effortWord(model.effort, trans)));
    lines.push(agent?.model_pinned ? trans.__('Chosen by you') : trans.__('Follows its template'));
    return lines.join('\n');
  }
}
