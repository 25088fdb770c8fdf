import { fireEvent } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Fail } from '../fakes';
import { call, job, message, request, SESSION } from '../records';
import { openRig } from './rig';
import {
  button,
  isOpen,
  line,
  moved,
  output,
  PROJECT,
  put,
  ran,
  running,
  START,
  shell,
  startClock,
  stopClock,
  withCall
} from './shell-scene';

beforeEach(startClock);
afterEach(stopClock);

it.each([
  [{}, '✓doneRanpytest -qexit 0 · 4.2 s'],
  [{ command: ran({ exit_code: 1 }) }, '✕failedRanpytest -qexit 1 · 4.2 s'],
  [
    { command: ran({ exit_code: null, signal: 'SIGSEGV' }), output: 'x\n[ended by SIGSEGV · 4.2 s]' },
    '✕failedRanpytest -qkilled by SIGSEGV · 4.2 s'
  ],
  [
    {
      command: ran({ exit_code: null, signal: 'SIGKILL', why: 'stopped by ada' }),
      output: 'x\n[stopped by ada · 4.2 s]'
    },
    '■stoppedRanpytest -qstopped · 4.2 s'
  ],
  [
    { command: ran({ exit_code: null, signal: 'SIGKILL', timed_out: true }), ended_at: '2026-01-02T03:06:05.000Z' },
    '■stoppedRanpytest -qstopped after 120 s'
  ],
  // what the server counted, in the words the agent is told, and not the time of the whole call
  [{ command: ran({ seconds: 0.04 }) }, '✓doneRanpytest -qexit 0 · 0.0 s'],
  [{ command: ran({ seconds: 3.14 }) }, '✓doneRanpytest -qexit 0 · 3.1 s'],
  [{ command: ran({ seconds: 72.4 }) }, '✓doneRanpytest -qexit 0 · 72 s'],
  [{ command: ran({ seconds: 725.2 }) }, '✓doneRanpytest -qexit 0 · 12 min 5 s'],
  [
    { command: ran({ exit_code: null, signal: 'SIGKILL', timed_out: true, seconds: 120.3 }) },
    '■stoppedRanpytest -qstopped after 120 s'
  ],
  [{ command: ran({ cwd: `${PROJECT}/js` }) }, '✓doneRanpytest -qin jsexit 0 · 4.2 s'],
  [{ command: ran({ cwd: '/tmp/elsewhere' }) }, '✓doneRanpytest -qin /tmp/elsewhereexit 0 · 4.2 s'],
  [{ arguments: { command: 'cd js\nnpm test' } }, '✓doneRancd js …exit 0 · 4.2 s'],
  [
    {
      status: 'failed' as const,
      command: null,
      error: { code: 'denied', message: 'You said no.', hint: null, place: null }
    },
    '✕failedCould not runpytest -qnot allowed'
  ],
  [
    { status: 'pending' as const, command: null, arguments: null, arguments_text: '{"command": "pyte', ended_at: null },
    '●being writtenRunspyte'
  ]
])('says in one line how a command stands: %j', async (fields, words) => {
  expect(await line(withCall(shell(fields)))).toBe(words);
});

it('counts the seconds of one that runs, without those it waited for a person', async () => {
  const answered = request('r1', {
    call_id: 'c1',
    status: 'answered',
    created_at: START,
    ended_at: '2026-01-02T03:04:35.000Z'
  });
  vi.setSystemTime(Date.parse(START) + 100_000);
  const meanwhile = { ...answered, id: 'r2', created_at: '2026-01-02T03:04:15.000Z' };
  const r = withCall(running(), { requests: [answered, meanwhile] });
  expect(await line(r)).toContain('●runningRunspytest -q1 min 10 s');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await line(r)).toContain('1 min 15 s');
});

it('does not count while nobody looks', async () => {
  const r = withCall(running());
  expect(await line(r)).toContain('0 s');
  const visible = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(r.find('.dsp-elapsed').textContent).toBe('0 s');
  visible.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.waitFor(() => expect(r.find('.dsp-elapsed').textContent).toBe('30 s'));
});

it('says that a call waits for the person', async () => {
  const r = withCall(running(), { requests: [request('r1', { call_id: 'c1' })] });
  expect(await line(r)).toContain('◆waits for youRunspytest -qwaits for you');
  r.say({ type: 'put', table: 'requests', record: request('r1', { call_id: 'c1', status: 'answered', seq: 101 }) });
  await vi.waitFor(() => expect(r.find('[data-call]').dataset.run).toBe('running'));
  const file = withCall(call('c1', 'a1', { status: 'in_progress' }), { requests: [request('r1', { call_id: 'c1' })] });
  await vi.waitFor(() => expect(file.find('.dsp-call').textContent).toContain('README.mdwaits for you'));
});

