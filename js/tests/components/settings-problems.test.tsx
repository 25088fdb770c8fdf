import { fireEvent } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import type { ErrorInfo } from '../../src/protocol';
import { status } from '../records';
import { configuration, file, problem } from '../setup-records';
import { openRig, type Rig } from './rig';

const banner = (r: Rig) => r.root.querySelector<HTMLElement>('[data-banner=settings]');
const with_ = (...problems: ErrorInfo[]) => configuration({ problems });

async function rigged(problems: ErrorInfo[], extra: Parameters<typeof openRig>[1] = {}): Promise<Rig> {
  const r = openRig({}, extra);
  r.server.answers.set('GET config', with_(...problems));
  await r.chat.setup.config.refresh();
  return r;
}
const changed = (r: Rig, message: string, kind: 'config_changed' | 'skills_changed' = 'config_changed') =>
  r.say({ type: 'notice', kind, session_id: null, message });

afterEach(() => {
  vi.useRealTimers();
});

it('says what is wrong, without the folders, what to do, and opens the file at the line', async () => {
  const openAt = vi.fn(async () => true);
  const r = await rigged([problem()], { openAt });
  await vi.waitFor(() => expect(banner(r)?.textContent).toContain('dispatch.yaml, line 7: model tag hevy is unknown'));
  expect(banner(r)?.textContent).not.toContain('/home/ada');
  expect(banner(r)?.textContent).toContain('Write model: heavy.');
  fireEvent.click(r.find('.dsp-place-link'));
  expect(openAt).toHaveBeenCalledWith({ path: '/home/ada/project/dispatch.yaml', line: 7 });
  expect(r.find('.dsp-place-link').getAttribute('aria-label')).toBe('Open dispatch.yaml, line 7');
});

it('says whose of two files of one name is meant', async () => {
  const openAt = vi.fn(async () => true);
  const own = '/home/ada/.config/dispatch/dispatch.yaml';
  const shared = '/home/ada/project/dispatch.yaml';
  const skills = ['/home/ada/.skills/agents/_all.txt', '/home/ada/project/.skills/agents/_all.txt'];
  const r = openRig({}, { openAt });
  r.server.answers.set(
    'GET config',
    configuration({
      files: [file(own, { scope: 'global' }), file(shared)],
      problems: [own, shared, ...skills, '/elsewhere/odd.md'].map(path =>
        problem({ message: `${path}, line 3: odd.`, place: { path, line: 3 } })
      )
    })
  );
  await r.chat.setup.config.refresh();
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-problems-toggle')));
  await vi.waitFor(() => expect(r.root.querySelectorAll('.dsp-place-link')).toHaveLength(5));
  const links = [...r.root.querySelectorAll<HTMLElement>('.dsp-place-link')];
  const names = [
    'your dispatch.yaml, line 3',
    "project's dispatch.yaml, line 3",
    'your _all.txt, line 3',
    "project's _all.txt, line 3",
    'odd.md, line 3'
  ];
  expect(links.map(link => link.textContent?.trim())).toEqual(names);
  expect(links.map(link => link.getAttribute('aria-label'))).toEqual(names.map(name => `Open ${name}`));
});

it('gives the path to copy where the page cannot show the file', async () => {
  const r = await rigged([problem()], { openAt: async () => false });
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-place-link')));
  await vi.waitFor(() => expect(r.find('.dsp-place code').textContent).toBe('/home/ada/project/dispatch.yaml:7'));
  expect(r.find('.dsp-place button').getAttribute('aria-label')).toBe('Copy the path of dispatch.yaml');
  const cell = await rigged([problem()]);
  await vi.waitFor(() => cell.find('.dsp-place code'));
});

it('counts several, and shows them on request', async () => {
  const r = await rigged([problem(), problem({ message: 'Another one.', place: null })]);
  await vi.waitFor(() => expect(banner(r)?.textContent).toBe('2 problems in the settings'));
  fireEvent.click(r.find('.dsp-problems-toggle'));
  await vi.waitFor(() => expect(r.root.querySelectorAll('.dsp-settings-problem')).toHaveLength(2));
});

