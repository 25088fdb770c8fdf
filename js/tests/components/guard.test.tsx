import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import type { Status, TrustedFile } from '../../src/protocol';
import { Fail, FakeSocket } from '../fakes';
import { agent, grant, permissions, request, SESSION, snapshot, status } from '../records';
import { openRig, type Rig, rig } from './rig';

async function shown(fields: Partial<Status>, files: TrustedFile[] = []): Promise<Rig> {
  const r = rig();
  r.server.answers.set('GET status', status(fields));
  r.server.answers.set('GET trust', { files });
  r.chat.open(SESSION);
  await vi.waitFor(() => expect(r.chat.status.value).not.toBeNull());
  return r;
}
const banner = (r: Rig, name: string) => r.root.querySelector<HTMLElement>(`[data-banner=${name}]`);
const press = (r: Rig, name: string, words: string) => {
  const found = [...(banner(r, name)?.querySelectorAll('button') ?? [])].find(
    b => (b.getAttribute('aria-label') ?? b.textContent) === words
  );
  if (!found) throw new Error(`No ${words} in ${banner(r, name)?.textContent}`);
  fireEvent.click(found);
};

it.each([
  ['kernel+live', 'kernel+live', false],
  ['kernel', 'kernel', false],
  ['parsed only', 'parsed only', true],
  ['none', 'no shell', false]
] as const)('says beside the composer how well commands are confined: %s', async (sandbox, words, weak) => {
  const r = await shown({ sandbox, sandbox_reason: 'Because of `this`.' });
  const chip = await vi.waitFor(() => r.find('.dsp-level'));
  expect(chip.textContent).toBe(words);
  expect(chip.classList.contains('dsp-chip-warn')).toBe(weak);
  expect(chip.title).toContain('Because of `this`.');
  expect(banner(r, 'level') !== null).toBe(weak);
});

it('explains the level on a click, with the way to the log', async () => {
  const r = await shown({ sandbox_reason: 'All of it.' });
  r.server.answers.set(`GET permissions?session=${SESSION}`, { pending: [], log: [], grants: [], problems: [] });
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-level')));
  const card = await vi.waitFor(() => r.find('.dsp-composer .dsp-card'));
  expect(card.textContent).toContain('All of it.');
  fireEvent.click(card.querySelector('.dsp-button') as HTMLElement);
  await vi.waitFor(() => r.find('.dsp-log'));
});

it('warns where nothing confines commands, until it is dismissed in that session', async () => {
  const r = await shown({ sandbox: 'parsed only', sandbox_reason: 'No Landlock.' });
  await vi.waitFor(() => expect(banner(r, 'level')?.textContent).toContain('No Landlock.'));
  press(r, 'level', 'Dismiss');
  await vi.waitFor(() => expect(banner(r, 'level')).toBeNull());
  r.chat.open('another');
  await vi.waitFor(() => expect(banner(r, 'level')).not.toBeNull());
  r.chat.open(SESSION);
  await vi.waitFor(() => expect(banner(r, 'level')).toBeNull());
});

it('warns where the server asks nobody to sign in', async () => {
  expect(banner(await shown({}), 'auth')).toBeNull();
  const r = await shown({ auth_enabled: false });
  await vi.waitFor(() => expect(banner(r, 'auth')?.textContent).toContain('asks nobody to sign in'));
});

it('tells what about the project weakens the guard, once', async () => {
  const r = await shown({
    warnings: [
      { code: 'wide_project', message: 'The project is your home folder.', hint: 'Start elsewhere.', place: null }
    ]
  });
  await vi.waitFor(() => expect(banner(r, 'wide_project')?.textContent).toContain('your home folder'));
  expect(banner(r, 'wide_project')?.textContent).toContain('Start elsewhere.');
  press(r, 'wide_project', 'Dismiss');
  await vi.waitFor(() => expect(banner(r, 'wide_project')).toBeNull());
  r.chat.open('another');
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(banner(r, 'wide_project')).toBeNull();
});

const FILE: TrustedFile = {
  path: '/home/ada/project/dispatch.yaml',
  digest: 'abc',
  trusted: false,
  widens: ['read and write /data', 'pass AWS_PROFILE']
};
const untrusted = () => ({
  readiness: {
    ...status().readiness,
    problems: [{ code: 'untrusted', message: 'dispatch.yaml asks.', hint: null, place: null }]
  }
});

it('lets the person see what a project file asks for before it can be trusted', async () => {
  const r = await shown(untrusted(), [FILE, { ...FILE, path: '/x', trusted: true }]);
  await vi.waitFor(() =>
    expect(banner(r, 'trust')?.textContent).toContain('dispatch.yaml of this project asks for more')
  );
  expect(banner(r, 'trust')?.textContent).not.toContain('AWS_PROFILE');
  expect(() => press(r, 'trust', 'Trust')).toThrow();
  press(r, 'trust', 'Review…');
  await vi.waitFor(() =>
    expect([...r.root.querySelectorAll('.dsp-widens li')].map(line => line.textContent)).toEqual(FILE.widens)
  );
  r.server.answers.set('POST trust', { files: [{ ...FILE, trusted: true }] });
  r.server.answers.set('GET status', status());
  const asked = r.server.of('GET', 'status').length;
  press(r, 'trust', 'Trust');
  await vi.waitFor(() => expect(banner(r, 'trust')).toBeNull());
  expect(r.server.of('POST', 'trust')[0]?.body).toEqual({ path: FILE.path, digest: 'abc', trusted: true });
  expect(r.server.of('GET', 'status').length).toBe(asked + 1);
});