it('shows what a command prints while it runs, and draws no line twice', async () => {
  const r = withCall(running());
  await line(r);
  let at = 0;
  const say = (text: string) => {
    r.say({ type: 'delta', table: 'calls', id: 'c1', field: 'output', at, text });
    at += text.length;
  };
  say('\x1b[32m.....\x1b[0m\n');
  await vi.advanceTimersByTimeAsync(500);
  expect(isOpen(r)).toBe(false); // it may be over in a moment
  await vi.advanceTimersByTimeAsync(600);
  await vi.waitFor(() => expect(output(r)).toBe('.....\n'));
  const first = r.find('.dsp-term-line');
  expect(first.querySelector('span')?.className).toBe('dsp-ansi-2');
  say('10%');
  say('\r20%');
  await vi.waitFor(() => expect(output(r)).toBe('.....\n20%'));
  expect(r.find('.dsp-term-line')).toBe(first);
});

it('shows output that the server began anew', async () => {
  const r = withCall(running({ output: 'old\n'.repeat(10) }));
  await line(r);
  await vi.advanceTimersByTimeAsync(1_100);
  r.say({ type: 'delta', table: 'calls', id: 'c1', field: 'output', at: 0, text: '[… earlier …]\nnew\n' });
  await vi.waitFor(() => expect(output(r)).toBe('[… earlier …]\nnew\n'));
});

it.each([
  ['a short output', shell({ output: 'ok\n[exit 0 · 4.2 s]' }), 'ok'],
  [
    'a failed command',
    shell({ output: `${'x\n'.repeat(50)}[exit 2 · 4.2 s]`, command: ran({ exit_code: 2 }) }),
    'x\n'.repeat(49).concat('x')
  ],
  [
    'one that was stopped',
    shell({ output: 'x\n[stopped by ada · 4.2 s]', command: ran({ exit_code: null, why: 'stopped by ada' }) }),
    'x'
  ]
])('leaves %s open', async (_, record, text) => {
  const r = withCall(record);
  await line(r);
  expect(isOpen(r)).toBe(true);
  expect(output(r)).toBe(text);
});

it.each([
  ['a long output', shell({ output: 'x\n'.repeat(50) })],
  ['a command that printed nothing', shell({ output: '[exit 0 · 4.2 s]' })]
])('folds %s', async (_, record) => {
  const r = withCall(record);
  await line(r);
  expect(isOpen(r)).toBe(false);
  fireEvent.click(r.find('.dsp-call-toggle'));
  await vi.waitFor(() => expect(isOpen(r)).toBe(true));
});

it('folds a long output when it is over, unless the person reads in it', async () => {
  for (const reads of [false, true]) {
    const r = withCall(running({ output: 'x\n'.repeat(50) }));
    await line(r);
    await vi.advanceTimersByTimeAsync(1_100);
    await vi.waitFor(() => expect(isOpen(r)).toBe(true));
    const box = r.find('.dsp-term');
    Object.defineProperties(box, { scrollHeight: { value: 900 }, clientHeight: { value: 150 } });
    box.scrollTop = 750;
    fireEvent.scroll(box);
    if (reads) fireEvent.wheel(box, { deltaY: -450 }); // else lines went at the top, and the browser moved with them
    box.scrollTop = 300;
    fireEvent.scroll(box);
    put(r, shell({ seq: 101, output: 'x\n'.repeat(50) }));
    await vi.waitFor(() => expect(r.find('[data-call]').dataset.run).toBe('ok'));
    expect(isOpen(r)).toBe(reads);
  }
});

it.each([null, 'SIGKILL'])('says who or what ended a command (signal: %s)', async signal => {
  const why = 'ended: leave it ran with was taken back';
  const r = withCall(shell({ output: '[ended · 4.2 s]', command: ran({ exit_code: null, signal, why }) }));
  expect(await line(r)).toContain('■stopped');
  expect(isOpen(r)).toBe(true);
  expect(r.find('.dsp-shell-details').textContent).toContain(why);
});

it('does not take what a command printed for why it ended', async () => {
  const r = withCall(shell({ output: 'x\n[stopped by ada · 4.2 s]', command: ran({ exit_code: 1 }) }));
  expect(await line(r)).toContain('failed');
  expect(r.root.textContent).not.toContain('stopped by ada');
});

it('shows why a command could not be run', async () => {
  const error = { code: 'denied', message: '`cat /etc/hosts`: denied.', hint: 'Ada: use the copy.', place: null };
  const r = withCall(shell({ status: 'failed', command: null, error, output: 'Error: the same for the model' }));
  await line(r);
  expect(isOpen(r)).toBe(true);
  expect(r.find('.dsp-shell-details').textContent).toContain('cat /etc/hosts: denied.Ada: use the copy.denied');
  expect(r.root.querySelector('.dsp-term')).toBeNull();
});

it('shows a long command in full, where it ran, and what it is for', async () => {
  const command = 'cd js &&\nnpm test';
  const r = withCall(
    shell({ arguments: { command, description: 'Run the tests' }, command: ran({ cwd: '/srv' }), output: 'ok' })
  );
  await line(r);
  const details = r.find('.dsp-shell-details');
  expect(details.querySelector('.dsp-shell-command')?.textContent).toBe(`$ ${command}`);
  expect(details.textContent).toContain('Run the tests');
  expect(details.textContent).toContain('in /srv');
});