it('leaves what only wants trust to the banner for that', async () => {
  const r = await rigged([problem({ code: 'untrusted' })]);
  expect(banner(r)).toBeNull();
});

it('leaves what may be meant to the settings', async () => {
  const r = await rigged([problem({ code: 'not_there' })]);
  expect(banner(r)).toBeNull();
});

it('says of a warning alone that it was taken up', async () => {
  const r = await rigged([]);
  r.server.answers.set('GET config', with_(problem({ code: 'not_there', message: 'There is nothing yet.' })));
  changed(r, 'permissions, 1 more warning');
  await vi.waitFor(() =>
    expect(r.find('.dsp-flash').textContent).toBe('Settings taken up: permissions, 1 more warning')
  );
  expect(r.find('.dsp-flash').className).not.toContain('dsp-flash-bad');
});

it('says that it got worse, whichever word of one change comes first', async () => {
  const r = await rigged([]);
  r.server.answers.set('GET config', with_(problem()));
  changed(r, 'odd.md', 'skills_changed');
  await vi.waitFor(() => expect(r.find('.dsp-flash').textContent).toBe('Skills read: odd.md'));
  changed(r, 'limits, 1 more problem');
  await vi.waitFor(() => expect(r.find('.dsp-flash').textContent).toBe('Settings read: limits, 1 more problem'));
  expect(r.find('.dsp-flash').className).toContain('dsp-flash-bad');
});

it('goes once it is put right, and says what was taken up, politely and for a moment', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const r = await rigged([problem()]);
  await vi.waitFor(() => expect(banner(r)).not.toBeNull());
  r.server.answers.set('GET config', with_());
  changed(r, 'model, 1 fewer problem');
  await vi.waitFor(() => expect(r.find('.dsp-flash').textContent).toBe('Settings taken up: model, 1 fewer problem'));
  expect(banner(r)).toBeNull();
  expect(r.find('.dsp-flash-place').getAttribute('role')).toBe('status');
  vi.advanceTimersByTime(6_000);
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-flash')).toBeNull());
});

it('says of settings with a new problem that they were read, not that they were taken up', async () => {
  const r = await rigged([]);
  r.server.answers.set('GET config', with_(problem()));
  changed(r, '1 more problem');
  await vi.waitFor(() => expect(r.find('.dsp-flash-bad').textContent).toBe('Settings read: 1 more problem'));
  expect(banner(r)).not.toBeNull();
});

it('says of skills which files, and of nothing nothing', async () => {
  const r = await rigged([]);
  changed(r, '');
  changed(r, 'house-style.md', 'skills_changed');
  await vi.waitFor(() => expect(r.find('.dsp-flash').textContent).toBe('Skills taken up: house-style.md'));
});

it('says before files are trusted what keys, prices and folders they ask for', async () => {
  const r = openRig();
  const widens = [
    'use the key third of openai, from the environment variable TEAM_KEY, and send it to http://elsewhere.example/v1',
    'count openai/small as $0 in and $0 out for a million tokens',
    'start the agent out in /tmp, outside the project'
  ];
  const asks = { code: 'untrusted', message: 'x', hint: null, place: null };
  r.server.answers.set('GET status', status({ readiness: { ...status().readiness, problems: [asks] } }));
  r.server.answers.set('GET trust', {
    files: [{ path: '/home/ada/project/dispatch.yaml', digest: 'd', trusted: false, widens }]
  });
  await r.chat.refreshStatus();
  await vi.waitFor(() => expect(r.find('[data-banner=trust]').textContent).toContain('(3 things)'));
  fireEvent.click(r.find('[data-banner=trust] button'));
  await vi.waitFor(() =>
    expect([...r.root.querySelectorAll('.dsp-widens li')].map(item => item.textContent)).toEqual(widens)
  );
});
