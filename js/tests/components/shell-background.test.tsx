import { fireEvent } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Fail } from '../fakes';
import { AGENT, agent, call, job, SESSION } from '../records';
import { button, isOpen, line, moved, output, START, shell, startClock, stopClock, withCall } from './shell-scene';

beforeEach(startClock);
afterEach(stopClock);

it('follows a command that goes on in the background, and keeps its end in the thread', async () => {
  const r = withCall(moved, { jobs: [job('j1', 'c1', { command: 'pytest -q', started_at: START })] });
  vi.setSystemTime(Date.parse(START) + 72_000);
  expect(await line(r)).toContain('●running in the backgroundRunspytest -qin background · 1 min 12 s');
  expect(isOpen(r)).toBe(false);
  r.server.answers.set(`POST sessions/${SESSION}/jobs/j1/stop`, {});
  fireEvent.click(button(r, 'Stop'));
  await vi.waitFor(() => expect(r.server.of('POST', `sessions/${SESSION}/jobs/j1/stop`)).toHaveLength(1));
  r.say({
    type: 'put',
    table: 'jobs',
    record: job('j1', 'c1', {
      seq: 101,
      command: 'pytest -q',
      status: 'stopped',
      why: 'ada stopped it',
      tail: 'the end\n',
      started_at: START,
      ended_at: '2026-01-02T03:05:20.000Z'
    })
  });
  await vi.waitFor(async () => expect(await line(r)).toBe('■stoppedRanpytest -qstopped · 75 s'));
  expect(isOpen(r)).toBe(true);
  expect(output(r)).toBe('the end\n');
  expect(r.find('.dsp-shell-details').textContent).toContain('ada stopped it');
});

it.each([
  [{ status: 'exited' as const, exit_code: 0 }, 'exit 0 · 10.0 s'],
  [{ status: 'exited' as const, exit_code: 3 }, 'exit 3 · 10.0 s'],
  [{ status: 'exited' as const, signal: 'SIGABRT' }, 'killed by SIGABRT · 10.0 s'],
  [{ status: 'exited' as const, exit_code: 0, seconds: 42.3 }, 'exit 0 · 42 s'],
  [{ status: 'lost' as const }, 'lost · 10.0 s']
])('says how a background command ended: %j', async (fields, words) => {
  const ended = job('j1', 'c1', { ...fields, started_at: START, ended_at: '2026-01-02T03:04:15.000Z' });
  expect(await line(withCall(moved, { jobs: [ended] }))).toContain(words);
});

it('names the command of a background job that the agent asks after', async () => {
  const jobs = [job('j1', 'c0', { command: 'npm run watch' })];
  const ask = (name: string, args: object) => call('c1', 'a1', { name, kind: 'read', arguments: { ...args } });
  for (const [name, args, words] of [
    ['read_job', { job: 'j1' }, 'Checkednpm run watch'],
    ['stop_job', { job: 'gone' }, 'Stoppedgone'],
    ['list_jobs', {}, 'Listedbackground commands']
  ] as const) {
    const r = withCall(ask(name, args), { jobs });
    await vi.waitFor(() => expect(r.find('.dsp-call').textContent).toContain(words));
  }
});

it('does not repeat in the output what the line says', async () => {
  const r = withCall(moved, { jobs: [job('j1', 'c1')] });
  await line(r);
  fireEvent.click(r.find('.dsp-call-toggle'));
  await vi.waitFor(() => expect(output(r)).toBe('so far'));
  const done = withCall(shell({ output: 'so far\n[exit 0 · 4.2 s]' }));
  await line(done);
  expect(done.find('.dsp-shell-details').textContent).toBe('$so far');
});

it('lists the commands in the background, with their tails, while the list is open', async () => {
  const r = withCall(moved, {
    agents: [agent({ id: AGENT })],
    jobs: [job('j1', 'c1', { command: 'make -j2 all', started_at: START }), job('j2', 'c0', { status: 'exited' })]
  });
  let tail = 'cc a.c\n';
  r.server.answers.set(`GET sessions/${SESSION}/jobs/j1`, () => job('j1', 'c1', { tail }));
  const strip = await vi.waitFor(() => r.find('.dsp-jobs-toggle'));
  expect(strip.textContent).toBe('1 command in the background');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(r.server.of('GET', `sessions/${SESSION}/jobs/j1`)).toHaveLength(0);
  fireEvent.click(strip);
  await vi.waitFor(() => expect(r.find('.dsp-job .dsp-term').textContent).toBe('cc a.c\n'));
  expect(r.find('.dsp-job').textContent).toContain('make -j2 all');
  tail += 'cc b.c\n';
  await vi.advanceTimersByTimeAsync(2_100);
  await vi.waitFor(() => expect(r.find('.dsp-job .dsp-term').textContent).toBe('cc a.c\ncc b.c\n'));

  r.server.answers.set(`GET sessions/${SESSION}/jobs/j1`, new Fail(500, { code: 'internal', message: 'Lost it.' }));
  await vi.advanceTimersByTimeAsync(2_100);
  await vi.waitFor(() => expect(r.find('.dsp-job').textContent).toContain('Lost it.'));
  expect(r.find('.dsp-job .dsp-term').textContent).toContain('cc b.c');

  const end = { seq: 101, status: 'exited' as const, exit_code: 2, tail: 'Error 2\n', ended_at: START };
  r.say({ type: 'put', table: 'jobs', record: job('j1', 'c1', { ...end, started_at: START }) });
  await vi.waitFor(() => expect(r.find('.dsp-job').textContent).toContain('exit 2'));
  expect(r.find('.dsp-job .dsp-term').textContent).toBe('Error 2\n');
  expect(r.find('.dsp-jobs-toggle').textContent).toBe('Nothing in the background');
  const asked = r.server.of('GET', `sessions/${SESSION}/jobs/j1`).length;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(r.server.of('GET', `sessions/${SESSION}/jobs/j1`)).toHaveLength(asked);
  fireEvent.click(r.find('.dsp-jobs-toggle'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-jobs')).toBeNull());
});

it('does not ask for tails while nobody looks', async () => {
  const r = withCall(moved, { jobs: [job('j1', 'c1')] });
  r.server.answers.set(`GET sessions/${SESSION}/jobs/j1`, job('j1', 'c1', { tail: 'x' }));
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-jobs-toggle')));
  await vi.waitFor(() => r.find('.dsp-job .dsp-term'));
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  const asked = r.server.asked.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(r.server.asked).toHaveLength(asked);
});
