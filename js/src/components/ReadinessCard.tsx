import type { Translation } from '../host';
import type { Readiness } from '../protocol';
import { useChat, useTrans } from './context';
import { Prose } from './Prose';

/** Which model answers and why; what is missing for a better one, and how to set it. */
export function ReadinessCard() {
  const chat = useChat();
  const trans = useTrans();
  const readiness = chat.status.value?.readiness;
  if (!readiness) return null;
  const { model, ready, source } = readiness;
  return (
    <section class={`dsp-card ${ready ? '' : 'dsp-warn'}`} aria-label={trans.__('Model')}>
      <div class="dsp-card-head">
        <strong>{heading(readiness, trans)}</strong>
      </div>
      {!model.demo && <p class="dsp-quiet">{trans.__('%1, chosen by %2.', model.id, source)}</p>}
      <WhatIsMissing readiness={readiness} />
    </section>
  );
}

/** What speaks against the model that answers where nothing is chosen. What banners say is not said again. */
export function WhatIsMissing({ readiness }: { readiness: Readiness }) {
  const chat = useChat();
  const trans = useTrans();
  const problems = readiness.problems.filter(problem => problem.code !== 'untrusted' && !problem.place);
  return (
    <>
      {problems.length > 0 && (
        <ul class="dsp-problems">
          {problems.map(problem => (
            <li key={`${problem.code} ${problem.message}`}>
              <Prose text={problem.message} />
              {problem.hint && (
                <p class="dsp-hint">
                  <Prose text={problem.hint} />
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
      {!readiness.ready && (
        <button type="button" class="dsp-button" onClick={() => chat.refreshStatus()}>
          {trans.__('Check again')}
        </button>
      )}
    </>
  );
}

export function heading({ model, ready }: Readiness, trans: Translation): string {
  if (model.demo) return trans.__('Demo, no language model');
  return ready ? trans.__('Answered by %1', model.label) : trans.__('%1 is not ready', model.label);
}
