import { expect, it, vi } from 'vitest';
import { browserStorage } from '../../src/hosts/storage';
import { Api } from '../../src/store/api';
import { Dismissals, Trust } from '../../src/store/trust';
import { FakeServer } from '../fakes';

const file = (digest: string) => ({ path: '/p/dispatch.yaml', digest, trusted: false, widens: ['read /data'] });

it('asks once more where something is heard while an answer is on its way', async () => {
  const server = new FakeServer();
  const trust = new Trust(new Api(server.host), () => {});
  let answer: (files: unknown) => void = () => {};
  server.answers.set('GET trust', () => new Promise(resolve => (answer = resolve)));
  const first = trust.refresh();
  void trust.refresh();
  server.answers.set('GET trust', { files: [file('new')] });
  await vi.waitFor(() => expect(server.of('GET', 'trust')).toHaveLength(1));
  answer({ files: [file('old')] });
  await first;
  await vi.waitFor(() => expect(trust.files.value.map(({ digest }) => digest)).toEqual(['new']));
  expect(server.of('GET', 'trust')).toHaveLength(2);
});

it('keeps what was dismissed under its new name and under no other, over a reload', () => {
  const dismissals = new Dismissals(browserStorage('sessionStorage'));
  dismissals.add('auth:new');
  dismissals.move('auth:new', 'auth:one');
  dismissals.move('level:new', 'level:one');
  for (const seen of [dismissals, new Dismissals(browserStorage('sessionStorage'))])
    expect(['auth:new', 'auth:one', 'level:one'].map(key => seen.has(key))).toEqual([false, true, false]);
});
