import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import type { Permissions } from '../../src/protocol';
import { Fail } from '../fakes';
import { agent, decision, grant, permissions, SESSION } from '../records';
import { openRig, type Rig } from './rig';

const LOG = `GET permissions?session=${SESSION}`;

async function opened(server: Partial<Permissions> = {}, fields: Parameters<typeof openRig>[0] = {}): Promise<Rig> {
  const r = openRig(fields);
  r.server.answers.set(LOG, permissions(server));
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-log-button')));
  await vi.waitFor(() => expect(r.server.of('GET', LOG.slice(4))).toHaveLength(1));
  await vi.waitFor(() => expect(r.find('.dsp-log-rows').getAttribute('aria-busy')).toBe('false'));
  return r;
}
const rows = (r: Rig) => [...r.root.querySelectorAll<HTMLElement>('[data-decision]')].map(row => row.dataset.decision);
const filter = (r: Rig, words: string) => {
  const found = [...r.root.querySelectorAll<HTMLElement>('.dsp-filter')].find(b => b.textContent === words);
  fireEvent.click(found as HTMLElement);
};

const LINES = [
  decision('d1', { at: '2026-01-02T03:00:00Z' }),
  decision('d2', {
    at: '2026-01-02T03:01:00Z',
    allowed: false,
    rule: 'person: deny',
    path: '/var/log',
    note: 'no need'
  }),
  decision('d3', { at: '2026-01-02T03:02:00Z', rule: 'session grant', by: '', path: '/etc/passwd' })
];

it('says who wanted what, when, and by which rule it was decided, newest first', async () => {
  const r = await opened({ log: [LINES[0]] as never }, { log: LINES.slice(1) });
  expect(rows(r)).toEqual(['d3', 'd2', 'd1']);
  const second = r.find('[data-decision=d2]');
  expect(second.textContent).toContain('denied');
  expect(second.querySelector('.dsp-log-what')?.textContent).toBe('read /var/log');
  expect(second.querySelector('.dsp-log-about')?.textContent).toBe('denied by you · “no need”');
  expect(second.querySelector('.dsp-log-who')?.textContent).toMatch(/^dispatch · /);
  expect(second.querySelector('time')?.dateTime).toBe('2026-01-02T03:01:00Z');
  expect(r.find('[data-decision=d3]').textContent).toContain('by leave for this session');
  expect(r.root.querySelector('.dsp-compose')).toBeNull();
});

it('filters by kind and by words', async () => {
  const r = await opened({}, { log: LINES, grants: [grant('g1')] });
  filter(r, 'Denied');
  await vi.waitFor(() => expect(rows(r)).toEqual(['d2']));
  expect(r.root.querySelector('[data-grant]')).toBeNull();
  filter(r, 'Allowed');
  await vi.waitFor(() => expect(rows(r)).toEqual(['d3', 'd1']));
  filter(r, 'In force');
  await vi.waitFor(() => expect(rows(r)).toEqual([]));
  expect(r.find('[data-grant]').dataset.grant).toBe('g1');
  filter(r, 'All');
  fireEvent.input(r.find('[type=search]'), { target: { value: 'NO need dispatch' } });
  await vi.waitFor(() => expect(rows(r)).toEqual(['d2']));
  fireEvent.input(r.find('[type=search]'), { target: { value: 'nowhere' } });
  await vi.waitFor(() => expect(r.find('.dsp-log-rows').textContent).toContain('Nothing matches.'));
});

it('puts together once what the lines of a long log say, not at each letter that is looked for', async () => {
  const lines = Array.from({ length: 5_000 }, (_, n) => decision(`d${n}`, { path: `/srv/file-${n}`, rule: 'always' }));
  const r = await opened({}, { log: lines });
  const said = vi.spyOn(r.server.host.trans, '__');
  const look = async (words: string, found: number) => {
    said.mockClear();
    fireEvent.input(r.find('[type=search]'), { target: { value: words } });
    await vi.waitFor(() => expect(rows(r)).toHaveLength(found));
    return said.mock.calls.length;
  };
  await look('file-4999', 1);
  expect(await look('file-499', 11)).toBeLessThan(1_000);
});

it('finds a name as it is shown', async () => {
  const r = await opened({}, { log: [decision('d1', { path: '/srv/a\nb' })] });
  expect(r.find('[data-decision=d1] .dsp-log-what').textContent).toBe('read /srv/a\\nb');
  fireEvent.input(r.find('[type=search]'), { target: { value: 'a\\nb' } });
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(rows(r)).toEqual(['d1']);
});

it('says what will be there while there is nothing', async () => {
  const r = await opened();
  await vi.waitFor(() => expect(r.find('.dsp-log-rows').textContent).toMatch(/^Nothing yet\. When an agent reaches/));
});

