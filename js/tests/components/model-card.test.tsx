import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { Fail } from '../fakes';
import { AGENT, agent, DEMO, MODEL, said, status } from '../records';
import { configuration, models, template } from '../setup-records';
import { openRig, type Rig, rig } from './rig';

const PATCH = `agents/${AGENT}/model`;
const entry = (r: Rig, value: string) => r.find(`[data-model="${value}"]`);
const open = async (r: Rig) => {
  r.server.answers.set('GET models', models());
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-model-chip')));
  await vi.waitFor(() => entry(r, 'heavy'));
};

it('names the model and its key on the chip', async () => {
  const r = openRig({ agents: [agent({ status: 'running', model: { ...MODEL, key: 'first' } })] });
  await vi.waitFor(() => expect(r.find('.dsp-model-chip').textContent).toBe('large · first'));
  expect(r.find('.dsp-model-chip').title).toContain('Follows its template');
});

it('marks the chip where the model that a session would begin with is not ready', async () => {
  const r = rig();
  const readiness = { model: MODEL, source: 'dispatch.yaml', ready: true, problems: [] };
  for (const ready of [true, false]) {
    r.server.answers.set('GET status', status({ readiness: { ...readiness, ready } }));
    await r.chat.refreshStatus();
    await vi.waitFor(() => expect(r.find('.dsp-model-chip').classList.contains('dsp-chip-warn')).toBe(!ready));
  }
});

it('lists tags with what they mean now, then the models by provider', async () => {
  const r = openRig();
  await open(r);
  expect([...r.root.querySelectorAll('[role=menuitemradio]')].map(item => item.textContent)).toEqual([
    'As its template has it',
    'heavynow large with first',
    'reviewnow large with first',
    'lightnow small with second',
    'largefirst · heavy, review',
    'smallsecond · heavy, light'
  ]);
  expect([...r.root.querySelectorAll('.dsp-menu-heading')].map(item => item.textContent)).toEqual([
    'By tag',
    'acme',
    'other'
  ]);
  expect(entry(r, '').getAttribute('aria-checked')).toBe('true');
  await vi.waitFor(() => expect(document.activeElement).toBe(entry(r, '')));
});

it('switches by keyboard, says so at once, and gives the focus back', async () => {
  const r = openRig();
  r.server.answers.set(
    `PATCH ${PATCH}`,
    agent({ seq: 101, model_pinned: true, wants: [{ model: 'light', key: null, effort: null }] })
  );
  await open(r);
  fireEvent.keyDown(r.find('[role=menu]'), { key: 'End' });
  fireEvent.keyDown(r.find('[role=menu]'), { key: 'Home' });
  fireEvent.keyDown(r.find('[role=menu]'), { key: 'ArrowDown' });
  expect(document.activeElement).toBe(entry(r, 'heavy'));
  fireEvent.click(entry(r, 'light'));
  await vi.waitFor(() => expect(r.server.of('PATCH', PATCH)[0]?.body).toEqual({ model: 'light', effort: null }));
  await vi.waitFor(() => expect(r.chat.agent.value?.model_pinned).toBe(true));
  expect(r.find('.dsp-model-chip').title).toContain('Chosen by you');
  expect(document.activeElement).toBe(r.find('.dsp-model-chip'));
  await open(r);
  expect(entry(r, 'light').getAttribute('aria-checked')).toBe('true');
  fireEvent.click(entry(r, ''));
  await vi.waitFor(() => expect(r.server.of('PATCH', PATCH)[1]?.body).toEqual({ model: null, effort: null }));
});

it('sets how long it is to think, for the model that is chosen', async () => {
  const r = openRig({
    agents: [agent({ model_pinned: true, wants: [{ model: 'heavy', key: null, effort: 'low' }] })]
  });
  r.server.answers.set(`PATCH ${PATCH}`, agent({ seq: 101 }));
  await open(r);
  expect(r.find<HTMLSelectElement>('.dsp-effort select').value).toBe('low');
  fireEvent.change(r.find('.dsp-effort select'), { target: { value: 'high' } });
  await vi.waitFor(() => expect(r.server.of('PATCH', PATCH)[0]?.body).toEqual({ model: 'heavy', effort: 'high' }));
});

