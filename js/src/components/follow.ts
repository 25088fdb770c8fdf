import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';

/** So near the end counts as the end, in px. */
const NEAR = 32;
/** What the person unfolds stays where it was clicked, and may push the end away. */
const UNFOLDING_MS = 300;

export interface Follow {
  readonly scroller: RefObject<HTMLDivElement>;
  readonly content: RefObject<HTMLDivElement>;
  /** The view is at the end and stays there as the content grows. */
  readonly following: ReadonlySignal<boolean>;
  readonly toEnd: () => void;
}

/**
 * Keeps a scrolled list at its end while it grows, until the person scrolls up; scrolling back to the end
 * takes it up again.
 */
export function useFollow(): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useSignal(true);
  const toEnd = useCallback(() => {
    following.value = true;
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, []);
  useEffect(() => {
    const box = scroller.current;
    if (!box || !content.current) return;
    let top = box.scrollTop;
    let unfoldedAt = Number.NEGATIVE_INFINITY;
    const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    const onScroll = () => {
      // only a move up is the person's: content that grows leaves the position, and moves the end away from it
      if (atEnd()) following.value = true;
      else if (box.scrollTop < top) following.value = false;
      top = box.scrollTop;
    };
    const onClick = (event: Event) => {
      if ((event.target as Element).closest('[aria-expanded]')) unfoldedAt = performance.now();
    };
    const keepUp = () => {
      if (!following.peek()) return;
      if (performance.now() - unfoldedAt < UNFOLDING_MS) following.value = atEnd();
      else box.scrollTop = box.scrollHeight;
    };
    const observer = new ResizeObserver(keepUp);
    observer.observe(content.current);
    observer.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    box.addEventListener('click', onClick);
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', onScroll);
      box.removeEventListener('click', onClick);
    };
  }, []);
  return { scroller, content, following, toEnd };
}

/** Keeps what is in view in its place while rows are added above it. */
export function useHeldPosition(
  scroller: RefObject<HTMLDivElement>
): (change: () => void | Promise<void>) => Promise<void> {
  return useCallback(async change => {
    const box = scroller.current;
    const fromEnd = box ? box.scrollHeight - box.scrollTop : 0;
    await change();
    await new Promise(resolve => setTimeout(resolve));
    if (box) box.scrollTop = box.scrollHeight - fromEnd;
  }, []);
}
