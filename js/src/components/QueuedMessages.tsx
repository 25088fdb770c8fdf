import type { Message } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { useChat, useTrans } from './context';
import { Icon } from './Icon';
import { resultText } from './peers/result-text';

/** Messages that wait for the agent's next step; until then they can be taken back, but not briefs and results. */
export function QueuedMessages({ store }: { store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const sending = chat.busy.value ? chat.sending.value : null;
  const queued = store.queued.value.flatMap(id => store.tables.messages.get(id)?.value ?? []);
  const words = ({ purpose, text }: Message) => (purpose === 'result' ? resultText(text) : text);
  if (!queued.length && !sending) return null;
  return (
    <ul class="dsp-queue" aria-label={trans.__('Queued messages')}>
      {queued.map(message => (
        <li key={message.id} data-message={message.id}>
          <span class="dsp-queue-text" title={words(message)}>
            <span class="dsp-quiet">
              {message.from_agent ? trans.__('queued, from %1:', message.sender) : trans.__('queued:')}
            </span>{' '}
            {words(message)}
          </span>
          {message.purpose === 'message' && (
            <button
              type="button"
              class="dsp-icon-button"
              title={trans.__('Withdraw')}
              aria-label={trans.__('Withdraw “%1”', words(message).slice(0, 60))}
              onClick={() => chat.withdraw(message)}
            >
              <Icon name="close" />
            </button>
          )}
        </li>
      ))}
      {sending && (
        <li class="dsp-quiet">
          <span class="dsp-queue-text">
            {trans.__('Sending…')} {sending.text}
          </span>
        </li>
      )}
    </ul>
  );
}