it('says why the model could not be switched', async () => {
  const r = openRig();
  r.server.answers.set(`PATCH ${PATCH}`, new Fail(422, { code: 'invalid', message: 'No such model.', hint: null }));
  await open(r);
  fireEvent.click(entry(r, 'light'));
  await vi.waitFor(() => expect(r.text()).toContain('No such model.'));
});

it('marks what cannot be used now', async () => {
  const r = openRig();
  const given = models();
  r.server.answers.set('GET models', {
    ...given,
    keys: given.keys.map(state => ({ ...state, status: 'exhausted' }))
  });
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-model-chip')));
  await vi.waitFor(() => expect(entry(r, 'heavy').textContent).toBe('heavynone can be used now'));
});

it('says of a model that nobody has a key for it, and not that a tag means it', async () => {
  const r = openRig();
  const given = models();
  r.server.answers.set('GET models', {
    ...given,
    models: given.models.map(model => ({ ...model, keys: [], no_key: model.id === 'acme/large' }))
  });
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-model-chip')));
  await vi.waitFor(() => expect(entry(r, 'review').textContent).toBe('reviewnone can be used now'));
  expect(entry(r, 'acme/large').querySelector('.dsp-bad')?.textContent).toContain('no key');
  expect(entry(r, 'light').textContent).toBe('lightnow small');
});

it('begins a session with the model that was chosen for it', async () => {
  const r = rig();
  r.chat.open(null);
  await open(r);
  fireEvent.click(entry(r, 'heavy'));
  await vi.waitFor(() => expect(r.find('.dsp-model-chip').textContent).toBe('heavy'));
  fireEvent.input(r.find('textarea'), { target: { value: 'hi' } });
  fireEvent.keyDown(r.find('textarea'), { key: 'Enter' });
  await vi.waitFor(() =>
    expect(r.server.of('POST', 'chat')[0]?.body).toEqual({ text: 'hi', session_id: null, model: 'heavy' })
  );
  await vi.waitFor(() => expect(r.chat.agentSettings.model.value).toBeNull());
});

it('says how to set a model where there is none, and closes on Esc', async () => {
  const problems = [{ code: 'no_model', message: 'No key is set.', hint: 'Set one.', place: null }];
  const r = openRig({ agents: [agent({ model: DEMO })], messages: [said('u1', 1, 'hi')] });
  r.server.answers.set('GET status', status({ readiness: { model: DEMO, source: 'demo', ready: false, problems } }));
  await r.chat.refreshStatus();
  fireEvent.click(r.find('.dsp-model-chip'));
  await vi.waitFor(() => expect(r.find('.dsp-model-card').textContent).toContain('No key is set.Set one.'));
  fireEvent.keyDown(r.find('.dsp-model-card'), { key: 'Escape' });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-model-card')).toBeNull());
});

it('offers the agents that can begin a session, beside its title, and begins with the one that is picked', async () => {
  const r = rig();
  const broken = { code: 'invalid', message: 'x', hint: null, place: null };
  r.server.answers.set(
    'GET config',
    configuration({
      templates: [
        template('dispatch', { title: 'Dispatch' }),
        template('reviewer', { title: 'Code reviewer', wants: [{ model: 'review', key: null, effort: null }] }),
        template('tester', { is_subagent: true }),
        template('odd', { error: broken })
      ]
    })
  );
  r.chat.open(null);
  const select = await vi.waitFor(() => r.find<HTMLSelectElement>('.dsp-template'));
  expect([...select.options].map(option => option.textContent)).toEqual(['Dispatch', 'Code reviewer']);
  fireEvent.change(select, { target: { value: 'reviewer' } });
  fireEvent.input(r.find('textarea'), { target: { value: 'hi' } });
  fireEvent.keyDown(r.find('textarea'), { key: 'Enter' });
  await vi.waitFor(() =>
    expect(r.server.of('POST', 'chat')[0]?.body).toEqual({ text: 'hi', session_id: null, template: 'reviewer' })
  );
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-template')).toBeNull());
});

it('has no choice of agents where there is one', async () => {
  const r = rig();
  r.server.answers.set('GET config', configuration());
  r.chat.open(null);
  await vi.waitFor(() => expect(r.chat.setup.templates.value).toHaveLength(1));
  expect(r.root.querySelector('.dsp-template')).toBeNull();
});
