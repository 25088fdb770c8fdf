import { cleanup } from '@testing-library/preact';
import { afterEach, vi } from 'vitest';

// jsdom lays nothing out, so nothing changes its size
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

// what is waited for comes, or is missing: how fast the machine is does not matter
const waitFor = vi.waitFor;
vi.waitFor = (look, options) =>
  waitFor(look, { timeout: 20_000, ...(typeof options === 'number' ? { timeout: options } : options) });

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});
