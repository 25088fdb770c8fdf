import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import type { SettingsSection } from '../../src/host';
import { agent, SESSION } from '../records';
import { candidate, configuration, key, model, models, problem, resolution, template } from '../setup-records';
import { openRig, type Rig } from './rig';

const SOON = new Date(Date.now() + 30 * 86_400_000).toISOString();

async function shown(
  section: SettingsSection,
  answers: Record<string, unknown>,
  extra: Parameters<typeof openRig>[1] = {}
): Promise<Rig> {
  const r = openRig({}, extra);
  r.server.answers.set('GET config', configuration());
  r.server.answers.set('GET models', models());
  for (const [question, answer] of Object.entries(answers)) r.server.answers.set(question, answer);
  await r.chat.setup.config.refresh();
  r.chat.showSettings(section);
  await vi.waitFor(() => r.find('.dsp-settings'));
  return r;
}
const factsOf = (card: HTMLElement) =>
  Object.fromEntries(
    [...card.querySelectorAll('.dsp-fact')].map(fact => [
      fact.querySelector('dt')?.textContent,
      fact.querySelector('dd')?.textContent
    ])
  );

it('opens from the header, moves between its parts by arrows, and is left by Esc', async () => {
  const r = await shown('agents', {});
  r.chat.showSettings(null);
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-settings-button')));
  await vi.waitFor(() => expect(r.find('[role=tab][aria-selected=true]').textContent).toBe('Agents'));
  expect(r.root.querySelector('.dsp-compose')).toBeNull();
  fireEvent.keyDown(r.find('[role=tablist]'), { key: 'ArrowRight' });
  await vi.waitFor(() => expect(r.find('[role=tab][aria-selected=true]').textContent).toBe('Models'));
  fireEvent.keyDown(r.find('[role=tablist]'), { key: 'End' });
  await vi.waitFor(() => expect(r.find('[role=tab][aria-selected=true]').textContent).toBe('Files'));
  fireEvent.keyDown(r.find('.dsp-settings'), { key: 'Escape' });
  await vi.waitFor(() => r.find('.dsp-compose'));
});

it('is one thing at a time with the permission log', async () => {
  const r = await shown('agents', {});
  r.chat.showPermissionLog(true);
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-settings')).toBeNull());
  r.chat.showSettings('keys');
  expect(r.chat.permissionLog.shown.value).toBe(false);
});

it('shows what agents are made from, and one that is broken as broken, with why', async () => {
  const broken = problem({ message: '/home/ada/project/.dispatch/agents/odd.toml, line 2: not valid TOML.' });
  const r = await shown('agents', {
    'GET config': configuration({
      templates: [
        template('reviewer', {
          title: 'Code reviewer',
          operations: ['read'],
          summons: ['summon'],
          tools: ['a', 'b', 'c', 'd', 'e'],
          wants: [
            { model: 'review', key: null, effort: null },
            { model: 'heavy', key: 'work', effort: 'low' }
          ],
          skills: ['house-style'],
          cwd: 'src'
        }),
        template('tester', { is_subagent: true, scope: 'global' }),
        template('odd', { error: broken }),
        template('hopeful', { warnings: [problem({ message: 'There is no skill `x`.', place: null })] })
      ]
    })
  });
  const reviewer = await vi.waitFor(() => r.find('[data-template=reviewer]'));
  expect(factsOf(reviewer)).toEqual({
    Model: 'review, else heavy (key work, effort low)',
    May: 'read, summon subagents',
    Tools: '5 toolsa, b, c, d, e',
    Skills: 'house-style',
    Folder: 'src'
  });
  expect(r.find('[data-template=tester]').textContent).toContain('yours, in all projectssubagent');
  expect([...r.root.querySelectorAll('[data-template=tester] button')].map(b => b.textContent)).not.toContain(
    'New session'
  );
  const odd = r.find('[data-template=odd]');
  expect(odd.dataset.broken).toBe('true');
  expect(odd.textContent).toContain('broken');
  expect(odd.textContent).toContain('not valid TOML.');
  const hopeful = r.find('[data-template=hopeful]');
  expect(hopeful.textContent).toContain('There is no skill x.');
  expect([hopeful.dataset.broken, hopeful.textContent?.includes('New session')]).toEqual(['false', true]);
  const begin = [...reviewer.querySelectorAll('button')].find(b => b.textContent === 'New session');
  fireEvent.click(begin as HTMLElement);
  expect(r.chat.sessionId.value).toBeNull();
  expect(r.chat.agentSettings.template.value).toBe('reviewer');
  expect(r.chat.setup.section.value).toBeNull();
});

