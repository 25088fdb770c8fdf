import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Job, ToolCall } from '../../protocol';
import { type Problem, problemOf } from '../../store/problem';
import { useChat, useTrans } from '../context';
import { Prose } from '../Prose';

/** What was asked of the server shows in the records; where it does not, the button can be pressed again. */
const PATIENCE_MS = 10_000;

/** A command to the server that a button gives. */
export interface Action {
  readonly busy: boolean;
  /** Why it did not work. */
  readonly problem: Problem | null;
  readonly act: () => void;
}

export function useAction(command: () => Promise<unknown>): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const act = () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    command().then(
      () => {
        timer.current = setTimeout(() => setBusy(false), PATIENCE_MS);
      },
      error => {
        setBusy(false);
        setProblem(problemOf(error));
      }
    );
  };
  return { busy, problem, act };
}

/** Stops a call's command, or the job it has become. */
export function useStop(call: ToolCall | null, job: Job | undefined): Action {
  const { api, sessionId } = useChat();
  return useAction(() => {
    const session = sessionId.peek() ?? '';
    return job ? api.stopJob(session, job.id) : api.stopCommand(session, call?.id ?? '');
  });
}

export function useToBackground(call: ToolCall): Action {
  const { api, sessionId } = useChat();
  return useAction(() => api.toBackground(sessionId.peek() ?? '', call.id));
}

interface ButtonProps {
  readonly action: Action;
  readonly command: string;
}

/** More of a command's name than this tells a listener nothing. */
const NAME_CHARS = 60;

export function StopButton({ action, command }: ButtonProps) {
  const trans = useTrans();
  const button = useFocusReturn();
  return (
    <button
      type="button"
      ref={button}
      class="dsp-button dsp-small"
      aria-label={trans.__('Stop the command %1', command.slice(0, NAME_CHARS))}
      aria-disabled={action.busy}
      onClick={action.act}
    >
      {action.busy ? trans.__('Stopping…') : trans.__('Stop')}
    </button>
  );
}

export function BackgroundButton({ action, command }: ButtonProps) {
  const trans = useTrans();
  const button = useFocusReturn();
  return (
    <button
      type="button"
      ref={button}
      class="dsp-button dsp-small"
      title={trans.__('It goes on, and the agent goes on without waiting for it')}
      aria-label={trans.__('Move to the background: %1', command.slice(0, NAME_CHARS))}
      aria-disabled={action.busy}
      onClick={action.act}
    >
      {action.busy ? trans.__('Moving…') : trans.__('To background')}
    </button>
  );
}

/** A button that has done its work and goes leaves the focus to what it was part of. */
function useFocusReturn(): RefObject<HTMLButtonElement> {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(
    () => () => {
      if (button.current && button.current === document.activeElement)
        button.current.closest('.dsp-tool, .dsp-jobs')?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
    },
    []
  );
  return button;
}

/** Why a button did nothing, next to it. */
export function ActionProblem({ actions }: { actions: readonly Action[] }) {
  const problem = actions.find(action => action.problem)?.problem;
  if (!problem) return null;
  return (
    <p class="dsp-action-problem" role="alert">
      <Prose text={problem.message} />
      {problem.hint && (
        <span class="dsp-quiet">
          <Prose text={problem.hint} />
        </span>
      )}
    </p>
  );
}
