import type { SessionStore } from '../../store/session-store';
import { useChat, useTrans } from '../context';
import { excerpt } from '../excerpt';
import { Icon } from '../Icon';
import { answerOf } from './words';

/** Of a question that went while the person's answer was on its way: that theirs did not count, and what did. */
export function LateAnswer({ store }: { store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const late = chat.questions.late.value;
  store.structure.value; // tells of answers
  const request = late ? store.tables.requests.peek(late.requestId) : undefined;
  if (!late || !request || request.status === 'open') return null; // while it is open, the prompt says what is wrong
  return (
    <div class="dsp-late" role="status" data-late={request.id}>
      <span title={late.text}>
        {trans.__('Your answer “%1” came too late.', excerpt(late.text))}{' '}
        {answerOf(request, chat.host.user?.value ?? null, trans)}
      </span>
      <button
        type="button"
        class="dsp-icon-button"
        title={trans.__('Dismiss')}
        aria-label={trans.__('Dismiss')}
        onClick={() => chat.questions.dismissLate()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
