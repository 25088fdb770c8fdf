import { cleanup } from '@testing-library/preact';
import { afterEach } from 'vitest';

// jsdom lays nothing out, so nothing changes its size
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});
