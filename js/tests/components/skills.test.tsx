import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import type { SkillMapping } from '../../src/protocol';
import { AGENT, agent } from '../records';
import { configuration, problem, skill, skills, template, withText } from '../setup-records';
import { openRig, type Rig } from './rig';

const HOUSE = skill('house-style', { tags: ['python'], agents: ['tester', 'lead.o'] });
const LIST = [
  HOUSE,
  skill('release', { folder: 'project' }),
  skill('plots', { folder: 'packages' }),
  skill('odd', { folder: 'project', error: problem({ message: 'Its front matter is no YAML.' }) }),
  skill('english', { id: 'global:english', scope: 'global' }),
  skill('worker', { id: 'built-in:worker', scope: 'built in', folder: 'agents', agents: ['_all'] })
];
const ACTIVATE = `agents/${AGENT}/skills`;
const names = (r: Rig) => [...r.root.querySelectorAll<HTMLElement>('[data-skill]')].map(item => item.dataset.skill);

async function opened(
  fields: Parameters<typeof agent>[0] = {},
  host: Parameters<typeof openRig>[1] = {},
  mappings: readonly SkillMapping[] = []
): Promise<Rig> {
  const r = openRig({ agents: [agent(fields)] }, host);
  r.server.answers.set('GET config', configuration({ templates: [template('reviewer', { skills: ['house-style'] })] }));
  r.server.answers.set(
    'GET skills',
    skills(LIST, { mappings: [...mappings], problems: [problem({ message: 'A mapping is wrong.' })] })
  );
  r.server.answers.set(
    'GET skills/project%3Ahouse-style',
    withText(
      HOUSE,
      '# Style\n\nShort **words**.\n<img src="http://evil.example/x" onerror="alert(1)"><script>x</script>'
    )
  );
  await r.chat.setup.config.refresh();
  r.chat.showSettings('skills');
  await vi.waitFor(() => expect(names(r)).toHaveLength(6));
  return r;
}
const read = async (r: Rig, id: string) => {
  fireEvent.click(r.find(`[data-skill="${id}"]`));
  await vi.waitFor(() => r.find(`[data-skill-shown="${id}"]`));
};

it('lists them by scope and folder, those that are broken and those that are loaded marked', async () => {
  const r = await opened({ skills: [{ name: 'global:english', why: 'default' }] });
  expect([...r.root.querySelectorAll('.dsp-skill-scope > summary')].map(s => s.textContent)).toEqual([
    'This project',
    'Yours, in all projects',
    'Built in'
  ]);
  expect([...r.root.querySelectorAll<HTMLElement>('.dsp-skill-folder')].map(f => f.dataset.folder)).toEqual([
    'default',
    'project',
    'packages',
    'default',
    'agents'
  ]);
  expect(r.find('[data-skill="project:odd"]').textContent).toContain('broken');
  expect(r.find('[data-skill="global:english"]').textContent).toContain('loaded');
  expect(r.find('.dsp-settings-body .dsp-problems').textContent).toContain('A mapping is wrong.');
  expect(r.find('.dsp-settings-body').textContent).not.toContain('.skills/default/');
});

it('lists the files that map them with whom they are for, and opens them', async () => {
  const mapping = (fields: Partial<SkillMapping>): SkillMapping => ({
    scope: 'project',
    agent: 'tester',
    orchestrator: false,
    path: '/home/ada/project/.skills/agents/tester.txt',
    skills: ['project:house-style', 'global:english'],
    ...fields
  });
  const openAt = vi.fn(async () => true);
  const mappings = [
    mapping({}),
    mapping({ agent: 'lead', orchestrator: true, path: '/home/ada/lead.o.txt', skills: [] })
  ];
  const r = await opened({}, { openAt }, mappings);
  const rows = () => [...r.root.querySelectorAll('.dsp-mapping')].map(row => row.textContent?.trim());
  expect(rows()).toEqual([
    'tester.txttester as subagent: house-style, english',
    'lead.o.txtlead as orchestrator: none that can be used'
  ]);
  fireEvent.click(r.find('[data-mapping="lead.o"] .dsp-place-link'));
  expect(openAt).toHaveBeenCalledWith({ path: '/home/ada/lead.o.txt', line: 1 });
  fireEvent.input(r.find('input[type=search]'), { target: { value: 'lead' } });
  await vi.waitFor(() => expect(rows()).toHaveLength(1));
});

