import type { Problem } from '../store/problem';
import { useTrans } from './context';
import { Prose } from './Prose';
import { refusalWords } from './permission-words';

interface Props {
  readonly answering: { readonly problem: Problem | null; readonly status: number };
}

/** Why an answer did not count, where it was given. */
export function AnswerProblem({ answering: { problem, status } }: Props) {
  const trans = useTrans();
  if (!problem) return null;
  const words = refusalWords(problem, status, trans);
  return (
    <div class="dsp-ask-problem" role="alert" data-code={problem.code}>
      <Prose text={words.message} />
      {words.hint && (
        <span class="dsp-quiet">
          <Prose text={words.hint} />
        </span>
      )}
    </div>
  );
}
