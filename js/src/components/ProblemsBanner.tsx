import { useId, useState } from 'preact/hooks';
import type { ErrorInfo } from '../protocol';
import { useChat, useTrans } from './context';
import { fileName } from './format';
import { Icon } from './Icon';
import { PlaceLink } from './PlaceLink';
import { Prose } from './Prose';
import { whose } from './whose';

/** What is wrong with the settings' files, with the way to the line; gone once it is put right. */
export function ProblemsBanner() {
  const chat = useChat();
  const trans = useTrans();
  const list = useId();
  const [open, setOpen] = useState(false);
  const problems = chat.setup.problems.value;
  const [first] = problems;
  const several = problems.length > 1;
  return (
    <div role="status" class="dsp-problems-place">
      {first && (
        <div class="dsp-banner dsp-banner-bad" role="group" aria-label={trans.__('Settings')} data-banner="settings">
          <Icon name="warn" />
          <div>
            {several && (
              <button
                type="button"
                class="dsp-problems-toggle"
                aria-expanded={open}
                aria-controls={list}
                onClick={() => setOpen(!open)}
              >
                <strong>{trans._n('1 problem in the settings', '%1 problems in the settings', problems.length)}</strong>
                <Icon name="chevron" />
              </button>
            )}
            {(!several || open) && (
              <ul id={list} class="dsp-problems">
                {problems.map(problem => (
                  <SettingsProblem key={`${problem.place?.path} ${problem.message}`} problem={problem} />
                ))}
              </ul>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

/** Without the folders of the file, which the link beside it has. */
export function shortened({ message, place }: ErrorInfo): string {
  return place ? message.replace(place.path, fileName(place.path)) : message;
}

/** One of them: what, what to do, and where. */
export function SettingsProblem({ problem }: { problem: ErrorInfo }) {
  const files = useChat().setup.config.value.value?.files ?? [];
  return (
    <li class="dsp-settings-problem" data-code={problem.code}>
      <Prose text={shortened(problem)} />
      {problem.hint && (
        <span class="dsp-quiet">
          <Prose text={problem.hint} />
        </span>
      )}
      {problem.place && <PlaceLink place={problem.place} owner={whose(problem.place.path, files)} />}
    </li>
  );
}
