import { expect, it, vi } from 'vitest';
import { agent, child, request } from '../records';
import { openRig, type Rig } from './rig';

const chief = child('aaaa0001', { name: 'chief' });
const mid = child('bbbb0001', { name: 'mid', parent_id: chief.id, brief: 'Read chapter 7\nand sum it up' });

async function drawn(fields: Parameters<typeof openRig>[0]): Promise<Rig> {
  sessionStorage.setItem('dispatch:unfolded:agents', 'yes');
  const r = openRig(fields);
  await vi.waitFor(() => r.find(`[role=treeitem][data-agent="${mid.id}"]`));
  return r;
}
const row = (r: Rig) => r.find(`[role=treeitem][data-agent="${mid.id}"]`);
const line = (r: Rig) => r.find(`[data-agent="${mid.id}"] .dsp-node-words`);

it('says of one that failed what it was asked as well, where there is room: many fail alike', async () => {
  const error = { code: 'refused', message: 'The model said no.\nThrice.', hint: null, place: null };
  const r = await drawn({ agents: [agent(), chief, { ...mid, status: 'error', error }] });
  expect(line(r).textContent).toBe('The model said no.');
  expect(line(r).title).toBe('The model said no.\nBrief: Read chapter 7');
  expect(row(r).getAttribute('aria-label')).toContain(', failed, The model said no., Brief: Read chapter 7, ');
});

it('says what an agent wants leave for, and not who wants it: that stands in the row', async () => {
  const asks = request('r1', { agent_id: mid.id, question: 'dispatch > chief > mid wants to read /etc/hosts' });
  const r = await drawn({ agents: [agent(), chief, mid], requests: [asks] });
  expect(line(r).textContent).toBe('wants to read /etc/hosts');
  expect(row(r).getAttribute('aria-label')).toContain('mid, bbbb, asks you, wants to read /etc/hosts, ');
});

it('leaves a question of an agent as it is, also where that names it', async () => {
  const question = 'dispatch > chief > mid is who?';
  const asks = request('q1', { kind: 'question', agent_id: mid.id, question, reaches: [] });
  const r = await drawn({ agents: [agent(), chief, mid], requests: [asks] });
  expect(line(r).textContent).toBe(question);
});
