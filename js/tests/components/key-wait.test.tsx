import { fireEvent } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import { moment } from '../../src/components/format';
import { AGENT, agent, message, SESSION, status, summary } from '../records';
import { candidate, configuration, key, models, resolution, template } from '../setup-records';
import { openRig, type Rig } from './rig';

const NOW = Date.parse('2026-11-30T18:48:00Z');
const MIDNIGHT = '2026-12-01T00:00:00Z';
const waiting = (fields: Parameters<typeof agent>[0] = {}) =>
  agent({ status: 'waiting_for_key', waiting_until: MIDNIGHT, note: 'Waiting for a key.', ...fields });

async function rigged(fields: Parameters<typeof agent>[0] = {}, guesses: readonly string[] = []): Promise<Rig> {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setInterval', 'clearInterval'] });
  const r = openRig({ agents: [waiting(fields)] });
  const until = { usable: false, until: MIDNIGHT };
  r.server.answers.set(
    'GET models/resolve',
    resolution({
      candidates: [
        candidate('first', { ...until, why: '`first` is used up: 5.02 of 5 USD.' }),
        candidate('second', { ...until, why: '`second` is cooling down.' }),
        candidate('first', { ...until, model: 'acme/other' })
      ]
    })
  );
  r.server.answers.set(
    'GET models',
    models({
      keys: [
        key('first', { status: 'exhausted', until: MIDNIGHT, guessed: guesses.includes('first') }),
        key('second', { status: 'cooling', until: MIDNIGHT, guessed: guesses.includes('second') })
      ]
    })
  );
  await vi.waitFor(() => expect(r.root.querySelectorAll('.dsp-wait-keys li')).toHaveLength(2));
  return r;
}

afterEach(() => {
  vi.useRealTimers();
});

it('says for what it waits, until when, and each key with why', async () => {
  const r = await rigged();
  const clock = new Date(MIDNIGHT).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  });
  const heading = r.find('.dsp-wait-key .dsp-card-head').textContent ?? '';
  expect(heading).toContain('Waiting for key refresh: expected at');
  expect(heading).toContain(clock);
  const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' }).formatToParts(Date.parse(MIDNIGHT));
  expect(heading).toContain(` ${zone.find(({ type }) => type === 'timeZoneName')?.value} (in`);
  expect(heading).toContain('(in 5 h 12 min)');
  await vi.waitFor(() => expect(r.find('[data-key=first] .dsp-badge').textContent).toBe('■ used up'));
  expect(r.find('[data-key=first] details').textContent).toContain('first is used up: 5.02 of 5 USD.');
  expect(r.find('[data-key=second] .dsp-badge').textContent).toBe('◔ cooling down');
});

it('counts down while it is looked at', async () => {
  const r = await rigged();
  vi.setSystemTime(NOW + 3 * 3_600_000);
  vi.advanceTimersByTime(1_000);
  await vi.waitFor(() => expect(r.find('.dsp-wait-key').textContent).toContain('(in 2 h 12 min)'));
});

it('says that nobody knows, and that it may be any moment', async () => {
  const r = await rigged({ waiting_until: null });
  expect(r.find('.dsp-wait-key').textContent).toContain('nobody said until when');
  r.say({ type: 'put', table: 'agents', record: waiting({ seq: 101, waiting_until: '2026-11-30T18:00:00Z' }) });
  await vi.waitFor(() => expect(r.find('.dsp-wait-key').textContent).toContain('expected any moment'));
});

it('says of a guess that it is tried again then, and no more than that', async () => {
  const r = await rigged({}, ['first', 'second']);
  const heading = () => r.find('.dsp-wait-key .dsp-card-head').textContent;
  await vi.waitFor(() => expect(heading()).toContain('Waiting for key refresh: tried again at'));
  expect(heading()).toContain('(in 5 h 12 min)');
  vi.setSystemTime(Date.parse(MIDNIGHT) + 1_000);
  vi.advanceTimersByTime(1_000);
  await vi.waitFor(() => expect(heading()).toContain('tried again any moment'));
});

it('says that it is expected then where somebody said so of one of the keys', async () => {
  const r = await rigged({}, ['first']);
  await vi.waitFor(() => r.find('[data-key=second] .dsp-badge'));
  expect(r.find('.dsp-wait-key .dsp-card-head').textContent).toContain('expected at');
});

it('says that no reset is known where its time is out of all reach', async () => {
  const r = await rigged({ waiting_until: '2999-01-01T00:00:00Z' });
  expect(r.find('.dsp-wait-key .dsp-card-head').textContent).toBe('Waiting for key refresh: no reset known');
});

