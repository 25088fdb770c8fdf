import type { Request } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { useChat, useTrans } from './context';
import { endingOf } from './permission-words';

/** So many places are named in a line; its title has all. */
const MOST = 3;

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
  const words = endingOf(request, user, trans, MOST);
  if (!words) return null;
  const time = request.ended_at ? new Date(request.ended_at).toLocaleString() : '';
  return (
    <p
      class="dsp-answered"
      data-request={request.id}
      data-answer={request.answer ?? request.status}
      title={[endingOf(request, user, trans), time].filter(Boolean).join('\n')}
    >
      {words}
    </p>
  );
}
