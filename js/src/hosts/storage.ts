import type { DraftStorage } from '../host';

/**
 * What the browser keeps for this page. Where it is switched off, even to name it throws; where it is full, to write
 * does: then nothing is kept, and the page works all the same.
 */
export function browserStorage(name: 'localStorage' | 'sessionStorage'): DraftStorage {
  const use = <T>(what: (storage: globalThis.Storage) => T): T | null => {
    try {
      return what(window[name]);
    } catch {
      return null;
    }
  };
  return {
    getItem: key => use(storage => storage.getItem(key)),
    setItem: (key, value) => use(storage => storage.setItem(key, value)),
    removeItem: key => use(storage => storage.removeItem(key))
  };
}
