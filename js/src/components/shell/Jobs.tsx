import { useId, useRef, useState } from 'preact/hooks';
import type { Job } from '../../protocol';
import type { SessionStore } from '../../store/session-store';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { Prose } from '../Prose';
import { whyWords } from '../permission-words';
import { ActionProblem, StopButton, useStop } from './actions';
import { Elapsed } from './clock';
import { runOfJob } from './run';
import { TerminalView } from './TerminalView';
import { type Tail, useTails } from './tails';

/** Commands that go on in the background: how many, and on a click which. */
export function Jobs({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const list = useId();
  const [open, setOpen] = useState(false);
  // one that ends under the person's eyes stays until they close the list
  const kept = useRef(new Set<string>());
  const jobs = store.jobs.value;
  const running = jobs.filter(job => job.status === 'running');
  if (!open) kept.current.clear();
  else for (const job of running) kept.current.add(job.id);
  const listed = jobs.filter(job => job.status === 'running' || kept.current.has(job.id));
  if (!listed.length) return null;
  const words = running.length
    ? trans._n('1 command in the background', '%1 commands in the background', running.length)
    : trans.__('Nothing in the background');
  return (
    <div class="dsp-jobs" data-jobs={running.length}>
      <button
        type="button"
        class="dsp-jobs-toggle"
        aria-expanded={open}
        aria-controls={list}
        onClick={() => setOpen(!open)}
      >
        <Icon name="terminal" />
        <span>{words}</span>
        <Icon name="chevron" />
      </button>
      {open && <JobList id={list} jobs={listed} />}
    </div>
  );
}

function JobList({ id, jobs }: { id: string; jobs: readonly Job[] }) {
  const trans = useTrans();
  const tails = useTails(jobs);
  return (
    <ul id={id} class="dsp-jobs-list" aria-label={trans.__('Commands in the background')}>
      {jobs.map(job => (
        <JobItem key={job.id} job={job} soFar={tails.get(job.id)} />
      ))}
    </ul>
  );
}

/** @param soFar what is known of its output while it runs. */
function JobItem({ job, soFar }: { job: Job; soFar: Tail | undefined }) {
  const chat = useChat();
  const trans = useTrans();
  const stop = useStop(null, job);
  const running = job.status === 'running';
  const tail = running ? (soFar?.text ?? '') : job.tail;
  const problem = running ? soFar?.problem : null;
  const run = runOfJob(job, trans);
  return (
    <li class={`dsp-job dsp-run-${run.state}`} data-job={job.id} data-run={run.state}>
      <div class="dsp-job-line">
        <span class="dsp-call-command" title={job.command}>
          <bdi>{job.command.trim().split('\n', 1)[0]}</bdi>
        </span>
        <span class="dsp-figures">{run.since ? <Elapsed since={run.since} /> : run.ending}</span>
        {running && <StopButton action={stop} command={job.command} />}
      </div>
      <ActionProblem actions={[stop]} />
      {problem && (
        <p class="dsp-quiet">
          <Prose text={problem.message} />
        </p>
      )}
      {tail.trim() !== '' && <TerminalView output={tail} label={trans.__('End of the output')} live={running} />}
      {job.why && <p class="dsp-quiet">{whyWords(job.why, chat.host.user?.value ?? null, trans)}</p>}
    </li>
  );
}
