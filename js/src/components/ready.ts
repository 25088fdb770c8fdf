import { useEffect, useState } from 'preact/hooks';

/** So long after it appears a prompt takes no answer: the click may have been meant for what was there before. */
export const GUARD_MS = 400;

/** False for the first moment. */
export function useReady(): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), GUARD_MS);
    return () => clearTimeout(timer);
  }, []);
  return ready;
}
