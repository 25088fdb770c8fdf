import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';

/** So near the end counts as the end, in px. */
const NEAR = 32;
/** What the person unfolds stays where it was clicked, and may push the end away. */
const UNFOLDING_MS = 300;
/** So long after a turn of the wheel or a key a scroll may still be its doing: browsers scroll smoothly. */
const SCROLLING_MS = 1_000;
/** So long it takes at most until it begins. */
const ARRIVING_MS = 500;
const KEYS_UP: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

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
    let later = 0;
    const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    const onScroll = () => {
      // content that grows leaves the position, so a move up is the person's, however they made it
      const theirs = hand.within(SCROLLING_MS) || (!byHand && !atEnd());
      if (box.scrollTop < top && theirs) following.value = false;
      else if (atEnd()) following.value = true;
      top = box.scrollTop;
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
        top = box.scrollTop; // content that shrank has moved up, which was nobody's doing
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
      box.removeEventListener('scroll', onScroll);
      box.removeEventListener('click', onClick);
    };
  }, []);
  return { scroller, content, following, toEnd };
}

/** When a person last did something that scrolls up. */
class Hand {
  private at = Number.NEGATIVE_INFINITY;
  private held = false;

  within(ms: number): boolean {
    return this.held || performance.now() - this.at < ms;
  }

  /**
   * @param onWheelUp called when a turn of the wheel is about to scroll the box up
   * @returns what ends it
   */
  watch(box: HTMLElement, onWheelUp: () => void): () => void {
    const moved = () => {
      this.at = performance.now();
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY >= 0) return;
      moved();
      if (box.scrollTop > 0 && !isTaken(event.target, box)) onWheelUp();
    };
    const onKey = (event: KeyboardEvent) => KEYS_UP.has(event.key) && moved();
    // on the box itself: its scroll bar
    const onDown = (event: Event) => {
      this.held = event.target === box;
    };
    const onUp = () => {
      if (this.held) moved();
      this.held = false;
    };
    const ended = new AbortController();
    const how = { passive: true, signal: ended.signal };
    box.addEventListener('wheel', onWheel, how);
    box.addEventListener('touchmove', moved, how);
    box.addEventListener('keydown', onKey, how);
    box.addEventListener('focusin', moved, how);
    box.addEventListener('pointerdown', onDown, how);
    box.ownerDocument.addEventListener('pointerup', onUp, how);
    box.ownerDocument.addEventListener('pointercancel', onUp, how);
    return () => ended.abort();
  }
}

/** Whether something inside the box scrolls up instead of it. */
function isTaken(target: EventTarget | null, box: HTMLElement): boolean {
  for (let inner = target as Element | null; inner && inner !== box; inner = inner.parentElement)
    if (inner.scrollTop > 0 && /auto|scroll/.test(getComputedStyle(inner).overflowY)) return true;
  return false;
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
