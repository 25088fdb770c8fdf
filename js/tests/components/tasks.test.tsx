import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { AGENT, task } from '../records';
import { openRig, type Rig } from './rig';

const LIST = [
  task(1, { title: 'Read it', status: 'done' }),
  task(2, { title: 'Find who calls it', status: 'done' }),
  task(3, { title: 'Change it', description: 'In all places.', status: 'in_progress' }),
  task(4, { title: 'Ask somebody', status: 'blocked' }),
  task(5, { title: 'Test it' })
];
const toggle = (r: Rig) => r.find('.dsp-tasks-toggle');
const shown = (r: Rig) => [...r.root.querySelectorAll<HTMLElement>('[data-task]')];

it('says in one line how far the agent is and what it does now', async () => {
  const r = openRig({ tasks: LIST });
  await vi.waitFor(() => expect(toggle(r).textContent).toBe('2 of 5 done:Change it'));
  expect(toggle(r).getAttribute('aria-expanded')).toBe('false');
  expect(shown(r)).toEqual([]);
});

it('unfolds to all of it, each with its mark, in words too', async () => {
  const r = openRig({ tasks: [...LIST].reverse() });
  fireEvent.click(await vi.waitFor(() => toggle(r)));
  await vi.waitFor(() => expect(shown(r)).toHaveLength(5));
  expect(shown(r).map(item => item.querySelector('.dsp-mark')?.textContent)).toEqual([
    '✓done',
    '✓done',
    '◐in progress',
    '⊘blocked',
    '○to do'
  ]);
  expect(r.find('[aria-current=step]').textContent).toContain('Change itIn all places.');
  fireEvent.click(toggle(r));
  await vi.waitFor(() => expect(shown(r)).toEqual([]));
});

it('follows the list as it changes: what is done, what is new, what was taken off', async () => {
  const r = openRig({ tasks: LIST });
  r.say(
    { type: 'put', table: 'tasks', record: { ...(LIST[2] as (typeof LIST)[0]), seq: 101, status: 'done' } },
    { type: 'put', table: 'tasks', record: { ...(LIST[3] as (typeof LIST)[0]), seq: 102, removed: true } },
    { type: 'put', table: 'tasks', record: task(6, { seq: 103, title: 'Write it down' }) }
  );
  await vi.waitFor(() => expect(toggle(r).textContent).toBe('3 of 5 done:Test it'));
  expect(r.find('.dsp-tasks [role=status]').textContent).toBe('3 of 5 done');
});

it('shows what it is stuck on where nothing else is left, and no title once all is done', async () => {
  const r = openRig({ tasks: [LIST[0], LIST[3]] as never });
  await vi.waitFor(() => expect(toggle(r).textContent).toBe('1 of 2 done:Ask somebody'));
  r.say({ type: 'put', table: 'tasks', record: { ...(LIST[3] as (typeof LIST)[0]), seq: 101, status: 'done' } });
  await vi.waitFor(() => expect(toggle(r).textContent).toBe('2 of 2 done'));
});

it("shows nothing without tasks, and not another agent's", async () => {
  const r = openRig({ tasks: [task(1, { agent_id: `${AGENT}x` })] });
  await vi.waitFor(() => r.find('.dsp-compose'));
  expect(r.root.querySelector('.dsp-tasks')).toBeNull();
});

it('shows characters that cannot be seen by their names', async () => {
  const r = openRig({ tasks: [task(1, { title: 'pay\u202Efdp' })] });
  await vi.waitFor(() => expect(toggle(r).textContent).toContain('payU+202Efdp'));
});
