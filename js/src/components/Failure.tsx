import type { ErrorInfo } from '../protocol';
import { hasEnded } from '../store/tree';
import { useChat, useTrans } from './context';
import { ErrorCard } from './ErrorCard';

/** Asking again would meet the same answer. */
const POINTLESS_TO_REPEAT = ['refused', 'context_overflow'];

/** The turn ended before its time, but nothing went wrong with it. */
const CAN_GO_ON = ['interrupted', 'max_steps', 'call_loop'];

interface Props {
  readonly error: ErrorInfo;
  /** The conversation has gone on since. */
  readonly past?: boolean;
}

/** Why a turn ended before its time, and the way on. What the person asked for, or what is past, is said quietly. */
export function Failure({ error, past = false }: Props) {
  const chat = useChat();
  const trans = useTrans();
  if (error.code === 'cancelled')
    return (
      <p class="dsp-ended">
        {trans.__('Stopped')} {!past && <Resume tried={false} />}
      </p>
    );
  const interrupted = error.code === 'interrupted';
  const problem = interrupted ? { ...error, message: trans.__('Interrupted: the server stopped.') } : error;
  if (past)
    return (
      <p class="dsp-ended" title={error.hint ?? ''}>
        {problem.message}
      </p>
    );
  return (
    <ErrorCard problem={problem}>
      {error.code === 'context_overflow' ? (
        <button type="button" class="dsp-button" onClick={() => chat.open(null)}>
          {trans.__('New session')}
        </button>
      ) : (
        !POINTLESS_TO_REPEAT.includes(error.code) && <Resume tried={!CAN_GO_ON.includes(error.code)} />
      )}
    </ErrorCard>
  );
}

/** Takes the turn up where it ended; nothing has to be said again. Greyed out while the agent is busy. */
function Resume({ tried }: { tried: boolean }) {
  const chat = useChat();
  const trans = useTrans();
  const busy = chat.busy.value || chat.sending.value !== null;
  if (hasEnded(chat.agent.value)) return null; // its thread is closed
  return (
    <button type="button" class="dsp-button" disabled={busy} onClick={() => void chat.resume()}>
      {tried ? trans.__('Try again') : trans.__('Resume')}
    </button>
  );
}
