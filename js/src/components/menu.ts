import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** What can be picked in a menu, in its order. */
export function entriesOf(menu: HTMLElement | null): HTMLElement[] {
  return Array.from(menu?.querySelectorAll<HTMLElement>('[role=menuitemradio], [role=menuitem]') ?? []);
}

/** The keys of a menu: arrows, Home and End move, Esc and Tab close it. */
export function onMenuKey(event: KeyboardEvent, menu: HTMLElement | null, onClose: () => void): void {
  const entries = entriesOf(menu);
  const place = entries.indexOf(document.activeElement as HTMLElement);
  const target = {
    ArrowDown: entries[(place + 1) % entries.length],
    ArrowUp: entries.at(place - 1),
    Home: entries[0],
    End: entries.at(-1)
  }[event.key];
  if (target) target.focus();
  else if (event.key === 'Escape' || event.key === 'Tab') onClose();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Closes on a press anywhere else. */
export function useDismiss(menu: RefObject<HTMLElement>, anchor: RefObject<HTMLElement>, onClose: () => void): void {
  useEffect(() => {
    const onPress = (event: Event) => {
      const target = event.target as Node;
      if (!menu.current?.contains(target) && !anchor.current?.contains(target)) onClose();
    };
    document.addEventListener('pointerdown', onPress, true);
    return () => document.removeEventListener('pointerdown', onPress, true);
  }, [onClose]);
}
