import type { ErrorInfo } from '../protocol';
import { useChat, useTrans } from './context';
import { ErrorCard } from './ErrorCard';

/** Asking again would meet the same answer. */
const POINTLESS_TO_REPEAT = ['refused', 'context_overflow'];

interface Props {
  readonly error: ErrorInfo;
  /** The conversation has gone on since. */
  readonly past?: boolean;
}

/** Why a turn ended before its time, and the way on. What the person asked for, or what is past, is said quietly. */
export function Failure({ error, past = false }: Props) {
  const chat = useChat();
  const trans = useTrans();
  if (error.code === 'cancelled') return <p class="dsp-ended">{trans.__('Stopped')}</p>;
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
        !POINTLESS_TO_REPEAT.includes(error.code) && <SendAgain interrupted={interrupted} />
      )}
    </ErrorCard>
  );
}

/** Says the last message again. Greyed out while the agent is busy. */
function SendAgain({ interrupted }: { interrupted: boolean }) {
  const chat = useChat();
  const trans = useTrans();
  const again = () => {
    const text = interrupted ? trans.__('Go on where you were interrupted.') : chat.lastUserText();
    if (text) void chat.send(text);
  };
  return (
    <button type="button" class="dsp-button" disabled={chat.busy.value || chat.sending.value !== null} onClick={again}>
      {interrupted ? trans.__('Go on') : trans.__('Send again')}
    </button>
  );
}
