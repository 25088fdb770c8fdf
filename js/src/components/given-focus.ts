import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { focusHome } from './home-focus';

export interface GivenFocus {
  readonly onFocusIn: (event: FocusEvent) => void;
  readonly onFocusOut: (event: FocusEvent) => void;
  /** Told how a prompt was answered before it is: with the pointer, or by the keyboard. */
  readonly onAnswer: (pointer: boolean) => void;
  /** The person leaves the prompt open and goes back to what they were at. */
  readonly giveBack: () => void;
}

/**
 * Where the focus was before it came into the prompt, and when it goes back there: once nothing waits any more, or
 * at once where the person answered with the pointer (who answers by the keyboard goes on to the next prompt).
 * @param box what the prompts are in.
 * @param current which prompt is shown.
 */
export function useGivenFocus(box: RefObject<HTMLElement>, current: string | undefined): GivenFocus {
  const from = useRef<HTMLElement | null>(null);
  const inside = useRef(false);
  const byPointer = useRef(false);

  const giveBack = () => {
    const before = from.current;
    inside.current = false;
    from.current = null;
    before?.focus();
    // it may be gone, or hidden, as the search box of a palette is
    if (document.activeElement !== before || !before) focusHome(box.current?.closest('.dsp-chat'));
  };
  const onFocusIn = (event: FocusEvent) => {
    const before = event.relatedTarget as HTMLElement | null;
    // a page's own frames (tabindex -1) hold the focus for lack of a better place: nobody was at anything there
    if (before && before.tabIndex >= 0 && !box.current?.contains(before)) from.current = before;
    inside.current = true;
  };
  const onFocusOut = (event: FocusEvent) => {
    // nowhere: the window has lost it, or what had it was taken away
    const next = event.relatedTarget as Node | null;
    if (next && !box.current?.contains(next)) inside.current = false;
  };
  const onAnswer = (pointer: boolean) => {
    byPointer.current = pointer;
  };
  const shown = useRef(current);
  useLayoutEffect(() => {
    if (shown.current === current) return;
    shown.current = current;
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (!inside.current || !lost) return;
    const next = box.current?.querySelector<HTMLElement>('.dsp-ask');
    if (next && !byPointer.current) next.focus();
    else giveBack();
    byPointer.current = false;
  }, [current]);
  return { onFocusIn, onFocusOut, onAnswer, giveBack };
}