it('copies the command, and the output without its colours', async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
  const r = withCall(shell({ output: '\x1b[31mred\x1b[0m\n10%\r20%\n[exit 0 · 4.2 s]' }));
  await line(r);
  fireEvent.click(r.find('[aria-label="Copy the command"]'));
  fireEvent.click(r.find('[aria-label="Copy the output"]'));
  await vi.waitFor(() => expect(writeText.mock.calls).toEqual([['pytest -q'], ['red\n20%']]));
  vi.unstubAllGlobals();
});

it('stops a command, and says so at once', async () => {
  const r = withCall(running());
  r.server.answers.set(`POST sessions/${SESSION}/calls/c1/stop`, {});
  await line(r);
  fireEvent.click(button(r, 'Stop'));
  await vi.waitFor(() => expect(button(r, 'Stopping…').getAttribute('aria-disabled')).toBe('true'));
  fireEvent.click(button(r, 'Stopping…'));
  expect(r.server.of('POST', `sessions/${SESSION}/calls/c1/stop`)).toHaveLength(1);
  put(r, shell({ seq: 101, command: ran({ exit_code: null, signal: 'SIGKILL', why: 'stopped by ada' }) }));
  await vi.waitFor(() => expect(r.find('[data-call]').dataset.run).toBe('stopped'));
  expect(r.root.querySelector('.dsp-call-actions')).toBeNull();
});

it('leaves the focus with the command when its buttons go', async () => {
  const r = withCall(running());
  await line(r);
  button(r, 'Stop').focus();
  put(r, shell({ seq: 101 }));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-call-actions')).toBeNull());
  expect(document.activeElement).toBe(r.find('.dsp-shell .dsp-call-toggle'));
});

it('moves a command to the background, and says in place why it could not', async () => {
  const r = withCall(running());
  const path = `POST sessions/${SESSION}/calls/c1/background`;
  r.server.answers.set(
    path,
    new Fail(409, { code: 'conflict', message: 'It has ended already.', hint: null, place: null })
  );
  await line(r);
  fireEvent.click(button(r, 'To background'));
  await vi.waitFor(() => expect(r.find('.dsp-shell [role=alert]').textContent).toBe('It has ended already.'));
  r.server.answers.set(path, {});
  fireEvent.click(button(r, 'To background'));
  await vi.waitFor(() => button(r, 'Moving…'));
  expect(r.root.querySelector('.dsp-shell [role=alert]')).toBeNull();
  await vi.advanceTimersByTimeAsync(11_000);
  button(r, 'To background'); // nothing came of it: it can be tried again
});

it('offers nothing for a command that has not started', async () => {
  const r = withCall(running({ command: null }), { requests: [request('r1', { call_id: 'c1' })] });
  await line(r);
  expect(r.root.querySelector('.dsp-call-actions')).toBeNull();
});

it('tells a screen reader that a command starts and how it ended, and nothing of what it prints', async () => {
  const r = withCall(shell({ status: 'pending', command: null, ended_at: null }));
  const said = () => r.find('[data-announcer]').textContent;
  await line(r);
  put(r, running({ seq: 101 }));
  await vi.waitFor(() => expect(said()).toBe('Command started: pytest -q'));
  r.say({ type: 'delta', table: 'calls', id: 'c1', field: 'output', at: 0, text: 'noise\n' });
  await vi.advanceTimersByTimeAsync(1_200);
  expect(said()).toBe('Command started: pytest -q');
  expect(r.find('.dsp-term').closest('[aria-live]')?.getAttribute('aria-live')).toBe('off');
  put(r, shell({ seq: 102, command: ran({ exit_code: 1 }) }));
  await vi.waitFor(() => expect(said()).toBe('Command ended: pytest -q, exit 1 · 4.2 s'));
});

it('has nothing to tell of commands that ended before', async () => {
  const r = withCall(moved, { jobs: [job('j1', 'c1', { status: 'exited', exit_code: 0, ended_at: START })] });
  await line(r);
  for (const seq of [101, 102])
    r.say({ type: 'put', table: 'messages', record: message('a2', 2, { seq, text: `${seq}` }) });
  await vi.waitFor(() => expect(r.text()).toContain('102'));
  expect(r.find('[data-announcer]').textContent).toBe('');
});

it('counts commands among the earlier steps', async () => {
  const calls = Array.from({ length: 8 }, (_, index) => ({
    ...shell({ command: ran({ exit_code: index % 2 }) }),
    id: `c${index}`,
    index
  }));
  const r = openRig({ messages: [message('a1', 1)], calls });
  await vi.waitFor(() => expect(r.find('.dsp-fold').textContent).toBe('5 earlier stepsran 5 commands, 2 failed'));
});
