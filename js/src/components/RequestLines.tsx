import type { Request } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { useChat, useTrans } from './context';
import { endingOf } from './permission-words';
import { answerOf } from './questions/words';

/** So many places are named in a line; its title has all. */
const MOST = 3;
/** So much of an answer stands in a line; its title has all. */
const MOST_CHARS = 160;

/** How what these calls asked for ended, a quiet line each. */
export function RequestLines({ calls, store }: { calls: readonly string[]; store: SessionStore }) {
  store.structure.value;
  const ended = calls.flatMap(id => store.requestsOf(id)).filter(request => request.status !== 'open');
  if (!ended.length) return null;
  return (
    <>
      {ended.map(request => (
        <RequestLine key={request.id} request={request} />
      ))}
    </>
  );
}

function RequestLine({ request }: { request: Request }) {
  const chat = useChat();
  const trans = useTrans();
  const user = chat.host.user?.value ?? null;
  const isQuestion = request.kind === 'question';
  const words = isQuestion ? answerOf(request, user, trans, MOST_CHARS) : endingOf(request, user, trans, MOST);
  if (!words) return null;
  const time = request.ended_at ? new Date(request.ended_at).toLocaleString() : '';
  return (
    <p
      class="dsp-answered"
      data-request={request.id}
      data-answer={isQuestion ? request.status : (request.answer ?? request.status)}
      title={[isQuestion ? (request.answer ?? words) : endingOf(request, user, trans), time].filter(Boolean).join('\n')}
    >
      {words}
    </p>
  );
}
