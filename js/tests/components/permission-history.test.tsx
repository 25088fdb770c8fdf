import { fireEvent } from '@testing-library/preact';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Asker, DecisionHistory, Permissions } from '../../src/protocol';
import { Fail } from '../fakes';
import { AGENT, decision, grant, permissions, SESSION } from '../records';
import { openRig, type Rig } from './rig';

const LOG = `GET permissions?session=${SESSION}`;
const HISTORY = 'GET permissions/history';
const OTHER = 'beefbeefbeefbeef';
const THEIRS = `${OTHER}-abcd0001`;
const askers: readonly Asker[] = [
  { agent_id: AGENT, session_id: SESSION, title: 'Fix the date tests', path: ['dispatch'] },
  { agent_id: THEIRS, session_id: OTHER, title: 'Look at the hosts', path: ['dispatch', 'reader'] }
];
const history = (fields: Partial<DecisionHistory> = {}): DecisionHistory => ({
  log: [],
  askers,
  grants: [],
  earlier: 0,
  left_out: 0,
  problems: [],
  ...fields
});

const MINE = decision('d1', { at: '2026-01-02T03:02:00Z', path: '/var/log' });
const HERS = decision('d2', { at: '2026-01-02T03:01:00Z', agent_id: THEIRS, path: '/etc/hosts' });
const OLDER = decision('d3', { at: '2026-01-02T03:00:00Z', agent_id: THEIRS, path: '/srv' });

beforeEach(() => sessionStorage.clear());

async function opened(page: Partial<DecisionHistory> = {}, server: Partial<Permissions> = {}): Promise<Rig> {
  const r = openRig({ log: [MINE] });
  r.server.answers.set(LOG, permissions(server));
  r.server.answers.set(HISTORY, history({ log: [MINE, HERS], ...page }));
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-log-button')));
  await idle(r);
  return r;
}
const idle = (r: Rig) => vi.waitFor(() => expect(r.find('.dsp-log-rows').getAttribute('aria-busy')).toBe('false'));
const rows = (r: Rig) => [...r.root.querySelectorAll<HTMLElement>('[data-decision]')].map(row => row.dataset.decision);
const box = (r: Rig) => r.find<HTMLInputElement>('[role=switch]');

it('is of one session until the switch is pressed, and of all of them then', async () => {
  const r = await opened();
  expect(rows(r)).toEqual(['d1']);
  expect(r.server.of('GET', 'permissions/history')).toHaveLength(0);
  expect(box(r).closest('label')?.textContent).toBe('All sessions');
  expect(box(r).getAttribute('aria-checked')).toBe('false');
  fireEvent.click(box(r));
  await vi.waitFor(() => expect(rows(r)).toEqual(['d1', 'd2']));
  expect(box(r).getAttribute('aria-checked')).toBe('true');
  const who = (id: string) => r.find(`[data-decision=${id}] .dsp-log-who`).textContent;
  expect(who('d1')).toMatch(/^dispatch in “Fix the date tests” · /);
  expect(who('d2')).toMatch(/^dispatch › reader abcd in “Look at the hosts” · /);
  fireEvent.click(box(r));
  await vi.waitFor(() => expect(rows(r)).toEqual(['d1']));
});

it('finds what another session decided, by what it was and by its session', async () => {
  const r = await opened();
  fireEvent.click(box(r));
  await vi.waitFor(() => expect(rows(r)).toHaveLength(2));
  fireEvent.input(r.find('[type=search]'), { target: { value: 'hosts' } });
  await vi.waitFor(() => expect(rows(r)).toEqual(['d2']));
  fireEvent.input(r.find('[type=search]'), { target: { value: 'date tests' } });
  await vi.waitFor(() => expect(rows(r)).toEqual(['d1']));
});

it('stays on while the chat is open', async () => {
  const r = await opened();
  fireEvent.click(box(r));
  await vi.waitFor(() => expect(rows(r)).toHaveLength(2));
  fireEvent.keyDown(r.find('.dsp-log'), { key: 'Escape' });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-log')).toBeNull());
  fireEvent.click(r.find('.dsp-log-button'));
  await vi.waitFor(() => expect(box(r).checked).toBe(true));
  await vi.waitFor(() => expect(rows(r)).toEqual(['d1', 'd2']));
});

