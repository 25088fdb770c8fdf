import { effect } from '@preact/signals';
import { expect, it, vi } from 'vitest';
import { Askers } from '../../src/hosts/lab/askers';
import type { AgentDetail } from '../../src/protocol';
import { AGENT, agent, child } from '../records';

const detail = (fields: Partial<AgentDetail>): AgentDetail => ({
  agent: child('ab12c0ff', { name: 'planner' }),
  handle: 'ab12',
  path: ['dispatch', 'planner'],
  children: [],
  tasks: [],
  requests: [],
  tree_cost_usd: null,
  ...fields
});

it('asks once for each agent, and tells who reads it', async () => {
  const look = vi.fn(async () => detail({}));
  const askers = new Askers(look);
  const seen: (string | null)[] = [];
  const stop = effect(() => void seen.push(askers.of('s-ab12c0ff')?.path ?? null));
  askers.of('s-ab12c0ff');
  await vi.waitFor(() => expect(seen).toEqual([null, 'dispatch › planner ab12']));
  expect(look).toHaveBeenCalledTimes(1);
  expect(askers.of('s-ab12c0ff')?.first).toBe(false);
  stop();
});

it('knows the agent a session begins with, and one that lives on its own', async () => {
  const answers: Record<string, AgentDetail> = {
    root: detail({ agent: agent(), handle: '0bad', path: ['dispatch'] }),
    own: detail({
      agent: child('cd34c0ff', { parent_id: null, summoned_by: AGENT }),
      handle: 'cd34',
      path: ['researcher']
    })
  };
  const askers = new Askers(async id => answers[id] as AgentDetail);
  askers.of('root');
  askers.of('own');
  await vi.waitFor(() => expect(askers.of('root')).toEqual({ path: 'dispatch', first: true }));
  expect(askers.of('own')).toEqual({ path: 'researcher cd34', first: false });
});

it('asks again after it was not told', async () => {
  const look = vi.fn(async (): Promise<AgentDetail> => Promise.reject(new Error('away')));
  const askers = new Askers(look);
  expect(askers.of('x')).toBeNull();
  await vi.waitFor(() => {
    askers.of('x');
    expect(look).toHaveBeenCalledTimes(2);
  });
});