it('leads to the keys, can be tried again, and can be stopped', async () => {
  const r = await rigged();
  r.server.answers.set(`POST agents/${AGENT}/interrupt`, {});
  r.server.answers.set(`POST agents/${AGENT}/resume`, {});
  const [keys, again, stop] = [...r.root.querySelectorAll<HTMLElement>('.dsp-wait-key .dsp-button')];
  expect(again?.textContent).toBe('Try now');
  fireEvent.click(again as HTMLElement);
  await vi.waitFor(() => expect(r.server.of('POST', `agents/${AGENT}/resume`)).toHaveLength(1));
  fireEvent.click(stop as HTMLElement);
  await vi.waitFor(() => expect(r.server.of('POST', `agents/${AGENT}/interrupt`)).toHaveLength(1));
  fireEvent.click(keys as HTMLElement);
  await vi.waitFor(() => expect(r.find('.dsp-settings').dataset.section).toBe('keys'));
});

it('says whom else another chance for the keys concerns, in this session and in others', async () => {
  const r = await rigged();
  expect(r.root.querySelector('[data-others]')).toBeNull();
  r.say({ type: 'put', table: 'agents', record: waiting({ id: `${SESSION}-b0b0`, seq: 101 }) });
  await vi.waitFor(() => expect(r.find('[data-others]').textContent).toMatch(/lets 1 other agent that waits try/));
  const line = (session_id: string, state: string) =>
    ({ session_id, agent_id: `${session_id}-c0c0`, name: 'x', status: state, note: null }) as never;
  const agents = [line('other', 'waiting_for_key'), line('third', 'running'), line(SESSION, 'waiting_for_key')];
  r.server.answers.set('GET status', status({ agents }));
  await r.chat.refreshStatus();
  await vi.waitFor(() => expect(r.find('[data-others]').textContent).toMatch(/lets 2 other agents that wait try/));
});

it('goes when the agent goes on', async () => {
  const r = await rigged();
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 101, status: 'running' }) });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-wait-key')).toBeNull());
});

it("asks for what the agent's template wants", async () => {
  const r = openRig({ agents: [waiting({ template: 'reviewer' })] });
  const wants = ['review', 'heavy'].map(name => ({ model: name, key: null, effort: null }));
  r.server.answers.set('GET config', configuration({ templates: [template('reviewer', { wants })] }));
  await r.chat.setup.config.refresh();
  await vi.waitFor(() => expect(r.server.of('GET', 'models/resolve?tag=heavy')).not.toHaveLength(0));
  expect(r.server.of('GET', 'models/resolve?tag=review')).not.toHaveLength(0);
});

it('marks sessions whose agent waits, in their list', async () => {
  const r = openRig();
  const state = { session_id: SESSION, agent_id: AGENT, name: 'dispatch', status: 'waiting_for_key', note: null };
  r.server.answers.set('GET status', status({ agents: [state as never] }));
  r.server.answers.set('GET sessions', { sessions: [summary(SESSION), summary('b')] });
  fireEvent.click(r.find('[aria-haspopup=menu]'));
  await vi.waitFor(() =>
    expect(
      [...r.root.querySelectorAll('[role=menuitemradio]')].map(item => item.querySelector('.dsp-waits') !== null)
    ).toEqual([true, false])
  );
});

it('shows that the key was switched as a line across the thread, code as code', async () => {
  const text = 'The key is now `second`, as `first` is used up.';
  const r = openRig({ messages: [message('n1', 1, { role: 'notice', text })] });
  await vi.waitFor(() => expect(r.find('.dsp-notice').textContent).toBe(text.replaceAll('`', '')));
  expect(r.root.querySelectorAll('.dsp-notice code')).toHaveLength(2);
});

it('writes times of the server by the clock here, as all others in the page', async () => {
  const text = '`first` is used up ($5.02 of $5.00 this month), back on 2026-12-01 00:00 UTC.';
  const r = openRig({ messages: [message('n1', 1, { role: 'notice', text })] });
  await vi.waitFor(() => expect(r.find('.dsp-notice time').getAttribute('datetime')).toBe('2026-12-01T00:00:00Z'));
  const time = r.find('.dsp-notice time');
  expect(time.textContent).toBe(moment(MIDNIGHT, 'zone'));
  expect(time.title).toBe('2026-12-01 00:00 UTC');
  expect(r.find('.dsp-notice').textContent).toMatch(/this month\), back on .*\.$/);
});
