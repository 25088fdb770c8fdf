import { useId, useState } from 'preact/hooks';
import type { Translation } from '../../host';
import type { Job, ToolCall } from '../../protocol';
import type { SessionStore } from '../../store/session-store';
import { type Sign, verbOf } from '../call-words';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { Mark } from '../Mark';
import { whyWords } from '../permission-words';
import { Waits } from '../Waits';
import { ActionProblem, BackgroundButton, StopButton, useStop, useToBackground } from './actions';
import { Elapsed, useLasting } from './clock';
import { outputOf, type Run, type RunState, reasonOf, runOf, whereOf } from './run';
import { ShellDetails } from './ShellDetails';

/** Output of up to so many lines is shown without a click. */
const SHORT_LINES = 8;
/** What is over sooner is not worth unfolding and folding again. */
const LASTING_MS = 1_000;

/** A shell command: its line, with what can be done about it while it runs, and its output in place. */
export function ShellCard({ call, store }: { call: ToolCall; store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const details = useId();
  const [asked, setAsked] = useState<boolean | null>(null);
  const job = store.tables.jobs.get(call.command?.job_id ?? '')?.value;
  const going = call.command?.job_id ? job?.status === 'running' || !job : !call.ended_at;
  if (going) store.structure.value; // tells of questions, answers, new jobs
  const requests = store.requestsOf(call.id);
  const run = runOf(call, job, requests, trans);
  const output = outputOf(call, job);
  const reason = whyWords(reasonOf(call, job), chat.host.user?.value ?? null, trans);
  // a line below says already that it was not allowed, and in whose words
  const told = requests.some(({ status, answer }) => status !== 'open' && answer !== 'allow');
  const lasting = useLasting(run.state === 'running' || run.state === 'asking', LASTING_MS);
  const open = asked ?? opensItself(run.state, output, lasting, reason || (call.error && !told));
  const where = whereOf(call, store.session.value?.project);
  const verb = verbOf(call, trans, run.state === 'background' ? 'doing' : undefined);
  return (
    <div
      class={`dsp-tool dsp-shell dsp-run-${run.state}`}
      data-call={call.id}
      data-status={call.status}
      data-tool={call.name}
      data-run={run.state}
    >
      <div class="dsp-call">
        <Mark sign={signOf(run.asks ? 'asking' : run.state, trans)} />
        <button
          type="button"
          class="dsp-call-toggle"
          aria-expanded={open}
          aria-controls={details}
          aria-label={trans.__('%1 %2: details', verb, run.command)}
          onClick={() => setAsked(!open)}
        />
        <span class="dsp-shell-glyph">
          <Icon name="terminal" />
        </span>
        <span class="dsp-call-verb">{verb}</span>
        <Command text={run.command} />
        {where && <span class="dsp-call-where">{trans.__('in %1', where)}</span>}
        <Figures run={run} />
        <Icon name="chevron" />
        <Actions call={call} job={job} run={run} />
      </div>
      {open && (
        <ShellDetails
          id={details}
          call={call}
          job={job}
          run={run}
          output={output}
          reason={reason}
          where={where}
          onHold={() => setAsked(true)}
        />
      )}
    </div>
  );
}

function opensItself(state: RunState, output: string, lasting: boolean, more: unknown): boolean {
  switch (state) {
    case 'writing':
    case 'background':
      return false;
    case 'running':
    case 'asking':
      return lasting && output !== '';
    case 'ok':
      return output.trim() !== '' && output.trim().split('\n').length <= SHORT_LINES;
    case 'failed':
    case 'stopped':
      return Boolean(more) || output.trim() !== '';
  }
}

function Command({ text }: { text: string }) {
  const [first = '', ...more] = text.trim().split('\n');
  return (
    <span class="dsp-call-command" title={text}>
      <bdi>{more.length ? `${first} …` : first}</bdi>
    </span>
  );
}

function signOf(state: RunState, trans: Translation): Sign {
  switch (state) {
    case 'writing':
      return ['●', trans.__('being written')];
    case 'asking':
      return ['◆', trans.__('waits for you')];
    case 'running':
      return ['●', trans.__('running')];
    case 'background':
      return ['●', trans.__('running in the background')];
    case 'ok':
      return ['✓', trans.__('done')];
    case 'failed':
      return ['✕', trans.__('failed')];
    case 'stopped':
      return ['■', trans.__('stopped')];
  }
}

function Figures({ run }: { run: Run }) {
  const trans = useTrans();
  if (run.asks) return <Waits />;
  const elapsed = run.since && <Elapsed since={run.since} less={run.waited} />;
  if (run.state === 'background')
    return (
      <span class="dsp-figures">
        {trans.__('in background')}
        {elapsed && <> · {elapsed}</>}
      </span>
    );
  return <span class="dsp-figures">{elapsed || run.ending}</span>;
}

function Actions({ call, job, run }: { call: ToolCall; job: Job | undefined; run: Run }) {
  const stop = useStop(call, job);
  const background = useToBackground(call);
  const started = call.status === 'in_progress' && call.command !== null;
  if (!started && (run.state !== 'background' || !job)) return null;
  return (
    <>
      <span class="dsp-call-actions">
        <StopButton action={stop} command={run.command} />
        {started && <BackgroundButton action={background} command={run.command} />}
      </span>
      <ActionProblem actions={[stop, background]} />
    </>
  );
}
