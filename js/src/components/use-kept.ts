import { useState } from 'preact/hooks';
import { useChat } from './context';

/** What the person unfolded stays so, in this view and the next ones of the page, over reloads. */
export function useKept(name: string, usual: boolean): readonly [boolean, (value: boolean) => void] {
  const { storage } = useChat().host;
  const key = `dispatch:unfolded:${name}`;
  const [value, setValue] = useState(() => {
    try {
      const kept = storage?.getItem(key);
      return kept ? kept === 'yes' : usual;
    } catch {
      return usual; // storage is switched off in this browser
    }
  });
  const set = (next: boolean) => {
    setValue(next);
    try {
      storage?.setItem(key, next ? 'yes' : 'no');
    } catch {
      // full or switched off: it is kept for as long as this view is there
    }
  };
  return [value, set];
}
