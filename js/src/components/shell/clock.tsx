import { useEffect, useState } from 'preact/hooks';
import { ticking } from './run';

const TICK_MS = 1_000;

/** Time since then, counted once a second while the page is seen. */
export function Elapsed({ since, less = 0 }: { since: string; less?: number }) {
  useVisibleInterval(TICK_MS);
  return <span class="dsp-elapsed">{ticking(Date.now() - Date.parse(since) - less)}</span>;
}

/** Draws the component again so often, and at once when the page is seen again. */
export function useVisibleInterval(ms: number): void {
  const [, setTick] = useState(0);
  useEffect(() => whileVisible(ms, () => setTick(tick => tick + 1)), [ms]);
}

/** Calls so often while the page is seen, and at once when it is seen again. @returns what ends it. */
export function whileVisible(ms: number, call: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const onChange = () => {
    clearInterval(timer);
    if (document.visibilityState === 'hidden') return;
    timer = setInterval(call, ms);
    call();
  };
  document.addEventListener('visibilitychange', onChange);
  onChange();
  return () => {
    document.removeEventListener('visibilitychange', onChange);
    clearInterval(timer);
  };
}

/** False, and true once that much time has passed with `active` set. */
export function useLasting(active: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    setLasting(false);
    if (!active) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [active, ms]);
  return active && lasting;
}
