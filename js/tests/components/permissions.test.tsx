import { signal } from '@preact/signals';
import { fireEvent } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GUARD_MS } from '../../src/components/ready';
import type { Request } from '../../src/protocol';
import { Fail, FakeSocket } from '../fakes';
import { agent, call, message, reach, request, said, snapshot, status } from '../records';
import { openRig, type Rig } from './rig';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const waiting = (...requests: Request[]) =>
  openRig({ requests, agents: [agent({ status: 'waiting', waiting_on: 'request' })] });
const prompt = (r: Rig) => r.root.querySelector<HTMLElement>('[role=alertdialog]');
const shown = (r: Rig) => vi.waitFor(() => r.find('[role=alertdialog]'));
const button = (r: Rig, words: string) => {
  const found = [...r.root.querySelectorAll<HTMLButtonElement>('.dsp-ask button')].find(b => b.textContent === words);
  if (!found) throw new Error(`No button ${words}: ${r.find('.dsp-ask').textContent}`);
  return found;
};
const usable = (r: Rig) =>
  vi.waitFor(() => {
    vi.advanceTimersByTime(GUARD_MS);
    expect(r.find('.dsp-answers').dataset.ready).toBe('true');
  });
const posted = (r: Rig, id = 'r1') => r.server.of('POST', `permissions/${id}`);
const answered = (id: string, fields: Partial<Request> = {}) =>
  request(id, { seq: 101, status: 'answered', answer: 'allow', scope: 'once', answered_by: 'ada', ...fields });
const put = (record: Request) => ({ type: 'put', table: 'requests', record }) as const;

it('says who asks, for what, in which command, and what more an answer would cover', async () => {
  const command = 'cat /etc/hosts | head';
  const r = waiting(request('r1', { command, reaches: [reach('/etc/hosts', { spans: [[4, 14]] })] }));
  const ask = await shown(r);
  expect(document.getElementById(ask.getAttribute('aria-labelledby') ?? '')?.textContent).toBe(
    'Read outside the project?'
  );
  expect(r.find('.dsp-ask-body').textContent).toMatch(/^dispatch · read \/etc\/hosts/);
  expect(r.find('[data-reach]').textContent).toBe('read /etc/hosts');
  expect(r.find('.dsp-command').textContent).toBe(`$ ${command}`);
  expect([...ask.querySelectorAll('mark')].map(mark => mark.textContent)).toEqual(['/etc/hosts']);
  expect(r.find('.dsp-covers').textContent).toBe('“This session” and “Always” cover /etc and everything below.');
  expect(r.find('.dsp-state').textContent).toBe('Waits for you');
  expect(ask.closest('.dsp-scroller')).toBeNull();
});

it('offers the answers from least to most, each saying what it would mean, none confirmed beforehand', async () => {
  const r = waiting(request('r1'));
  await shown(r);
  expect([...r.root.querySelectorAll('.dsp-answers button')].map(b => b.textContent)).toEqual([
    'Deny…',
    'Once',
    'This session',
    'Always'
  ]);
  expect(button(r, 'This session').title).toContain('reading /etc');
  expect(button(r, 'Always').title).toContain('dispatch.yaml');
  expect(r.root.querySelector('[autofocus], [type=submit], form')).toBeNull();
});

it.each([
  ['Once', 'once'],
  ['This session', 'session'],
  ['Always', 'always']
])('sends %s once, shows that it is on its way, and goes when it has arrived', async (words, scope) => {
  const r = waiting(request('r1'));
  let arrive: (value: unknown) => void = () => {};
  r.server.answers.set('POST permissions/r1', () => new Promise(resolve => (arrive = resolve)));
  await usable(r);
  fireEvent.click(button(r, words));
  fireEvent.click(button(r, words));
  await vi.waitFor(() => expect(button(r, words).getAttribute('aria-busy')).toBe('true'));
  fireEvent.click(button(r, 'Deny…'));
  expect(posted(r).map(asked => asked.body)).toEqual([{ answer: 'allow', scope, note: '' }]);
  arrive(answered('r1'));
  await vi.waitFor(() => expect(prompt(r)).toBeNull());
});