it('says which model a tag means now, and on request why', async () => {
  const candidates = [
    candidate('first', { usable: false, why: '`first` is used up.' }),
    candidate('second', { model: 'other/small', effort: 'high' })
  ];
  const r = await shown('models', {
    'GET models/resolve?tag=heavy': resolution({ candidates }),
    'GET models/resolve?tag=review': resolution({ candidates: candidates.slice(0, 1), until: '2027-01-01T00:00:00Z' })
  });
  await vi.waitFor(() => expect(r.find('[data-tag=heavy]').dataset.chosen).toBe('other/small'));
  expect(r.find('[data-tag=heavy] summary').textContent).toBe('heavyother/small · second');
  expect(r.find('[data-tag=heavy] ol').textContent).toBe(
    '✕not usable acme/large · firstfirst is used up.✓usable other/small · second · effort highIt can be used.'
  );
  await vi.waitFor(() => expect(r.find('[data-tag=review] summary').textContent).toContain('none can be used now'));
  expect(r.find('[data-tag=review] summary').textContent).toContain('expected at');
});

it('shows models against tags, with their place in each', async () => {
  const given = models();
  const r = await shown('models', {
    'GET models': { ...given, models: [...given.models, model('other/odd', { priced: false, no_key: true })] }
  });
  const row = await vi.waitFor(() => r.find('[data-model="other/small"]'));
  expect(r.find('[data-model="other/odd"] [data-label=Keys]').textContent).toBe('none');
  expect([...row.querySelectorAll('td')].map(cell => cell.textContent)).toEqual([
    '2',
    '',
    '1',
    'second',
    '',
    '18.4K tokens · $0.07'
  ]);
  expect(r.find('[data-model="other/odd"]').textContent).toContain('price unknown');
});

it('shows each key with its budget, in figures and as a bar, and how it stands in words', async () => {
  const keys = [
    key('first', { reserved_usd: 0.4, api_base: 'http://gate.example' }),
    key('second', {
      position: 2,
      status: 'exhausted',
      reason: '`second` is used up.',
      until: SOON,
      budget: { usd: null, tokens: 10_000, per: 'day' }
    }),
    key('third', { position: 3, status: 'cooling', until: SOON, guessed: true, budget: null })
  ];
  const log = [
    { at: '2026-11-30T10:00:00Z', key: 'first', text: 'Earlier.', session_id: null, agent_id: null },
    { at: '2026-11-30T11:00:00Z', key: 'second', text: '`second` is used up.', session_id: 'other', agent_id: null }
  ];
  const r = await shown('keys', { 'GET models': models({ keys, log }) });
  const first = await vi.waitFor(() => r.find('[data-key=first].dsp-key-card'));
  expect(first.querySelector('[role=meter]')?.getAttribute('aria-valuetext')).toBe(
    '$3.00 used, $0.40 reserved, $1.60 left of $5.00'
  );
  expect(first.querySelector<HTMLElement>('.dsp-bar-used')?.style.width).toBe('60%');
  expect(first.querySelector<HTMLElement>('.dsp-bar-reserved')?.style.width).toBe('8%');
  expect(first.querySelector('.dsp-badge')?.textContent).toBe('● active');
  expect(factsOf(first)).toEqual({
    Provider: 'Acme',
    Secret: 'env FIRST_KEY',
    Address: 'http://gate.example',
    Calls: '12'
  });
  expect(first.textContent).toContain('The budget resets at');
  const second = r.find('[data-key=second].dsp-key-card');
  expect(second.textContent).toContain('■ used up');
  expect(second.textContent).toContain('waiting, expected at');
  expect(second.querySelector<HTMLElement>('.dsp-bar-used')?.style.width).toBe('100%');
  expect(second.textContent).toContain('18.4K used0 leftof 10K a day');
  const third = r.find('[data-key=third].dsp-key-card');
  expect(third.textContent).toContain('tried again at');
  expect(third.textContent).toContain('a guess: nobody said when');
  expect(third.textContent).toContain('No budget. So far 18.4K tokens, $3.00.');
  expect(
    [...r.root.querySelectorAll('.dsp-key-event')].map(line => line.querySelector('.dsp-log-what')?.textContent)
  ).toEqual(['second is used up.', 'Earlier.']);
  fireEvent.click(r.find('.dsp-key-event .dsp-link'));
  expect(r.chat.sessionId.value).toBe('other');
});

