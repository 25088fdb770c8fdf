import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { Hand } from './hand';
import { Shrinking } from './shrinking';

/** So near the end counts as the end, in px. */
const NEAR = 32;
/** What the person unfolds stays where it was clicked, and may push the end away. */
const UNFOLDING_MS = 300;
/** So long after a turn of the wheel or a key a scroll may still be its doing: browsers scroll smoothly. */
const SCROLLING_MS = 1_000;
/** So long it takes at most until it begins. */
const ARRIVING_MS = 500;

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
 *
 * @param byHand only a move by wheel, finger or key is the person's: where lines go at the top, the browser moves too
 */
export function useFollow({ byHand = false } = {}): Follow {
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
    const hand = new Hand();
    const shrinking = new Shrinking(box, content.current);
    let later = 0;
    const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    const settle = () => {
      top = box.scrollTop;
      shrinking.settle();
    };
    // content that grows leaves the position, so a move up is the person's, however they made it; but where it shrank
    // the browser moves up to the end there is, and what is written below meanwhile takes that away
    const isTheirs = () => {
      if (hand.within(SCROLLING_MS)) return !(atEnd() && shrinking.mayHave());
      return !byHand && !atEnd() && (hand.presses || !shrinking.mayHave());
    };
    const onScroll = () => {
      const up = box.scrollTop < top;
      if (up && isTheirs()) following.value = false;
      else if (atEnd()) following.value = true;
      else if (up && !byHand) keepUp(); // content that is as high as before tells nobody
      settle();
    };
    const onClick = (event: Event) => {
      if ((event.target as Element).closest('[aria-expanded]')) unfoldedAt = performance.now();
    };
    const keepUp = () => {
      if (!following.peek()) return;
      if (hand.within(ARRIVING_MS)) {
        // what the person does takes a moment to arrive, and would be undone
        clearTimeout(later);
        later = window.setTimeout(keepUp, ARRIVING_MS);
      } else if (performance.now() - unfoldedAt < UNFOLDING_MS) {
        following.value = atEnd();
      } else {
        box.scrollTop = box.scrollHeight;
        settle(); // content that shrank has moved up, which was nobody's doing
      }
    };
    const observer = new ResizeObserver(keepUp);
    observer.observe(content.current);
    observer.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    box.addEventListener('click', onClick);
    const letGo = hand.watch(box, () => {
      following.value = false;
    });
    return () => {
      letGo();
      clearTimeout(later);
      observer.disconnect();
      shrinking.disconnect();
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
