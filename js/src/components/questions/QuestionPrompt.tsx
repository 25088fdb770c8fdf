import { useId } from 'preact/hooks';
import { AgentPath } from '../AgentName';
import { AnswerProblem } from '../AnswerProblem';
import { useChat, useTrans } from '../context';
import { Markdown } from '../Markdown';
import type { PromptProps } from '../PermissionPrompt';
import { useReady } from '../ready';
import { visible } from '../shown-text';
import { AnswerForm } from './AnswerForm';

/** A question of an agent's: who asks, what, and the answers: one of its options, or words of one's own. */
export function QuestionPrompt({ request, store, waiting, onAnswer, onLeave }: PromptProps) {
  const chat = useChat();
  const trans = useTrans();
  const ready = useReady();
  const [heading, body] = [useId(), useId()];
  const said = chat.questions.said.value.get(request.id);
  const sent = said && !said.problem ? said.text : null;
  const answer = (event: Event, text: string) => {
    onAnswer(event instanceof MouseEvent && event.detail > 0);
    void chat.questions.answer(request.id, text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return; // else it takes back what an input method has made
    event.preventDefault();
    event.stopPropagation(); // Esc answers nothing, here or anywhere around it
    onLeave();
  };
  return (
    <section
      class="dsp-ask dsp-question"
      role="alertdialog"
      aria-modal={false}
      aria-labelledby={heading}
      aria-describedby={body}
      tabIndex={-1}
      data-request={request.id}
      data-kind="question"
      onKeyDown={onKeyDown}
    >
      <div class="dsp-ask-head">
        <h3 id={heading}>
          <AgentPath store={store} agentId={request.agent_id} /> {trans.__('asks')}
        </h3>
        {waiting > 1 && <span class="dsp-small dsp-quiet">{trans.__('1 of %1', waiting)}</span>}
      </div>
      <div class="dsp-ask-body" id={body}>
        <Markdown read={() => ({ text: request.question, final: true })} />
      </div>
      {said?.problem && <AnswerProblem answering={said} />}
      {request.options.length > 0 && (
        <Options options={request.options} blocked={!ready || sent !== null} sent={sent} onPick={answer} />
      )}
      <AnswerForm
        requestId={request.id}
        drafts={chat.questions.drafts}
        others={request.options.length > 0}
        sending={sent !== null}
        ready={ready}
        onAnswer={answer}
      />
    </section>
  );
}

interface OptionsProps {
  readonly options: readonly string[];
  readonly blocked: boolean;
  /** The answer that is on its way. */
  readonly sent: string | null;
  readonly onPick: (event: Event, option: string) => void;
}

function Options({ options, blocked, sent, onPick }: OptionsProps) {
  const trans = useTrans();
  return (
    <div class="dsp-row dsp-answers dsp-options" role="group" aria-label={trans.__('Answers to pick from')}>
      {options.map((option, place) => (
        <button
          key={place}
          type="button"
          class="dsp-button"
          aria-disabled={blocked}
          aria-busy={sent === option.trim()}
          data-option={place}
          onClick={event => !blocked && onPick(event, option)}
        >
          {visible(option)}
        </button>
      ))}
    </div>
  );
}