it('takes no answer in the first moment, so that a click meant for what was there before does nothing', async () => {
  const r = waiting(request('r1'), request('r2', { created_at: '2026-01-02T03:04:06Z' }));
  r.server.answers.set('POST permissions/r1', answered('r1'));
  await usable(r);
  fireEvent.click(button(r, 'Once'));
  await vi.waitFor(() => expect(r.find('.dsp-ask').dataset.request).toBe('r2'));
  fireEvent.click(button(r, 'Once'));
  fireEvent.click(button(r, 'Deny…'));
  expect(posted(r, 'r2')).toEqual([]);
  expect(r.root.querySelector('.dsp-deny')).toBeNull();
});

it('denies with a reason: Enter sends it, Esc goes back', async () => {
  const r = waiting(request('r1'));
  r.server.answers.set('POST permissions/r1', answered('r1', { answer: 'deny', scope: null }));
  await usable(r);
  fireEvent.click(button(r, 'Deny…'));
  const field = await vi.waitFor(() => r.find<HTMLInputElement>('.dsp-deny input'));
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
  fireEvent.keyDown(field, { key: 'Escape' });
  await vi.waitFor(() => button(r, 'Once'));
  expect(document.activeElement).toBe(prompt(r));
  fireEvent.click(button(r, 'Deny…'));
  const again = await vi.waitFor(() => r.find<HTMLInputElement>('.dsp-deny input'));
  again.value = ' use the project’s own file ';
  fireEvent.keyDown(again, { key: 'Enter', isComposing: true });
  expect(posted(r)).toEqual([]);
  fireEvent.keyDown(again, { key: 'Enter' });
  await vi.waitFor(() => expect(prompt(r)).toBeNull());
  expect(posted(r)[0]?.body).toEqual({ answer: 'deny', scope: 'once', note: 'use the project’s own file' });
});

it('answers nothing by Esc or Enter, and goes back to where the person was', async () => {
  const r = waiting(request('r1'));
  await usable(r);
  const composer = r.find<HTMLTextAreaElement>('textarea');
  composer.focus();
  prompt(r)?.focus();
  fireEvent.keyDown(prompt(r) as HTMLElement, { key: 'Enter' });
  const escaped = fireEvent.keyDown(prompt(r) as HTMLElement, { key: 'Escape' });
  expect(escaped).toBe(false);
  expect(document.activeElement).toBe(composer);
  expect([posted(r), prompt(r)?.dataset.request]).toEqual([[], 'r1']);
});

it('leaves the focus where it is when it appears', async () => {
  const r = openRig();
  const composer = r.find<HTMLTextAreaElement>('textarea');
  composer.focus();
  r.say(put(request('r1', { seq: 101 })));
  await shown(r);
  expect(document.activeElement).toBe(composer);
  await vi.waitFor(() =>
    expect(r.find('[data-announcer=permissions]').textContent).toBe(
      'dispatch asks for your permission: read /etc/hosts.'
    )
  );
  expect(r.find('[data-announcer=permissions]').getAttribute('aria-live')).toBe('polite');
});

it('gives the focus back after an answer: by keyboard to the next request, at the end to where it was', async () => {
  const r = waiting(request('r1'), request('r2', { created_at: '2026-01-02T03:04:06Z' }));
  for (const id of ['r1', 'r2']) r.server.answers.set(`POST permissions/${id}`, answered(id));
  await usable(r);
  const composer = r.find<HTMLTextAreaElement>('textarea');
  composer.focus();
  button(r, 'Once').focus();
  fireEvent.click(button(r, 'Once'));
  await vi.waitFor(() => expect(document.activeElement).toBe(prompt(r)));
  expect(prompt(r)?.dataset.request).toBe('r2');
  await usable(r);
  button(r, 'Once').focus();
  fireEvent.click(button(r, 'Once'));
  await vi.waitFor(() => expect(prompt(r)).toBeNull());
  await vi.waitFor(() => expect(document.activeElement).toBe(composer));
});

