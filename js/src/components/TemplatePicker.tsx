import { useChat, useTrans } from './context';

/** What the agent of a new session is made from; nothing where there is no choice. */
export function TemplatePicker() {
  const chat = useChat();
  const trans = useTrans();
  const templates = chat.setup.templates.value;
  if (!chat.blank.value || chat.sessionId.value !== null || templates.length < 2) return null;
  const picked = chat.agentSettings.template.value ?? USUAL;
  return (
    <select
      class="dsp-field dsp-template"
      aria-label={trans.__('Agent of the new session')}
      title={templates.find(template => template.name === picked)?.description ?? ''}
      value={picked}
      onChange={event => {
        const { value } = event.currentTarget;
        chat.agentSettings.pickTemplate(value === USUAL ? null : value);
      }}
    >
      {templates.map(template => (
        <option key={template.name} value={template.name}>
          {template.title || template.name}
        </option>
      ))}
    </select>
  );
}

/** The template of sessions whose agent nobody chose. */
const USUAL = 'dispatch';
