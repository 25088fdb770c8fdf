import type { ComponentChildren } from 'preact';
import type { Problem } from '../store/problem';
import { useTrans } from './context';
import { Icon } from './Icon';
import { Prose } from './Prose';

interface Props {
  readonly problem: Problem;
  /** Buttons: what can be done about it. */
  readonly children?: ComponentChildren;
  readonly onDismiss?: () => void;
}

/** Something did not work: what, what to do about it, and the code to look it up by. */
export function ErrorCard({ problem, children, onDismiss }: Props) {
  const trans = useTrans();
  return (
    <div class="dsp-card dsp-error" role="alert">
      <div class="dsp-card-head">
        <strong>
          <Prose text={problem.message} />
        </strong>
        {onDismiss && (
          <button
            type="button"
            class="dsp-icon-button"
            title={trans.__('Dismiss')}
            aria-label={trans.__('Dismiss')}
            onClick={onDismiss}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {problem.hint && (
        <p>
          <Prose text={problem.hint} />
        </p>
      )}
      <div class="dsp-row">
        {children}
        <code class="dsp-code-word">{problem.code}</code>
      </div>
    </div>
  );
}