it('loads what is older when it is asked to, and says what was not searched or looked into', async () => {
  const r = await opened({ earlier: 1, left_out: 3 });
  r.server.answers.set(`${HISTORY}?before=d2`, history({ log: [OLDER] }));
  fireEvent.click(box(r));
  await vi.waitFor(() => expect(rows(r)).toHaveLength(2));
  const text = () => r.find('.dsp-log-rows').textContent;
  expect(text()).toContain('3 older sessions were not looked into.');
  expect(text()).not.toContain('were searched');
  fireEvent.input(r.find('[type=search]'), { target: { value: 'srv' } });
  await vi.waitFor(() => expect(text()).toContain('Only the newest 2 entries were searched.'));
  const more = r.find('.dsp-earlier');
  expect(more.textContent).toBe('Load earlier (1)');
  fireEvent.click(more);
  await vi.waitFor(() => expect(rows(r)).toEqual(['d3']));
  expect(r.root.querySelector('.dsp-earlier')).toBeNull();
  await r.chat.permissionLog.refresh(); // what was loaded behind the first page stays
  expect(rows(r)).toEqual(['d3']);
});

it('says why the other sessions cannot be told, and shows this one', async () => {
  const r = await opened();
  r.server.answers.set(HISTORY, new Fail(500, { code: 'store', message: 'No disk.', hint: null, place: null }));
  fireEvent.click(box(r));
  await vi.waitFor(() => expect(r.find('.dsp-log-rows [role=alert]').textContent).toContain('No disk.'));
  expect(rows(r)).toEqual(['d1']);
});

it('tells once that leave for always was revoked, though each open session has a line of it', async () => {
  const gone = { rule: 'revoked', allowed: false, grant_id: 'always-1', at: '2026-01-02T03:05:00Z' };
  const r = await opened({ log: [decision('d8', { ...gone, agent_id: THEIRS })] });
  fireEvent.click(box(r));
  r.say({ type: 'put', table: 'log', record: decision('d9', { ...gone, seq: 101 }) });
  await vi.waitFor(() => expect(rows(r)).toEqual(['d9', 'd1']));
});

it('revokes what another session was allowed there', async () => {
  const theirs = grant('g5', { agent_id: THEIRS, path: '/data' });
  const r = await opened({ grants: [theirs] });
  expect(r.root.querySelector('[data-grant]')).toBeNull();
  const inForce = r.chat.permissionLog.inForce.value;
  fireEvent.click(box(r));
  const row = await vi.waitFor(() => r.find('[data-grant=g5]'));
  expect(row.textContent).toContain('another session · asked by dispatch › reader abcd in “Look at the hosts”');
  expect(r.chat.permissionLog.inForce.value).toBe(inForce); // the shield counts what is in force here
  r.server.answers.set(`DELETE permissions/grants/g5?session=${OTHER}`, theirs);
  r.server.answers.set(HISTORY, history({ log: [MINE, HERS] }));
  fireEvent.click(row.querySelector('button') as HTMLElement);
  await vi.waitFor(() => expect(r.find('[data-grant=g5]').textContent).toContain('Revoked.'));
  await idle(r);
  expect(r.find('[data-grant=g5]').textContent).toContain('Revoked.');
});

it('says of leave for always who gave it, when, and in which session; or where it was typed', async () => {
  const place = { path: '/home/ada/.config/dispatch/dispatch.yaml', line: 12 };
  const given = grant('g1', {
    scope: 'always',
    granted_by: 'ben',
    agent_id: THEIRS,
    place,
    created_at: '2026-01-02T03:00:00Z'
  });
  const typed = grant('g2', { scope: 'always', granted_by: '', agent_id: null, place, path: '/data' });
  const r = await opened({}, { grants: [given, typed], askers: [askers[1] as Asker] });
  const about = (id: string) => r.find(`[data-grant=${id}] .dsp-log-about`);
  expect(about('g1').textContent).toMatch(
    /^always \(your dispatch\.yaml\) · given by \S+ · asked by dispatch › reader abcd in “Look at the hosts” · /
  );
  expect(about('g1').querySelector('time')?.dateTime).toBe('2026-01-02T03:00:00Z');
  expect(about('g2').textContent).toBe('always · from dispatch.yaml, line 12');
});
