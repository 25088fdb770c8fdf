import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import type { ToolCall } from '../../src/protocol';
import { agent, call, job, message, request, SESSION } from '../records';
import { openRig, type Rig } from './rig';

const ran = {
  cwd: '/home/ada/project',
  exit_code: null,
  signal: null,
  timed_out: false,
  why: null,
  seconds: null,
  job_id: null
};
const shell = (fields: Partial<ToolCall>) =>
  call('c1', 'a1', { name: 'run_shell', kind: 'execute', arguments: { command: 'pytest -q' }, output: '', ...fields });
const withCall = (record: ToolCall, fields: Parameters<typeof openRig>[0] = {}) =>
  openRig({ messages: [message('a1', 1)], calls: [record], ...fields });
const line = (r: Rig) => vi.waitFor(() => r.find('.dsp-shell .dsp-call')).then(e => e.textContent ?? '');
const isOpen = (r: Rig) => r.find('.dsp-shell .dsp-call-toggle').getAttribute('aria-expanded') === 'true';

it('says that a command in the background waits for the person, who can still stop it', async () => {
  const ask = request('r1', { call_id: 'c1', command: 'pytest -q' });
  const record = shell({ command: { ...ran, job_id: 'j1' } });
  const r = withCall(record, { agents: [agent()], jobs: [job('j1', 'c1')], requests: [] });
  expect(await line(r)).toContain('in background');
  expect(r.find('.dsp-state').textContent).toBe('Connected');
  r.say({ type: 'put', table: 'requests', record: { ...ask, seq: 101 } });
  await vi.waitFor(async () => expect(await line(r)).toContain('◆waits for you'));
  expect(r.find('.dsp-state').textContent).toBe('Waits for you');
  expect(r.find('.dsp-ask-body').textContent).toContain('it came up as it ran');
  expect(r.find('.dsp-call-actions').textContent).toBe('Stop');
  r.say({ type: 'put', table: 'requests', record: { ...ask, seq: 102, status: 'answered', answer: 'allow' } });
  await vi.waitFor(async () => expect(await line(r)).toContain('in background'));
});

it('is folded when a line below says already that it was not allowed', async () => {
  const error = { code: 'denied', message: 'The person did not allow this.', hint: null, place: null };
  const denied = request('r1', { call_id: 'c1', status: 'answered', answer: 'deny', note: 'no' });
  const r = withCall(shell({ status: 'failed', command: null, error }), { requests: [denied] });
  expect(await line(r)).toContain('not allowed');
  expect(isOpen(r)).toBe(false);
  expect(r.find('.dsp-answered').textContent).toContain('“no”');
});

it.each([
  ['Error 2\n', 8, false],
  ['…Error 2\n', 90_000, true]
])('says where all of an output is, if it is not here: %j', async (tail, output_bytes, says) => {
  const ended = { status: 'exited', exit_code: 2, tail, output_bytes, spill: '/data/spill.txt' } as const;
  const record = shell({ command: { ...ran, job_id: 'j1' } });
  const r = withCall(record, { jobs: [job('j1', 'c1', { ...ended, ended_at: '2026-01-02T03:05:20.000Z' })] });
  await line(r);
  expect(r.find('.dsp-shell-details').textContent?.includes('/data/spill.txt')).toBe(says);
});

it('asks for the outputs of many in turns, a few at a time', async () => {
  vi.useFakeTimers();
  const jobs = Array.from({ length: 10 }, (_, place) => job(`j${place}`, `c${place}`));
  const r = openRig({ jobs });
  const asked = () => r.server.asked.filter(({ path }) => path.includes('/jobs/')).map(({ path }) => path.slice(-2));
  for (const { id, call_id } of jobs) r.server.answers.set(`GET sessions/${SESSION}/jobs/${id}`, job(id, call_id));
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-jobs-toggle')));
  await vi.waitFor(() => expect(asked()).toEqual(['j0', 'j1', 'j2']));
  await vi.advanceTimersByTimeAsync(6_100);
  expect(asked().slice(0, 10)).toEqual(jobs.map(({ id }) => id));
  expect(asked()).toHaveLength(12);
  vi.useRealTimers();
});
