import { useState } from 'preact/hooks';
import { useChat } from './context';

/**
 * What the person unfolded stays so, in this view and the next ones of the page, over reloads.
 * @param name under which it is kept; null: it is not, and lasts as long as the view.
 */
export function useKept(name: string | null, usual: boolean): readonly [boolean, (value: boolean) => void] {
  const { storage } = useChat().host;
  const key = name === null ? null : `dispatch:unfolded:${name}`;
  const [value, setValue] = useState(() => {
    const kept = key && storage.getItem(key);
    return kept ? kept === 'yes' : usual;
  });
  const set = (next: boolean) => {
    setValue(next);
    if (key) storage.setItem(key, next ? 'yes' : 'no');
  };
  return [value, set];
}
