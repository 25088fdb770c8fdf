import { afterEach, expect, it, vi } from 'vitest';
import { userName } from '../../src/hosts/page-server';

afterEach(() => vi.unstubAllGlobals());

const answering = (body: unknown) => {
  const asked: { url: string; headers: Headers }[] = [];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    asked.push({ url: url.pathname, headers: new Headers(init.headers) });
    return new Response(JSON.stringify(body));
  });
  return asked;
};
const server = { baseUrl: '/user/ada/', token: 't0k' };

it('asks the server who looks, as records name them', async () => {
  const asked = answering({ identity: { username: '0123', display_name: 'Ada' } });
  expect(await userName(server)).toBe('Ada');
  expect(asked[0]?.url).toBe('/user/ada/api/me');
  expect(asked[0]?.headers.get('Authorization')).toBe('token t0k');
  answering({ identity: { username: 'ada', display_name: '' } });
  expect(await userName(server)).toBe('ada');
});

it('does without where the server does not say', async () => {
  answering({ message: 'no' });
  expect(await userName(server)).toBeNull();
  vi.stubGlobal('fetch', async () => Promise.reject(new Error('away')));
  expect(await userName(server)).toBeNull();
});
