import { afterEach, expect, it, vi } from 'vitest';
import { browserStorage } from '../../src/hosts/storage';

afterEach(() => vi.restoreAllMocks());

it('keeps what it is given', () => {
  const storage = browserStorage('localStorage');
  storage.setItem('key', 'value');
  expect(storage.getItem('key')).toBe('value');
  storage.removeItem('key');
  expect(storage.getItem('key')).toBeNull();
});

it('fails nothing where the browser gives no storage: even to name it throws', () => {
  const denied = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  vi.spyOn(window, 'sessionStorage', 'get').mockImplementation(denied);
  const storage = browserStorage('sessionStorage');
  storage.setItem('key', 'value');
  storage.removeItem('key');
  expect(storage.getItem('key')).toBeNull();
});
