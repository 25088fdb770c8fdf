import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Job } from '../../protocol';
import { type Problem, problemOf } from '../../store/problem';
import type { SessionStore } from '../../store/session-store';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { Prose } from '../Prose';
import { whyWords } from '../permission-words';
import { ActionProblem, StopButton, useStop } from './actions';
import { Elapsed, whileVisible } from './clock';
import { runOfJob } from './run';
import { TerminalView } from './TerminalView';

const POLL_MS = 2_000;

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
      {open && (
        <ul id={list} class="dsp-jobs-list" aria-label={trans.__('Commands in the background')}>
          {listed.map(job => (
            <JobItem key={job.id} job={job} />
          ))}
        </ul>
      )}
    </div>
  );
}

function JobItem({ job }: { job: Job }) {
  const chat = useChat();
  const trans = useTrans();
  const stop = useStop(null, job);
  const { tail, problem } = useTail(job);
  const run = runOfJob(job, trans);
  return (
    <li class={`dsp-job dsp-run-${run.state}`} data-job={job.id} data-run={run.state}>
      <div class="dsp-job-line">
        <span class="dsp-call-command" title={job.command}>
          <bdi>{job.command.trim().split('\n', 1)[0]}</bdi>
        </span>
        <span class="dsp-figures">{run.since ? <Elapsed since={run.since} /> : run.ending}</span>
        {job.status === 'running' && <StopButton action={stop} command={job.command} />}
      </div>
      <ActionProblem actions={[stop]} />
      {problem && (
        <p class="dsp-quiet">
          <Prose text={problem.message} />
        </p>
      )}
      {tail.trim() !== '' && (
        <TerminalView output={tail} label={trans.__('End of the output')} live={job.status === 'running'} />
      )}
      {job.why && <p class="dsp-quiet">{whyWords(job.why, chat.host.user?.value ?? null, trans)}</p>}
    </li>
  );
}

/** The end of a job's output: asked for again and again while it runs and is looked at. */
function useTail(job: Job): { tail: string; problem: Problem | null } {
  const { api, sessionId } = useChat();
  const [tail, setTail] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = job.status === 'running';
  useEffect(() => {
    if (!running) return setProblem(null);
    let asking = false;
    let gone = false;
    const ask = async () => {
      if (asking) return;
      asking = true;
      try {
        const latest = await api.job(sessionId.peek() ?? '', job.id);
        if (gone) return;
        setTail(latest.tail);
        setProblem(null);
      } catch (error) {
        if (!gone) setProblem(problemOf(error));
      } finally {
        asking = false;
      }
    };
    const end = whileVisible(POLL_MS, () => void ask());
    return () => {
      gone = true;
      end();
    };
  }, [running, job.id, api, sessionId]);
  return { tail: running ? tail : job.tail, problem };
}
