import { expect, it, vi } from 'vitest';
import { AGENT, agent, child, message, reach, request } from '../records';
import { openRig } from './rig';

it('speaks of the request that is shown, not of the one that was asked first', async () => {
  const other = child('bb');
  const r = openRig({
    agents: [agent(), other],
    requests: [
      request('r0', { agent_id: other.id, reaches: [reach('/etc/first')], created_at: '2026-01-02T03:00:00.000Z' }),
      request('r1', { agent_id: AGENT, reaches: [reach('/etc/own')], created_at: '2026-01-02T03:01:00.000Z' })
    ]
  });
  const said = () => r.find('[data-announcer=permissions]').textContent;
  await vi.waitFor(() => expect(said()).toContain('2 requests wait'));
  expect(r.find('.dsp-ask').dataset.request).toBe('r1');
  expect(said()).toContain('/etc/own');
});

it('says an answer that ends in the moment in which the next one begins', async () => {
  const r = openRig({ messages: [message('a1', 1, { status: 'streaming', text: 'Done' })] });
  await vi.waitFor(() => r.find('[data-announcer=""], [data-announcer=true]'));
  await new Promise(resolve => setTimeout(resolve, 200)); // effects come after the frame
  r.say(
    { type: 'put', table: 'messages', record: message('a1', 1, { seq: 101, text: 'Done.' }) },
    { type: 'put', table: 'messages', record: message('a2', 2, { seq: 102, status: 'streaming', text: 'Next' }) }
  );
  await vi.waitFor(() =>
    expect(r.find('[data-announcer]:not([data-announcer=permissions])').textContent).toContain('Done.')
  );
});
