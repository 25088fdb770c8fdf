import { vi } from 'vitest';
import type { CommandRun, ToolCall } from '../../src/protocol';
import { agent, call, message } from '../records';
import { openRig, type Rig } from './rig';

export const PROJECT = '/home/ada/project';
export const START = '2026-01-02T03:04:05.000Z';

export const ran = (fields: Partial<CommandRun> = {}): CommandRun => ({
  cwd: PROJECT,
  exit_code: 0,
  signal: null,
  timed_out: false,
  why: null,
  seconds: null,
  job_id: null,
  ...fields
});

export const shell = (fields: Partial<ToolCall> = {}) =>
  call('c1', 'a1', {
    name: 'run_shell',
    kind: 'execute',
    arguments: { command: 'pytest -q' },
    output: '',
    command: ran(),
    started_at: START,
    ended_at: '2026-01-02T03:04:09.200Z',
    ...fields
  });

export const running = (fields: Partial<ToolCall> = {}) =>
  shell({ status: 'in_progress', command: ran({ exit_code: null }), ended_at: null, ...fields });

export const withCall = (record: ToolCall, fields: Parameters<typeof openRig>[0] = {}) =>
  openRig({ agents: [agent({ status: 'running' })], messages: [message('a1', 1)], calls: [record], ...fields });

export const line = (r: Rig) =>
  vi.waitFor(() => r.find('.dsp-shell .dsp-call')).then(e => (e.textContent ?? '').replace(/\s+/g, ' '));

export const put = (r: Rig, record: ToolCall) => r.say({ type: 'put', table: 'calls', record });

export const output = (r: Rig) => r.find('.dsp-shell .dsp-term-lines').textContent;

export const isOpen = (r: Rig) => r.find('.dsp-shell .dsp-call-toggle').getAttribute('aria-expanded') === 'true';

export const button = (r: Rig, words: string) => {
  const found = [...r.root.querySelectorAll('button')].find(b => b.textContent === words);
  if (!found) throw new Error(`No button “${words}”.`);
  return found;
};

/** Sent to the background while it ran. */
export const moved = shell({
  command: ran({ exit_code: null, job_id: 'j1' }),
  output: 'so far\n[It goes on in the background as job j1: read_job shows what it prints, stop_job ends it.]'
});

/** Time that goes on by itself, from `START`. */
export function startClock(): void {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse(START) });
}

/** What is to be done after the next paint is done first: Preact would wait for that frame in the next test, too. */
export async function stopClock(): Promise<void> {
  await vi.advanceTimersByTimeAsync(200);
  vi.useRealTimers();
}
