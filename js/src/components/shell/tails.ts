import { useEffect, useRef, useState } from 'preact/hooks';
import type { Job } from '../../protocol';
import { type Problem, problemOf } from '../../store/problem';
import { useChat } from '../context';
import { whileVisible } from './clock';

const POLL_MS = 2_000;
/** So many are asked for at a time, in turns: fifty commands at once cost the server no more than these. */
const AT_ONCE = 3;

/** The end of what a command has printed so far, or why it is not known. */
export interface Tail {
  readonly text: string;
  readonly problem: Problem | null;
}

/**
 * The ends of the outputs of those that run, asked for again and again while they are looked at.
 * @returns them by the job's id, once they are known.
 */
export function useTails(jobs: readonly Job[]): ReadonlyMap<string, Tail> {
  const { api, sessionId } = useChat();
  const [tails, setTails] = useState<ReadonlyMap<string, Tail>>(new Map());
  const running = jobs.filter(job => job.status === 'running').map(job => job.id);
  const wanted = useRef(running);
  wanted.current = running;
  const some = running.length > 0;
  useEffect(() => {
    if (!some) return;
    const turns = new Map<string, number>();
    let [turn, asking, gone] = [0, false, false];
    const ask = async (id: string) => {
      turns.set(id, turn);
      const tail = await api.job(sessionId.peek() ?? '', id).then(
        job => ({ text: job.tail, problem: null }),
        error => ({ problem: problemOf(error) })
      );
      if (!gone) setTails(known => new Map(known).set(id, { text: known.get(id)?.text ?? '', ...tail }));
    };
    const askSome = async () => {
      if (asking) return;
      asking = true;
      turn++;
      const longest = wanted.current.toSorted((a, b) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0));
      await Promise.all(longest.slice(0, AT_ONCE).map(ask));
      asking = false;
    };
    const end = whileVisible(POLL_MS, () => void askSome());
    return () => {
      gone = true;
      end();
    };
  }, [some, api, sessionId]);
  return tails;
}