it('finds them by name, description, tag and agent', async () => {
  const r = await opened();
  const search = (words: string) => fireEvent.input(r.find('[type=search]'), { target: { value: words } });
  search('python about');
  await vi.waitFor(() => expect(names(r)).toEqual(['project:house-style']));
  search('TESTER');
  await vi.waitFor(() => expect(names(r)).toEqual(['project:house-style']));
  search('nowhere');
  await vi.waitFor(() => expect(r.find('.dsp-skills').textContent).toContain('Nothing matches.'));
});

it('shows one as Markdown that can do nothing, with who gets it and why', async () => {
  const r = await opened();
  await read(r, 'project:house-style');
  await vi.waitFor(() => expect(r.find('.dsp-skill-text strong').textContent).toBe('words'));
  expect(r.find('.dsp-skill-text').innerHTML).not.toMatch(/evil|script|onerror/);
  expect([...r.root.querySelectorAll('.dsp-plain li')].map(line => line.textContent)).toEqual([
    'all agents (default folder)',
    'tester as subagent (mapped)',
    'lead as orchestrator (mapped)',
    'reviewer (named by its template)'
  ]);
  expect(document.activeElement?.textContent).toBe('house-style');
  fireEvent.click(r.find('.dsp-skill-back'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-skill')).toBeNull());
});

it('loads one for the agent shown, and takes out what was loaded by hand', async () => {
  const r = await opened();
  r.server.answers.set(`POST ${ACTIVATE}`, agent({ seq: 101, skills: [{ name: 'project:release', why: 'person' }] }));
  await read(r, 'project:release');
  const row = () => r.find('.dsp-skill-agent');
  expect(row().textContent).toBe('dispatch does not have it.Load for dispatch');
  fireEvent.click(row().querySelector('button') as HTMLElement);
  await vi.waitFor(() => expect(row().textContent).toBe('dispatch has it: loaded by hand.Take out'));
  expect(r.server.of('POST', ACTIVATE)[0]?.body).toEqual({ name: 'project:release', active: true });
  fireEvent.click(row().querySelector('button') as HTMLElement);
  await vi.waitFor(() =>
    expect(r.server.of('POST', ACTIVATE)[1]?.body).toEqual({ name: 'project:release', active: false })
  );
});

it('does not offer to take out what files give, nor to load what is broken', async () => {
  const r = await opened({ skills: [{ name: 'project:house-style', why: 'default' }] });
  await read(r, 'project:house-style');
  expect(r.find('.dsp-skill-agent').textContent).toBe('dispatch has it: all agents of its kind get it.');
  await read(r, 'project:odd');
  expect(r.find('.dsp-skill').textContent).toContain('Its front matter is no YAML.');
  expect(r.find('.dsp-skill-agent').querySelector('button')).toBeNull();
});

it('reads them again when they change', async () => {
  const r = await opened();
  r.server.answers.set('GET skills', skills(LIST.slice(0, 2)));
  r.say({ type: 'notice', kind: 'skills_changed', session_id: null, message: 'plots' });
  await vi.waitFor(() => expect(names(r)).toHaveLength(2), { timeout: 3_000 });
});

it.each([[[]], [LIST.slice(-1)]])(
  'says where to put them while there are none but those that are built in',
  async list => {
    const r = openRig();
    r.server.answers.set('GET skills', skills(list));
    r.chat.showSettings('skills');
    await vi.waitFor(() => expect(r.find('.dsp-settings-body').textContent).toContain('.skills/default/'));
    expect(names(r)).toEqual(list.map(({ id }) => id));
  }
);

it('goes on showing a text while it is read again', async () => {
  const r = await opened();
  await read(r, 'project:house-style');
  const text = await vi.waitFor(() => r.find('.dsp-skill-text'));
  r.server.answers.set('GET skills/project%3Ahouse-style', withText(HOUSE, 'Other words.'));
  await r.chat.setup.skills.refresh();
  await vi.waitFor(() => expect(r.find('.dsp-skill-text').textContent).toContain('Other words.'), 3_000);
  expect(r.find('.dsp-skill-text')).toBe(text);
});
