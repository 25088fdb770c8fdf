/**
 * Calls that come while one is under way become a single one after it: of two hundred agents that come to rest at once,
 * each says that the same list has changed.
 * @returns the call; it resolves when what it was called for has been done.
 */
export function oneAtATime(call: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const run = async () => {
    try {
      do {
        again = false;
        await call();
      } while (again);
    } finally {
      running = null;
    }
  };
  return () => {
    again = running !== null;
    running ??= run();
    return running;
  };
}
