import { useId, useRef, useState } from 'preact/hooks';
import type { AnswerRequest, Request, Scope } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { AnswerProblem } from './AnswerProblem';
import { Covers } from './Covers';
import { useChat, useTrans } from './context';
import { DenyForm } from './DenyForm';
import {
  headingOf,
  isFirstChoice,
  isSecret,
  offeredScopes,
  onlyWatching,
  scopeTitle,
  scopeWord
} from './permission-words';
import { RequestBody } from './RequestBody';
import { useReady } from './ready';

export interface PromptProps {
  readonly request: Request;
  readonly store: SessionStore;
  /** How many wait, this one among them. */
  readonly waiting: number;
  /** Told how it was answered before it is: with the pointer, or by the keyboard. */
  readonly onAnswer: (pointer: boolean) => void;
  /** The person leaves it open and goes back to what they were at. */
  readonly onLeave: () => void;
}

/** One request for leave: who asks, what exactly, what an answer would cover; and the answers, from least to most. */
export function PermissionPrompt({ request, store, waiting, onAnswer, onLeave }: PromptProps) {
  const chat = useChat();
  const trans = useTrans();
  const [denying, setDenying] = useState(false);
  const ready = useReady();
  const [heading, body, covers] = [useId(), useId(), useId()];
  const box = useRef<HTMLElement>(null);
  const given = chat.approvals.answering.value.get(request.id);
  const answer = (event: Event, fields: Partial<AnswerRequest> & Pick<AnswerRequest, 'answer'>) => {
    onAnswer(event instanceof MouseEvent && event.detail > 0);
    void chat.approvals.answer(request.id, { scope: 'once', note: '', ...fields });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return; // else it takes back what an input method has made
    event.preventDefault();
    event.stopPropagation(); // Esc answers nothing, here or anywhere around it
    onLeave();
  };
  return (
    <section
      class={`dsp-ask ${isSecret(request) ? 'dsp-ask-secret' : ''}`}
      role="alertdialog"
      aria-modal={false}
      aria-labelledby={heading}
      aria-describedby={`${body} ${covers}`}
      tabIndex={-1}
      data-request={request.id}
      ref={box}
      onKeyDown={onKeyDown}
    >
      <div class="dsp-ask-head">
        <h3 id={heading}>{headingOf(request, trans)}</h3>
        {waiting > 1 && <span class="dsp-small dsp-quiet">{trans.__('1 of %1', waiting)}</span>}
      </div>
      <div class="dsp-ask-body" id={body}>
        <RequestBody
          request={request}
          store={store}
          runs={Boolean(store.tables.calls.get(request.call_id ?? '')?.value?.command)}
        />
      </div>
      {chat.approvals.allowed.value && <Covers request={request} id={covers} />}
      {given?.problem && chat.approvals.allowed.value && <AnswerProblem answering={given} />}
      {!chat.approvals.allowed.value ? (
        <p class="dsp-small">{onlyWatching(trans)}</p>
      ) : denying ? (
        <DenyForm
          busy={given !== undefined && !given.problem}
          onBack={() => {
            setDenying(false);
            box.current?.focus();
          }}
          onDeny={(event, note) => answer(event, { answer: 'deny', note })}
        />
      ) : (
        <Answers
          request={request}
          ready={ready}
          sent={given && !given.problem ? given.answer : null}
          onDeny={() => setDenying(true)}
          onAllow={(event, scope) => answer(event, { answer: 'allow', scope })}
        />
      )}
    </section>
  );
}

interface AnswersProps {
  readonly request: Request;
  readonly ready: boolean;
  /** On its way. */
  readonly sent: AnswerRequest | null;
  readonly onDeny: () => void;
  readonly onAllow: (event: Event, scope: Scope) => void;
}

function Answers({ request, ready, sent, onDeny, onAllow }: AnswersProps) {
  const trans = useTrans();
  const blocked = !ready || sent !== null;
  return (
    <div class="dsp-row dsp-answers" role="group" aria-label={trans.__('Your answer')} data-ready={ready}>
      <button
        type="button"
        class="dsp-button"
        aria-disabled={blocked}
        title={trans.__('Do not allow it; you can say why')}
        onClick={() => !blocked && onDeny()}
      >
        {trans.__('Deny…')}
      </button>
      {offeredScopes(request).map(scope => (
        <button
          key={scope}
          type="button"
          class={`dsp-button ${isFirstChoice(scope, request) ? 'dsp-primary' : ''}`}
          aria-disabled={blocked}
          aria-busy={sent?.scope === scope}
          title={scopeTitle(scope, request, trans)}
          data-scope={scope}
          onClick={event => !blocked && onAllow(event, scope)}
        >
          {scopeWord(scope, trans)}
        </button>
      ))}
    </div>
  );
}