it('says when the file was changed meanwhile, and shows what it asks for now', async () => {
  const r = await shown(untrusted(), [FILE]);
  await vi.waitFor(() => expect(banner(r, 'trust')).not.toBeNull());
  press(r, 'trust', 'Review…');
  r.server.answers.set(
    'POST trust',
    new Fail(409, { code: 'conflict', message: 'It has changed.', hint: null, place: null })
  );
  r.server.answers.set('GET trust', { files: [{ ...FILE, digest: 'def', widens: ['run anything'] }] });
  await vi.waitFor(() => press(r, 'trust', 'Trust'));
  await vi.waitFor(() => expect(banner(r, 'trust')?.textContent).toContain('It has changed.'));
  await vi.waitFor(() => press(r, 'trust', 'Review…'));
  await vi.waitFor(() => expect(r.find('.dsp-widens').textContent).toBe('run anything'));
});

it('leaves a file for later, but asks again once it is another one', async () => {
  const r = await shown(untrusted(), [FILE]);
  await vi.waitFor(() => expect(banner(r, 'trust')).not.toBeNull());
  press(r, 'trust', 'Not now');
  await vi.waitFor(() => expect(banner(r, 'trust')).toBeNull());
  r.server.answers.set('GET trust', { files: [{ ...FILE, digest: 'def' }] });
  await r.chat.refreshStatus();
  await vi.waitFor(() => expect(banner(r, 'trust')).not.toBeNull());
});

it('looks again at the end of a turn: the agent may have changed the file', async () => {
  const r = openRig({ agents: [agent({ status: 'running' })] });
  await vi.waitFor(() => expect(r.chat.status.value).not.toBeNull());
  const asked = r.server.of('GET', 'status').length;
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 101, status: 'idle' }) });
  await vi.waitFor(() => expect(r.server.of('GET', 'status').length).toBe(asked + 1));
});

it('is not trusted by a key that is held down: what it asks for gets the focus, and stands first', async () => {
  const r = await shown({ ...untrusted(), auth_enabled: false }, [FILE]);
  await vi.waitFor(() => expect(banner(r, 'trust')).not.toBeNull());
  const review = banner(r, 'trust')?.querySelector('button') as HTMLElement;
  review.focus();
  fireEvent.click(review);
  await vi.waitFor(() => expect(document.activeElement).toBe(r.find('.dsp-widens')));
  expect(review.isConnected).toBe(false);
  const order = [...r.root.querySelectorAll<HTMLElement>('[data-banner]')].map(one => one.dataset.banner);
  expect(order).toEqual(['trust', 'auth']);
});

it('does not say again in the session what was dismissed before its first message, but says it in the next one', async () => {
  const r = rig();
  r.server.answers.set('GET status', status({ auth_enabled: false }));
  r.chat.open(null);
  await vi.waitFor(() => expect(banner(r, 'auth')).not.toBeNull());
  press(r, 'auth', 'Dismiss');
  await vi.waitFor(() => expect(banner(r, 'auth')).toBeNull());
  await r.chat.send('hello');
  await vi.waitFor(() => expect(r.find('.dsp-chat').dataset.session).toBe(SESSION));
  expect(banner(r, 'auth')).toBeNull();
  r.chat.open(null);
  await vi.waitFor(() => expect(banner(r, 'auth')).not.toBeNull());
});

it('gives who may only watch nothing to press, and says why', async () => {
  const r = await shown({ ...untrusted(), may_approve: false }, [FILE]);
  r.server.answers.set(`GET permissions?session=${SESSION}`, permissions());
  const requests = [request('r1')];
  FakeSocket.last.open().say(snapshot({ requests, grants: [grant('g1')], agents: [agent({ status: 'waiting' })] }));
  await vi.waitFor(() => expect(r.find('[role=alertdialog]').textContent).toContain('You may look at this'));
  expect(r.find('[role=alertdialog]').querySelector('button:not(.dsp-copy)')).toBeNull();
  expect(r.find('[role=alertdialog]').textContent).not.toContain('This session');
  await vi.waitFor(() => press(r, 'trust', 'Review…'));
  await vi.waitFor(() => expect(banner(r, 'trust')?.textContent).toContain('the owner of the server decides'));
  expect(() => press(r, 'trust', 'Trust')).toThrow();
  fireEvent.click(r.find('.dsp-log-button'));
  await vi.waitFor(() => r.find('[data-grant=g1]'));
  expect(r.find('[data-grant=g1]').querySelector('button')).toBeNull();
  expect(r.find('.dsp-log').textContent).toContain('only the owner of the server takes it back');
});