it('gives the focus back at once to who answers with the pointer', async () => {
  const r = waiting(request('r1'), request('r2', { created_at: '2026-01-02T03:04:06Z' }));
  r.server.answers.set('POST permissions/r1', answered('r1'));
  await usable(r);
  const composer = r.find<HTMLTextAreaElement>('textarea');
  composer.focus();
  button(r, 'Once').focus();
  fireEvent.click(button(r, 'Once'), { detail: 1 });
  await vi.waitFor(() => expect(prompt(r)?.dataset.request).toBe('r2'));
  await vi.waitFor(() => expect(document.activeElement).toBe(composer));
});

it('queues several in the order they were asked', async () => {
  const later = request('r2', { created_at: '2026-01-02T03:04:07Z', reaches: [reach('/var/log/syslog')] });
  const r = waiting(later, request('r1'), request('r3', { created_at: '2026-01-02T03:04:09Z' }));
  await shown(r);
  expect(r.find('.dsp-ask-head').textContent).toContain('1 of 3');
  r.say(put(answered('r1')));
  await vi.waitFor(() => expect(r.find('.dsp-ask-head').textContent).toContain('1 of 2'));
  expect(r.find('[data-reach]').textContent).toBe('read /var/log/syslog');
});

it('goes when it was answered elsewhere', async () => {
  const r = waiting(request('r1'));
  await shown(r);
  r.say(put(answered('r1')));
  await vi.waitFor(() => expect(prompt(r)).toBeNull());
});

it.each([
  [
    409,
    { code: 'conflict', message: 'The request was answered already by bob.', hint: null, place: null },
    'answered already by bob'
  ],
  [403, { code: 'forbidden', message: 'Forbidden', hint: null, place: null }, 'not answer it'],
  [502, '<html>', 'status 502']
])('says in place why an answer did not count: %i', async (code, body, words) => {
  const r = waiting(request('r1'));
  r.server.answers.set('POST permissions/r1', new Fail(code, body));
  await usable(r);
  fireEvent.click(button(r, 'Always'));
  await vi.waitFor(() => expect(r.find('.dsp-ask [role=alert]').textContent).toContain(words));
  expect(button(r, 'Once').getAttribute('aria-disabled')).toBe('false');
  fireEvent.click(button(r, 'Once'));
  expect(posted(r)).toHaveLength(2);
});

it('shows a place of secrets as one: what is kept there, and only once', async () => {
  const secret = reach('/root/.ssh/id_rsa', { secret: 'SSH keys', limit: 'once' });
  const r = waiting(request('r1', { reaches: [secret, reach('/etc/hosts')], scopes: ['once'] }));
  const ask = await shown(r);
  expect(ask.classList).toContain('dsp-ask-secret');
  expect(ask.textContent).toContain('Reach a place of secrets?');
  expect(r.find('.dsp-secret').textContent).toBe('read /root/.ssh/id_rsaKept here: SSH keys');
  expect([...ask.querySelectorAll('.dsp-answers button')].map(b => b.textContent)).toEqual(['Deny…', 'Once']);
  expect(r.find('.dsp-covers').textContent).toBe('Only once: /root/.ssh/id_rsa is a place of secrets.');
});

