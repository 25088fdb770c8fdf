import { Notification } from '@jupyterlab/apputils';
import {
  isFirstChoice,
  offeredScopes,
  onlyWatching,
  refusalWords,
  scopeTitle,
  scopeWord
} from '../../components/permission-words';
import type { Translation } from '../../host';
import type { AnswerRequest, Request } from '../../protocol';
import type { Answering, Approvals } from '../../store/approvals';
import { SHOWN_CHARS } from './notification-words';
import type { Toasts } from './toasts';

/** Nobody has read a notification before; a press within this time was meant for what was there until then. */
export const STILL_MS = 700;
/** So long it is told that an answer did not count; it stays in the list as long as the request does. */
export const TOLD_MS = 15_000;

type Action = Notification.IAction;

/** What was told of an answer that did not count. */
interface Told {
  readonly notification: string;
  /** There was time to read it. */
  old: boolean;
}

/** The buttons of a notification: the answers of the prompt, and the way there. */
export class ToastAnswers {
  /** What was told last of an answer that did not count, by request id. */
  private readonly told = new Map<string, Told>();
  private waiting: ReadonlySet<string> = new Set();

  /** @param review leads the person to the prompt. */
  constructor(
    private readonly approvals: Approvals,
    private readonly toasts: Toasts,
    private readonly trans: Translation,
    private readonly review: (request: Request) => void
  ) {}

  /**
   * The buttons for a request, in the order of the prompt's.
   * @param whole the notification says all there is to decide by. Else nothing can be allowed there: nobody is to
   *   allow what they could not read. To deny it needs no reading, and opens nothing.
   */
  of(request: Request, whole: boolean): Action[] {
    const { trans } = this;
    if (request.kind === 'question')
      return [this.leading(request, trans.__('Answer'), trans.__('Go to the thread of who asks'), 'accent')];
    if (!this.approvals.allowed.peek())
      return [this.leading(request, trans.__('Show'), onlyWatching(trans), 'default')];
    const scopes = whole ? offeredScopes(request) : [];
    return [
      this.answering(request, { answer: 'deny', scope: 'once', note: '' }, trans.__('Deny'), {
        caption: trans.__('Do not allow it; “Review” lets you say why')
      }),
      ...scopes.map(scope =>
        this.answering(request, { answer: 'allow', scope, note: '' }, scopeWord(scope, trans), {
          caption: scopeTitle(scope, request, trans),
          ...(isFirstChoice(scope, request) && { displayType: 'accent' as const })
        })
      ),
      this.leading(
        request,
        trans.__('Review'),
        trans.__('Go to the permission prompt'),
        scopes.length ? 'default' : 'accent'
      )
    ];
  }

  /** Only these requests wait for the person: why an answer to another one did not count is past. */
  stillWaiting(ids: ReadonlySet<string>): void {
    this.waiting = ids;
    this.tidy();
  }

  private tidy(): void {
    for (const [id, { old }] of this.told) if (old && !this.waiting.has(id)) this.forget(id);
  }

  private leading(request: Request, label: string, caption: string, displayType: Action['displayType']): Action {
    return { label, caption, ...(displayType && { displayType }), callback: event => this.lead(event, request) };
  }

  /** The way to the prompt answers nothing: what waits stays in the list. */
  private lead(event: MouseEvent, request: Request): void {
    event.preventDefault();
    this.toasts.hide(event.target);
    this.review(request);
  }

  private answering(request: Request, answer: AnswerRequest, label: string, more: Partial<Action>): Action {
    return { label, ...more, callback: event => this.press(event, request, answer) };
  }

  private press(event: MouseEvent, request: Request, answer: AnswerRequest): void {
    const isNew = this.toasts.stillFor(event.target) < STILL_MS;
    const again = event.detail > 1; // of a double click, the first one counts
    if (isNew && !again) {
      this.lead(event, request);
      return;
    }
    event.preventDefault(); // it stands until the answer has arrived
    if (again) return;
    if (event.detail) this.toasts.giveFocusBack();
    void this.give(request, answer);
  }

  private async give(request: Request, answer: AnswerRequest): Promise<void> {
    await this.approvals.answer(request.id, answer);
    const given = this.approvals.answering.peek().get(request.id);
    if (given && !given.problem) return; // another one is on its way
    this.forget(request.id);
    if (given) this.tell(request, given);
    else this.toasts.giveFocusBack();
  }

  /** Says why an answer did not count, beside the notification, which stands as long as the request does. */
  private tell(request: Request, { problem, status }: Answering): void {
    if (!problem) return;
    const { message, hint } = refusalWords(problem, status, this.trans);
    const short = `${this.trans.__('Your answer did not count.')} ${message}`;
    const long = hint ? `${short} ${hint}` : short;
    const words = long.length > SHOWN_CHARS ? short : long; // rather no advice than half of one
    const notification = Notification.emit(words, status === 409 ? 'warning' : 'error', { autoClose: TOLD_MS });
    const told: Told = { notification, old: false };
    this.told.set(request.id, told);
    setTimeout(() => {
      told.old = true;
      this.tidy();
    }, TOLD_MS);
  }

  private forget(id: string): void {
    const told = this.told.get(id);
    if (told === undefined) return;
    this.toasts.dismiss(told.notification);
    this.told.delete(id);
  }
}
