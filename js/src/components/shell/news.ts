import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { SessionStore } from '../../store/session-store';
import { useTrans } from '../context';
import { isOver, type Run, type RunState, runOf } from './run';

const NAME_CHARS = 80;

/** Says that a command has started and how it ended, never what it prints: that would drown everything else. */
export function useCommandNews(store: SessionStore, say: (words: string) => void): void {
  const trans = useTrans();
  const known = useRef(new Map<string, RunState>());
  const speak = useRef(say);
  speak.current = say;
  useSignalEffect(() => {
    store.structure.value;
    const jobs = new Map(store.jobs.value.map(job => [job.call_id, job]));
    const latest = store.callsOf(store.thread.value.at(-1) ?? '');
    for (const id of new Set([...latest, ...jobs.keys()])) {
      const call = store.tables.calls.get(id)?.value;
      if (call?.name !== 'run_shell') continue;
      const run = runOf(call, jobs.get(id), store.requestsOf(id), trans);
      const words = news(known.current.get(id), run);
      known.current.set(id, run.state);
      if (words) speak.current(words);
    }
  });

  function news(before: RunState | undefined, { state, command, ending }: Run): string | null {
    if (before === state) return null;
    const name = command.trim().split('\n', 1)[0]?.slice(0, NAME_CHARS) ?? '';
    if (state === 'running' && before !== 'asking') return trans.__('Command started: %1', name);
    if (state === 'background' && before) return trans.__('Command goes on in the background: %1', name);
    if (before && isOver(state)) return trans.__('Command ended: %1, %2', name, ending || trans.__('failed'));
    return null;
  }
}
