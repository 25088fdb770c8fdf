import { expect, it } from 'vitest';
import { Api } from '../../src/store/api';
import { RequestError } from '../../src/store/problem';
import { Fail, FakeServer } from '../fakes';

async function problemWith(answer: unknown): Promise<RequestError> {
  const server = new FakeServer();
  server.answers.set('GET status', answer);
  const error = await new Api(server.host).status().then(
    () => null,
    reason => reason
  );
  expect(error).toBeInstanceOf(RequestError);
  return error;
}

it("passes the server's own errors on as they are", async () => {
  const error = await problemWith(
    new Fail(423, { code: 'locked', message: 'Open elsewhere.', hint: 'Close it there.', place: null })
  );
  expect(error.status).toBe(423);
  expect(error.problem).toEqual({ code: 'locked', message: 'Open elsewhere.', hint: 'Close it there.', place: null });
});

it.each([
  [403, 'http_403', /sign in/],
  [404, 'http_404', /Enable it/],
  [502, 'http_502', /log/]
])('explains an answer %i that is not from Dispatch', async (status, code, hint) => {
  const { problem } = await problemWith(new Fail(status, { message: 'Forbidden' }));
  expect(problem.code).toBe(code);
  expect(problem.hint).toMatch(hint);
});

it('explains that there was no answer', async () => {
  const { problem, status } = await problemWith(() => {
    throw new TypeError('Failed to fetch');
  });
  expect([problem.code, status]).toEqual(['network', 0]);
  expect(problem.hint).toContain('Failed to fetch');
});

it('does not take a page for an answer, even with status 200', async () => {
  const server = new FakeServer({ fetch: async () => new Response('<html>sign in</html>', { status: 200 }) });
  await expect(new Api(server.host).status()).rejects.toBeInstanceOf(RequestError);
});
