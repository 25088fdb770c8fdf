import { expect, it } from 'vitest';
import { Chat } from '../../src/store/chat';
import { Notices } from '../../src/store/notices';
import { FakeServer, FakeSocket } from '../fakes';
import { SESSION } from '../records';

const changed = { type: 'notice', kind: 'config_changed', session_id: null, message: 'model' } as const;

it('opens one socket for all who listen, without a session, and closes it with the last', () => {
  const { host } = new FakeServer();
  const notices = new Notices(host);
  const heard: string[] = [];
  const stops = [notices.listen(({ kind }) => heard.push(`a ${kind}`)), notices.listen(({ kind }) => heard.push(kind))];
  expect(FakeSocket.all).toHaveLength(1);
  expect(FakeSocket.last.query.get('session')).toBeNull();
  FakeSocket.last.open().say(changed);
  expect(heard).toEqual(['a config_changed', 'config_changed']);
  stops[0]?.();
  expect(FakeSocket.last.closed).toBe(false);
  stops[1]?.();
  expect(FakeSocket.last.closed).toBe(true);
  notices.listen(() => {});
  expect(FakeSocket.all).toHaveLength(2);
});

it('tells a chat that watches a session, whose own stream does not', () => {
  let tell: (notice: typeof changed) => void = () => {};
  const stopped: string[] = [];
  const server = new FakeServer({
    notices: listener => {
      tell = listener;
      return () => stopped.push('stopped');
    }
  });
  const chat = new Chat(server.host, 'view');
  chat.open(SESSION);
  const before = server.of('GET', 'status').length;
  FakeSocket.last.open().say(changed);
  expect(server.of('GET', 'status')).toHaveLength(before);
  tell(changed);
  expect(server.of('GET', 'status')).toHaveLength(before + 1);
  expect(server.of('GET', 'config')).not.toHaveLength(0);
  chat.dispose();
  expect(stopped).toEqual(['stopped']);
});
