import { useChat, useTrans } from './context';
import { fileName } from './format';
import { ReadinessCard } from './ReadinessCard';

/** Before the first message: who answers, where it works, and three things to try. */
export function EmptyState() {
  const chat = useChat();
  const trans = useTrans();
  const project = chat.status.value?.project ?? '';
  const examples = [
    trans.__('read the contents of README.md and summarize it'),
    trans.__('Create hello.py that prints hi'),
    trans.__('What is in this project?')
  ];
  return (
    <div class="dsp-empty">
      <h2>{trans.__('What should be done?')}</h2>
      {project && (
        <p class="dsp-quiet">
          {trans.__('Dispatch works on the files in')} <code title={project}>{fileName(project)}</code>
        </p>
      )}
      <ul class="dsp-examples" aria-label={trans.__('Examples')}>
        {examples.map(example => (
          <li key={example}>
            <button
              type="button"
              class="dsp-example"
              disabled={chat.sending.value !== null}
              onClick={() => chat.send(example)}
            >
              {example}
            </button>
          </li>
        ))}
      </ul>
      <ReadinessCard />
    </div>
  );
}
