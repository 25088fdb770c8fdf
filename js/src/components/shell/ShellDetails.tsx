import type { Job, ToolCall } from '../../protocol';
import { plainText } from '../../terminal/screen';
import { CallError } from '../CallDetails';
import { CopyButton } from '../Copy';
import { useTrans } from '../context';
import { isOver, type Run } from './run';
import { TerminalView } from './TerminalView';

/** A command of one line and so many characters is on the call's line already. */
const LINE_CHARS = 40;

interface Props {
  readonly id: string;
  readonly call: ToolCall;
  readonly job: Job | undefined;
  readonly run: Run;
  readonly output: string;
  /** Why it ended, where its line does not say it. */
  readonly reason: string;
  readonly where: string | null;
  readonly onHold: () => void;
}

/** What a command was in full, where it ran, and what it printed. */
export function ShellDetails({ id, call, job, run, output, reason, where, onHold }: Props) {
  const trans = useTrans();
  const { command } = run;
  const long = command.length > LINE_CHARS || command.trim().includes('\n');
  const whole = job && job.tail.length >= job.output_bytes;
  const spill = whole ? null : (job?.spill ?? call.spill);
  const description = call.arguments?.description;
  return (
    <div class="dsp-shell-details" id={id}>
      <div class="dsp-shell-copy">
        {command && <CopyButton text={() => command} label={trans.__('Copy the command')} words="$" />}
        {output && <CopyButton text={() => plainText(output)} label={trans.__('Copy the output')} />}
      </div>
      {typeof description === 'string' && description && <p class="dsp-quiet">{description}</p>}
      {long && (
        <pre class="dsp-shell-command">
          <span class="dsp-quiet" aria-hidden="true">
            ${' '}
          </span>
          {command}
        </pre>
      )}
      {where && <p class="dsp-quiet dsp-shell-where">{trans.__('in %1', where)}</p>}
      {call.error && <CallError error={call.error} />}
      {output.trim() !== '' ? (
        <TerminalView output={output} label={trans.__('Output')} live={!isOver(run.state)} onHold={onHold} />
      ) : (
        !call.error &&
        !reason && <p class="dsp-quiet">{isOver(run.state) ? trans.__('No output') : trans.__('No output yet')}</p>
      )}
      {reason && <p class="dsp-quiet">{reason}</p>}
      {spill && isOver(run.state) && <p class="dsp-quiet dsp-shell-spill">{trans.__('All of it: %1', spill)}</p>}
    </div>
  );
}
