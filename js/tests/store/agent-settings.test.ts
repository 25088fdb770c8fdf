import { expect, it, vi } from 'vitest';
import { Chat } from '../../src/store/chat';
import { FakeServer, FakeSocket } from '../fakes';
import { AGENT, agent, SESSION, snapshot } from '../records';

it('ends with the model that was picked last, also while the first is on its way', async () => {
  const server = new FakeServer();
  const chat = new Chat(server.host, 'test');
  chat.open(SESSION);
  FakeSocket.last.open().say(snapshot());
  const path = `agents/${AGENT}/model`;
  let answer: (agent: unknown) => void = () => {};
  server.answers.set(`PATCH ${path}`, () => new Promise(resolve => (answer = resolve)));
  const first = chat.agentSettings.switchModel('cheap');
  const second = chat.agentSettings.switchModel('strong');
  await vi.waitFor(() => expect(server.of('PATCH', path)).toHaveLength(1));
  server.answers.set(`PATCH ${path}`, agent({ seq: 102 }));
  answer(agent({ seq: 101 }));
  await Promise.all([first, second]);
  expect(server.of('PATCH', path).map(({ body }) => (body as { model: string }).model)).toEqual(['cheap', 'strong']);
  expect(chat.agentSettings.changing.value).toBe(false);
  chat.dispose();
});