it.each([
  [
    [reach('/root/.ssh/id_rsa', { secret: 'SSH keys', limit: 'once' })],
    ['once'],
    'A place of secrets is only ever allowed once.'
  ],
  [[reach('/', { limit: 'once' })], ['once'], 'This can only be allowed once.'],
  [[reach('/etc/hosts'), reach('/', { limit: 'once' })], ['once'], 'Only once: / is too wide for more.'],
  [
    [
      reach('/etc/hosts', { operation: 'write' }),
      reach('/srv/.envrc', {
        operation: 'write',
        covers: '/srv/.envrc',
        caution: 'It is obeyed.',
        guarded: true,
        limit: 'session'
      })
    ],
    ['once', 'session'],
    'Not always: /srv/.envrc is no ordinary file.'
  ],
  [
    [
      reach('/etc/hosts', { operation: 'write' }),
      reach('/p/run-by-git', { operation: 'write', caution: 'git runs it.', guarded: true, limit: 'once' })
    ],
    ['once'],
    'Only once: /p/run-by-git is no ordinary file.'
  ]
] as const)('says why an answer is missing (%#)', async (reaches, scopes, words) => {
  const r = waiting(request('r1', { reaches: [...reaches], scopes: [...scopes] }));
  await shown(r);
  expect(r.find('.dsp-covers p').textContent).toBe(words);
});

it('says nothing of the sort where every answer is there', async () => {
  const r = waiting(request('r1', { reaches: [reach('/etc/hosts')], scopes: ['once', 'session', 'always'] }));
  await shown(r);
  expect(r.find('.dsp-covers').textContent).toMatch(/^“This session” and “Always” cover/);
});

it('lists several places, what is to be heeded about them, and all they would cover', async () => {
  const r = waiting(
    request('r1', {
      scopes: ['once', 'session'],
      reaches: [
        reach('/data/a.csv', { covers: '/data' }),
        reach('/data/b.csv', { covers: '/data' }),
        reach('/srv/.git/hooks/x', {
          operation: 'write',
          covers: '/srv/.git/hooks',
          caution: 'Git runs it.',
          guarded: true
        })
      ]
    })
  );
  const ask = await shown(r);
  expect(ask.textContent).toContain('Reach outside the project?');
  expect([...ask.querySelectorAll('[data-reach]')].map(line => line.textContent)).toEqual([
    'read /data/a.csv',
    'read /data/b.csv',
    'write /srv/.git/hooks/xGit runs it.'
  ]);
  expect(r.find('.dsp-covers').textContent).toBe(
    '“This session” covers, with everything below:read and write /srv/.git/hooksread /data'
  );
});

it('says of a file that it is covered, not that something is below it', async () => {
  const path = '/etc/a\nb';
  const r = waiting(request('r1', { reaches: [reach(path, { covers: path, is_file: true })] }));
  await shown(r);
  expect(r.find('.dsp-covers').textContent).toBe('“This session” and “Always” cover /etc/a\\nb.');
  expect(r.find('[data-reach]').textContent).toBe('read /etc/a\\nb');
  expect(r.find('[data-reach] .dsp-unseen').textContent).toBe('\\n');
  expect(r.find('.dsp-ask-buttons, .dsp-ask').innerHTML).not.toContain('anything below');
});

it('shows what a command hides', async () => {
  const r = waiting(request('r1', { command: 'cat \u202e/etc' }));
  await shown(r);
  expect(r.find('.dsp-command .dsp-unseen').textContent).toBe('U+202E');
});

it.each([
  [answered('r1', { scope: 'session' }), 'You allowed reading /etc for this session'],
  [answered('r1', { scope: 'once' }), 'You allowed reading /etc/hosts once'],
  [answered('r1', { scope: 'always' }), 'You allowed reading /etc for always'],
  [answered('r1', { answer: 'deny', scope: null, note: 'not now' }), 'You denied reading /etc/hosts: “not now”'],
  [answered('r1', { answered_by: null, scope: null }), 'Allowed by leave given meanwhile: reading /etc/hosts'],
  [
    request('r1', {
      seq: 101,
      status: 'expired',
      error: { code: 'interrupted', message: 'The server stopped.', hint: null, place: null }
    }),
    'Expired: The server stopped.'
  ]
])('says in the thread, after the call, how it ended (%#)', async (record, words) => {
  const calls = [call('c1', 'a1', { index: 0 }), call('c2', 'a1', { index: 1 })];
  const r = openRig({
    messages: [said('u1', 1, 'go'), message('a1', 2)],
    calls,
    requests: [request('r1', { call_id: 'c1' })]
  });
  await shown(r);
  expect(r.root.querySelector('.dsp-answered')).toBeNull();
  r.say(put({ ...record, call_id: 'c1' }));
  await vi.waitFor(() => expect(r.find('.dsp-answered').textContent).toBe(words));
  const order = [...r.root.querySelectorAll('[data-call], .dsp-answered')].map(
    e => (e as HTMLElement).dataset.call ?? ''
  );
  expect(order).toEqual(['c1', '', 'c2']);
});

