import { useEffect, useState } from 'preact/hooks';

/**
 * So long after it appears a prompt takes no answer: the click may have been meant for what was there before. Each
 * click in this time is such a one, and the next one of a hurried row may be too: the time begins anew.
 */
export const GUARD_MS = 400;

/** False for the first moment. */
export function useReady(): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let timer = 0;
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener('pointerdown', begin, true);
    };
    const begin = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        end();
        setReady(true);
      }, GUARD_MS);
    };
    document.addEventListener('pointerdown', begin, true);
    begin();
    return end;
  }, []);
  return ready;
}