it('moves the bar when keys change, and not more often than it can be seen', async () => {
  const r = await shown('keys', {});
  await vi.waitFor(() => r.find('[data-key=first] .dsp-bar-used'));
  const before = r.server.of('GET', 'models').length;
  r.server.answers.set('GET models', models({ keys: [key('first', { used: { ...key('x').used, cost_usd: 4 } })] }));
  for (let n = 0; n < 20; n++) r.say({ type: 'notice', kind: 'keys_changed', session_id: null, message: '' });
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 101 }) });
  await vi.waitFor(() => expect(r.find('[data-key=first] .dsp-bar-used').style.width).toBe('80%'), { timeout: 3_000 });
  expect(r.server.of('GET', 'models').length - before).toBe(1);
  r.chat.showSettings(null);
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-settings')).toBeNull());
  r.say({ type: 'notice', kind: 'keys_changed', session_id: null, message: '' });
  expect(r.server.of('GET', 'models').length - before).toBe(1);
});

it('shows the files, whether they are there, right, and trusted, and takes trust back', async () => {
  const path = '/home/ada/project/dispatch.yaml';
  const known = { path, digest: 'd1', trusted: true, widens: ['read and write /data'] };
  const r = await shown('files', {
    'GET config': configuration({
      files: [
        { path: '/home/ada/.config/dispatch/dispatch.yaml', scope: 'global', exists: false, errors: 0, trusted: null },
        { path, scope: 'project', exists: true, errors: 2, trusted: true }
      ],
      problems: [problem()]
    }),
    'GET trust': { files: [known] },
    'POST trust': { files: [{ ...known, trusted: false }] }
  });
  const rows = await vi.waitFor(() => {
    const found = [...r.root.querySelectorAll('.dsp-file-row')];
    expect(found).toHaveLength(2);
    return found;
  });
  expect(rows[0]?.textContent).toContain('not there');
  expect(rows[1]?.textContent).toContain('✕ 2 problems✓ trusted');
  const stop = await vi.waitFor(() => {
    const found = [...(rows[1]?.querySelectorAll('button') ?? [])].find(b => b.textContent === 'Stop trusting');
    expect(found).toBeDefined();
    return found as HTMLElement;
  });
  fireEvent.click(stop);
  await vi.waitFor(() => expect(r.server.of('POST', 'trust')[0]?.body).toEqual({ path, digest: 'd1', trusted: false }));
});

it('says why it cannot be shown, and tries again', async () => {
  const r = await shown('models', { 'GET models': undefined });
  await vi.waitFor(() => expect(r.find('.dsp-settings-body [role=alert]').textContent).toContain('not running'));
  r.server.answers.set('GET models', models());
  fireEvent.click(r.find('.dsp-settings-body [role=alert] button'));
  await vi.waitFor(() => r.find('[data-model="acme/large"]'));
});

it('can be opened in a tab where there are tabs', async () => {
  const openSettings = vi.fn();
  const r = await shown('keys', {}, { openSettings });
  fireEvent.click(r.find('[aria-label="Open the settings in a tab"]'));
  expect(openSettings).toHaveBeenCalledWith('keys', SESSION);
});

it('draws a new line of the key log and leaves the others where they are', async () => {
  const event = (at: number) => ({
    at: `2026-01-02T03:04:0${at}.000Z`,
    key: 'first',
    text: `Event ${at}.`,
    session_id: null,
    agent_id: null
  });
  const r = await shown('keys', { 'GET models': models({ log: [event(1), event(2)] }) });
  const lines = () => [...r.root.querySelectorAll('.dsp-key-event')];
  await vi.waitFor(() => expect(lines()).toHaveLength(2));
  const before = lines();
  r.server.answers.set('GET models', models({ log: [event(1), event(2), event(3)] }));
  await r.chat.setup.models.refresh();
  await vi.waitFor(() => expect(lines()).toHaveLength(3));
  expect(lines().slice(1)).toEqual(before);
  expect(lines()[1]).toBe(before[0]);
});
