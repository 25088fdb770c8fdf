import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Resource } from '../../src/store/resource';

let answers: ((value: string) => void)[] = [];
const made = () => new Resource(() => new Promise<string>(resolve => answers.push(resolve)));
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  answers = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('is asked for when somebody begins to look, once for all who do', async () => {
  const resource = made();
  resource.heard();
  expect(answers).toHaveLength(0);
  const stops = [resource.watch(), resource.watch()];
  expect(answers).toHaveLength(1);
  answers[0]?.('a');
  await settle();
  expect(resource.value.value).toBe('a');
  for (const stop of stops) stop();
  resource.watch();
  expect(answers).toHaveLength(2); // it may be another one by now
});

it('is asked for again when it may have changed, but not more often than it can be seen', async () => {
  const resource = made();
  resource.watch();
  answers[0]?.('a');
  await settle();
  for (let n = 0; n < 50; n++) resource.heard();
  await vi.advanceTimersByTimeAsync(300);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(700);
  expect(answers).toHaveLength(2);
  answers[1]?.('b');
  await settle();
  expect(resource.value.value).toBe('b');
});

it('is not asked for by what was heard just before everybody went', async () => {
  const resource = made();
  const stop = resource.watch();
  answers[0]?.('a');
  await settle();
  resource.heard();
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(answers).toHaveLength(1);
});

it('is asked for once more where it was asked while an answer was on its way, and then is as new as asked for', async () => {
  const resource = made();
  let done = false;
  void resource.refresh();
  void resource.refresh().then(() => {
    done = true;
  });
  answers[0]?.('old');
  await settle();
  expect(answers).toHaveLength(2);
  expect(done).toBe(false);
  answers[1]?.('new');
  await settle();
  expect([done, resource.value.value, answers.length]).toEqual([true, 'new', 2]);
});

it('keeps what it has where it cannot be asked for, and says why', async () => {
  let works = true;
  const resource = new Resource(async () => {
    if (!works) throw new Error('away');
    return 'a';
  });
  await resource.refresh();
  works = false;
  await resource.refresh();
  expect([resource.value.value, resource.problem.value?.message]).toEqual(['a', 'away']);
  works = true;
  await resource.refresh();
  expect(resource.problem.value).toBeNull();
});