it('revokes at once, says so, and does it once', async () => {
  const always = grant('g2', { scope: 'always', agent_id: null, path: '/data', operation: 'write' });
  const r = await opened({ grants: [always] }, { grants: [grant('g1')] });
  expect(r.find('[data-grant=g2]').textContent).toContain('always (your dispatch.yaml)');
  let revoked: (value: unknown) => void = () => {};
  r.server.answers.set('DELETE permissions/grants/g2', () => new Promise(resolve => (revoked = resolve)));
  const button = r.find('[data-grant=g2] button');
  expect(button.getAttribute('aria-label')).toBe('Revoke: write /data');
  fireEvent.click(button);
  fireEvent.click(button);
  await vi.waitFor(() => expect(button.getAttribute('aria-busy')).toBe('true'));
  r.server.answers.set(LOG, permissions());
  revoked(grant('g2', { revoked_at: '2026-01-02T04:00:00Z' }));
  await vi.waitFor(() =>
    expect(r.find('[data-grant=g2]').textContent).toContain('Revoked. Any command that was using it')
  );
  expect(r.root.querySelector('[data-grant=g2] button')).toBeNull();
  expect(r.server.of('DELETE', 'permissions/grants/g2')).toHaveLength(1);
  expect(r.chat.permissionLog.inForce.value).toBe(1);
});

it('says why leave could not be revoked, and lets it be tried again', async () => {
  const r = await opened({}, { grants: [grant('g1')] });
  r.server.answers.set(
    'DELETE permissions/grants/g1',
    new Fail(409, { code: 'conflict', message: 'This grant was revoked before.', hint: null, place: null })
  );
  fireEvent.click(r.find('[data-grant=g1] button'));
  await vi.waitFor(() =>
    expect(r.find('[data-grant=g1] [role=status]').textContent).toBe('This grant was revoked before.')
  );
  fireEvent.click(r.find('[data-grant=g1] button'));
  await vi.waitFor(() => expect(r.server.of('DELETE', 'permissions/grants/g1')).toHaveLength(2));
});

it('grows while it is shown, and asks again for the leave that is in no record of the session', async () => {
  const r = await opened();
  r.server.answers.set(LOG, permissions({ grants: [grant('g9', { scope: 'always', path: '/srv' })] }));
  r.say({ type: 'put', table: 'log', record: decision('d1', { seq: 101, rule: 'person: always' }) });
  await vi.waitFor(() => expect(rows(r)).toEqual(['d1']));
  await vi.waitFor(() => expect(r.find('[data-grant=g9]').textContent).toContain('/srv'));
});

it('shows what the server could not read, with what is there', async () => {
  const problem = { code: 'invalid', message: 'dispatch.yaml line 3: not a list.', hint: 'Fix it.', place: null };
  const r = await opened({ problems: [problem], log: [decision('d1')] });
  expect(r.find('.dsp-log-rows [role=alert]').textContent).toContain('line 3');
  expect(rows(r)).toEqual(['d1']);
});

it('is left by Esc and by the button; another session begins with its conversation', async () => {
  const r = await opened();
  fireEvent.keyDown(r.find('.dsp-log'), { key: 'Escape' });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-log')).toBeNull());
  fireEvent.click(r.find('.dsp-log-button'));
  fireEvent.click(await vi.waitFor(() => r.find('[aria-label="Back to the conversation"]')));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-log')).toBeNull());
  r.chat.permissionLog.show(true);
  r.chat.open('another');
  expect(r.chat.permissionLog.shown.value).toBe(false);
});

it('counts the leave in force where the log is opened', async () => {
  const r = openRig({ grants: [grant('g1'), grant('g2', { revoked_at: '2026-01-02T04:00:00Z' })], agents: [agent()] });
  await vi.waitFor(() => expect(r.find('.dsp-log-button').textContent).toBe('1'));
  expect(r.find('.dsp-log-button').title).toBe('Permission log (leave in force: 1)');
});

it('says how many lines there are, and shows what is looked for from its beginning', async () => {
  const r = await opened({}, { log: LINES });
  const count = () => r.find('.dsp-log-rows .dsp-count').textContent;
  expect(count()).toBe('3');
  const list = r.find('.dsp-log-rows');
  list.scrollTop = 400;
  filter(r, 'Denied');
  await vi.waitFor(() => expect(count()).toBe('1 of 3'));
  await vi.waitFor(() => expect(list.scrollTop).toBe(0));
  list.scrollTop = 400;
  fireEvent.input(r.find('[type=search]'), { target: { value: 'var' } });
  await vi.waitFor(() => expect(list.scrollTop).toBe(0));
});

it('leaves the focus where it was opened', async () => {
  const r = await opened();
  expect(document.activeElement).toBe(r.find('.dsp-log'));
  fireEvent.keyDown(r.find('.dsp-log'), { key: 'Escape' });
  await vi.waitFor(() => expect(document.activeElement).toBe(r.find('.dsp-log-button')));
});