it('names somebody else who answered, where the page knows who looks', async () => {
  const r = openRig(
    { messages: [message('a1', 2)], calls: [call('c1', 'a1')], requests: [answered('r1', { call_id: 'c1' })] },
    { user: signal('bob') }
  );
  await vi.waitFor(() => expect(r.find('.dsp-answered').textContent).toBe('ada allowed reading /etc/hosts once'));
});

it('is there again after the connection was lost', async () => {
  const r = waiting(request('r1'));
  await shown(r);
  FakeSocket.last.end();
  vi.advanceTimersByTime(20_000);
  FakeSocket.last
    .open()
    .say(snapshot({ requests: [request('r1', { status: 'expired', seq: 102 })], instance: 'server-2' }));
  await vi.waitFor(() => expect(prompt(r)).toBeNull());
});

it('takes no answer from a hurried row of clicks, however long it is', async () => {
  const r = waiting(request('r1'));
  await shown(r);
  for (let click = 0; click < 6; click++) {
    vi.advanceTimersByTime(GUARD_MS - 100);
    fireEvent.pointerDown(button(r, 'Once'));
    fireEvent.click(button(r, 'Once'));
  }
  await vi.waitFor(() => expect(r.find('.dsp-answers').dataset.ready).toBe('false'));
  await usable(r);
  expect(posted(r)).toHaveLength(0);
  r.server.answers.set('POST permissions/r1', answered('r1'));
  fireEvent.pointerDown(button(r, 'Once'));
  fireEvent.click(button(r, 'Once'));
  await vi.waitFor(() => expect(posted(r)).toHaveLength(1));
});

it('asks the server anew what the person may once it has refused an answer', async () => {
  const r = waiting(request('r1'));
  await shown(r);
  await usable(r);
  r.server.answers.set(
    'POST permissions/r1',
    new Fail(403, { code: 'forbidden', message: 'No.', hint: null, place: null })
  );
  r.server.answers.set('GET status', status({ may_approve: false }));
  fireEvent.click(button(r, 'Once'));
  await vi.waitFor(() => expect(r.find('.dsp-ask').textContent).toContain('the owner of the server decides'));
  expect(r.root.querySelector('.dsp-answers')).toBeNull();
});

it('says that a command is longer as soon as the panel is too narrow for it', async () => {
  const observed: (() => void)[] = [];
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly tell: () => void) {}
      observe(box: Element) {
        if (box.matches('.dsp-command')) observed.push(this.tell);
      }
      unobserve() {}
      disconnect() {}
    }
  );
  const r = waiting(request('r1', { command: 'cat /etc/hosts && rm -rf ./precious' }));
  await shown(r);
  const box = r.find('.dsp-command');
  const size = (height: number) => {
    Object.defineProperty(box, 'scrollHeight', { value: height, configurable: true });
    Object.defineProperty(box, 'clientHeight', { value: 100, configurable: true });
    for (const tell of observed) tell();
  };
  expect(r.find('.dsp-ask').textContent).not.toContain('The command is longer');
  size(250);
  await vi.waitFor(() => expect(r.find('.dsp-ask').textContent).toContain('The command is longer'));
  expect(box.tabIndex).toBe(0);
  size(100);
  await vi.waitFor(() => expect(r.find('.dsp-ask').textContent).not.toContain('The command is longer'));
  vi.unstubAllGlobals();
});
