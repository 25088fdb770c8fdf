import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import type { Request } from '../../src/protocol';
import { Api } from '../../src/store/api';
import { Approvals } from '../../src/store/approvals';
import { Fail, FakeServer } from '../fakes';
import { request } from '../records';

const ONCE = { answer: 'allow', scope: 'once', note: '' } as const;

function setUp() {
  const server = new FakeServer();
  const applied: Request[] = [];
  const approvals = new Approvals(new Api(server.host), record => applied.push(record), signal(true));
  return { server, applied, approvals };
}

it('sends one answer, whatever else is given while it is on its way', async () => {
  const { server, applied, approvals } = setUp();
  server.answers.set('POST permissions/r1', request('r1', { status: 'answered' }));
  const first = approvals.answer('r1', ONCE);
  await approvals.answer('r1', { ...ONCE, scope: 'always' });
  await first;
  expect(server.of('POST', 'permissions/r1').map(asked => asked.body)).toEqual([ONCE]);
  expect(applied.map(({ status }) => status)).toEqual(['answered']);
  expect(approvals.answering.value.size).toBe(0);
});

it('keeps why an answer did not count until another one is given', async () => {
  const { server, applied, approvals } = setUp();
  server.answers.set(
    'POST permissions/r1',
    new Fail(409, { code: 'conflict', message: 'Answered.', hint: null, place: null })
  );
  await approvals.answer('r1', ONCE);
  expect(approvals.answering.value.get('r1')).toMatchObject({ status: 409, problem: { code: 'conflict' } });
  expect(applied).toEqual([]);
  server.answers.set('POST permissions/r1', request('r1', { status: 'answered' }));
  await approvals.answer('r1', ONCE);
  expect(approvals.answering.value.size).toBe(0);
});
