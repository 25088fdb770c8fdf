import type { Translation } from '../../host';
import type { Request } from '../../protocol';
import { excerpt } from '../excerpt';
import { personOf } from '../permission-words';

/** How a question ended, as a line of the thread; null while it is open. */
export function answerOf(request: Request, user: string | null, trans: Translation, most?: number): string | null {
  if (request.kind !== 'question' || request.status === 'open') return null;
  if (request.status === 'expired')
    return request.error?.code === 'expired' || !request.error
      ? trans.__('Nobody answered before it was stopped')
      : trans.__('Not answered: %1', request.error.message);
  const who = personOf(request.answered_by, user, trans);
  if (request.answer === null) return trans.__('%1 answered with a message', who);
  return trans.__('%1 answered “%2”', who, excerpt(request.answer, most));
}
