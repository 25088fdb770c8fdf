import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PromptSeeker } from '../../src/hosts/lab/prompt-seeker';

let node: HTMLElement;
let elsewhere: HTMLTextAreaElement;
let seeker: PromptSeeker;

beforeEach(() => {
  vi.useFakeTimers();
  node = document.createElement('div');
  elsewhere = document.createElement('textarea');
  document.body.append(node, elsewhere);
  elsewhere.focus();
  seeker = new PromptSeeker(node);
});
afterEach(() => {
  seeker.stop();
  node.remove();
  elsewhere.remove();
  vi.useRealTimers();
});

/** A prompt appears, and who watches the page hears of it. */
async function ask(): Promise<HTMLElement> {
  const prompt = document.createElement('section');
  prompt.className = 'dsp-ask';
  prompt.tabIndex = -1;
  node.append(prompt);
  await vi.advanceTimersByTimeAsync(0);
  return prompt;
}

it('gives the focus to what is shown, now or a moment later', async () => {
  seeker.seek();
  expect(seeker.found).toBeNull();
  const prompt = await ask();
  expect(document.activeElement).toBe(prompt);
  expect(seeker.found).toBe(prompt);
  vi.advanceTimersByTime(300);
  expect(seeker.found).toBeNull();
});

it('takes it from nobody who has begun to write meanwhile', async () => {
  seeker.seek();
  elsewhere.dispatchEvent(new Event('input', { bubbles: true }));
  await ask();
  expect(document.activeElement).toBe(elsewhere);
});

it('seeks as long as ever when it is asked again, and not for ever', async () => {
  seeker.seek();
  vi.advanceTimersByTime(4_000);
  seeker.seek();
  vi.advanceTimersByTime(4_000);
  const prompt = await ask();
  expect(document.activeElement).toBe(prompt);
  prompt.remove();
  seeker.seek();
  vi.advanceTimersByTime(5_000);
  elsewhere.focus();
  await ask();
  expect(document.activeElement).toBe(elsewhere);
});
