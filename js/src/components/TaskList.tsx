import { useId, useState } from 'preact/hooks';
import type { Translation } from '../host';
import type { Task, TaskStatus } from '../protocol';
import type { SessionStore } from '../store/session-store';
import type { Sign } from './call-words';
import { useTrans } from './context';
import { Icon } from './Icon';
import { Mark } from './Mark';
import { ShownText } from './ShownText';

/** The agent's to-do list: how far it is and what it does now in one line, and on a click all of it. */
export function TaskList({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const list = useId();
  const [open, setOpen] = useState(false);
  const tasks = store.tasks.value;
  if (!tasks.length) return null;
  const done = tasks.filter(task => task.status === 'done').length;
  const current = currentOf(tasks);
  const progress = trans.__('%1 of %2 done', done, tasks.length);
  return (
    <section class="dsp-tasks" aria-label={trans.__('Tasks')} data-tasks={`${done}/${tasks.length}`}>
      <button
        type="button"
        class="dsp-tasks-toggle"
        aria-expanded={open}
        aria-controls={list}
        title={open ? '' : (current?.title ?? '')}
        onClick={() => setOpen(!open)}
      >
        <Icon name="tasks" />
        <span class="dsp-tasks-words">
          <span class="dsp-tasks-progress">{current ? `${progress}:` : progress}</span>
          {current && <ShownText text={current.title} />}
        </span>
        <Icon name="chevron" />
      </button>
      {open && (
        <ol id={list} class="dsp-tasks-list" aria-label={trans.__('Tasks')} tabIndex={0}>
          {tasks.map(task => (
            <TaskItem key={task.id} task={task} current={task === current} />
          ))}
        </ol>
      )}
      <span class="dsp-hidden" role="status">
        {done > 0 && progress}
      </span>
    </section>
  );
}

function TaskItem({ task, current }: { task: Task; current: boolean }) {
  const trans = useTrans();
  return (
    <li
      class={`dsp-task dsp-task-${task.status}`}
      data-task={task.number}
      data-status={task.status}
      aria-current={current ? 'step' : undefined}
    >
      <Mark sign={signOf(task.status, trans)} />
      <span class="dsp-task-text">
        <ShownText text={task.title} />
        {task.description && (
          <span class="dsp-task-about" title={task.description}>
            <ShownText text={task.description} />
          </span>
        )}
      </span>
    </li>
  );
}

/** What it works on: else what comes next, else what it is stuck on. */
function currentOf(tasks: readonly Task[]): Task | undefined {
  const first = (status: TaskStatus) => tasks.find(task => task.status === status);
  return first('in_progress') ?? first('pending') ?? first('blocked');
}

function signOf(status: TaskStatus, trans: Translation): Sign {
  const signs: Record<TaskStatus, Sign> = {
    pending: ['○', trans.__('to do')],
    in_progress: ['◐', trans.__('in progress')],
    done: ['✓', trans.__('done')],
    blocked: ['⊘', trans.__('blocked')]
  };
  return signs[status];
}
