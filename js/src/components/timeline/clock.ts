import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { whileVisible } from '../shell/clock';

const TICK_MS = 1_000;
/** Where the person wants little motion. */
const CALM_TICK_MS = 10_000;

/** The time; while something goes on it moves, once a second at most, as long as the page is seen. */
export function useNow(live: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!live) return;
    const calm = window.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;
    return whileVisible(calm ? CALM_TICK_MS : TICK_MS, () => setNow(Date.now()));
  }, [live]);
  return now;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How large an element is inside, kept up to date. */
export function useSize(element: RefObject<HTMLElement>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = box;
      setSize(before => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return size;
}
