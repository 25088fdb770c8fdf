import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { call, change, message, request, SESSION } from '../records';
import { openRig } from './rig';

const withCall = (fields: Parameters<typeof call>[2], extra = {}) =>
  openRig({ messages: [message('a1', 1)], calls: [call('c1', 'a1', fields)] }, extra);
const line = (r: ReturnType<typeof openRig>) =>
  vi.waitFor(() => r.find('.dsp-call')).then(e => (e.textContent ?? '').replace(/\s+/g, ' '));

it.each([
  [{}, '✓doneReadREADME.md12 ms'],
  [{ status: 'in_progress' as const }, '●runningReadingREADME.md'],
  [{ status: 'failed' as const }, '✕failedCould not readREADME.md'],
  [
    { name: 'list_files', kind: 'search' as const, arguments: { path: 'src', glob: '**/*.py' } },
    '✓doneListedsrc/**/*.py12 ms'
  ],
  [{ name: 'list_files', kind: 'search' as const, arguments: {} }, '✓doneListedthe project12 ms'],
  [{ name: 'frobnicate', kind: 'other' as const, arguments: { query: 'x y' } }, '✓donefrobnicatex y12 ms']
])('says in one line what a call is: %j', async (fields, words) => {
  expect(await line(withCall(fields))).toBe(words);
});

it('says what an edit did, and shows a small diff without a click', async () => {
  const diff = '@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3\n';
  const changes = [change({ path: 'x.py', diff, removed: 1, created: false })];
  const r = withCall({
    name: 'edit_file',
    kind: 'edit',
    arguments: { path: 'x.py', old_text: 'b = 2', new_text: 'b = 3' },
    changes
  });
  expect(await line(r)).toBe('✓doneEditedx.py+1 −1');
  expect(
    [...r.root.querySelectorAll('.dsp-line')].map(e => [e.textContent, e.className.replace('dsp-line dsp-', '')])
  ).toEqual([
    [' a = 1', 'same'],
    ['-b = 2', 'removed'],
    ['+b = 3', 'added']
  ]);
  fireEvent.click(r.find('.dsp-call-toggle'));
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-diff')).toBeNull());
});

it('keeps a large diff folded', async () => {
  const diff = `@@ -0,0 +1,40 @@\n${'+line\n'.repeat(40)}`;
  const r = withCall({ name: 'write_file', kind: 'edit', changes: [change({ diff, added: 40 })] });
  expect(await line(r)).toContain('Created');
  expect(r.root.querySelector('.dsp-diff')).toBeNull();
});

it('shows arguments and result on a click', async () => {
  const r = withCall({ arguments: { path: 'README.md', offset: 3 }, output: '3\tthird line' });
  const toggle = await vi.waitFor(() => r.find('.dsp-call-toggle'));
  expect(toggle.getAttribute('aria-expanded')).toBe('false');
  fireEvent.click(toggle);
  const details = await vi.waitFor(() => r.find('.dsp-details'));
  expect(toggle.getAttribute('aria-expanded')).toBe('true');
  expect(toggle.getAttribute('aria-controls')).toBe(details.id);
  expect(details.textContent).toContain('offset3');
  expect(r.find('.dsp-output').textContent).toBe('3\tthird line');
});

it('shows why a call failed and what to do', async () => {
  const error = {
    code: 'outside_project',
    message: '`/etc/hosts` is outside.',
    hint: 'Stay in the project.',
    place: null
  };
  const r = withCall({ status: 'failed', error, output: 'the same for the model' });
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-call-toggle')));
  const details = await vi.waitFor(() => r.find('.dsp-call-error'));
  expect(details.textContent).toBe('/etc/hosts is outside.Stay in the project.outside_project');
});

it('shows a file as it is being written', async () => {
  const r = withCall({ name: 'write_file', kind: 'edit', status: 'pending', arguments: null, output: '' });
  let at = 0;
  for (const text of ['{"path": "hel', 'lo.py", "content": "print(', '\\"hi\\")\\nprint(2', ')"}']) {
    r.say({ type: 'delta', table: 'calls', id: 'c1', field: 'arguments_text', at, text });
    at += text.length;
    if (at === 13) await vi.waitFor(() => expect(r.find('.dsp-call').textContent).toContain('Writinghel'));
  }
  await vi.waitFor(() => expect(r.find('.dsp-streamed').textContent).toBe('+print("hi")+print(2)'));
  r.say({
    type: 'put',
    table: 'calls',
    record: call('c1', 'a1', {
      seq: 101,
      name: 'write_file',
      kind: 'edit',
      changes: [change()],
      arguments: { path: 'hello.py', content: '…' }
    })
  });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-streamed')).toBeNull());
  expect(r.find('.dsp-diff').textContent).toBe('+print("hi")');
});

it('shows the end of a long file that is being written', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\\n');
  const r = withCall({
    name: 'write_file',
    kind: 'edit',
    status: 'pending',
    arguments: null,
    arguments_text: `{"path":"a","content":"${lines}`
  });
  const streamed = await vi.waitFor(() => r.find('.dsp-streamed'));
  expect(streamed.textContent).toContain('28 lines above');
  expect(streamed.querySelectorAll('.dsp-line')).toHaveLength(12);
});

it('lives with arguments that are not JSON', async () => {
  const r = withCall({
    status: 'failed',
    arguments: null,
    arguments_text: 'path = README',
    error: { code: 'invalid_arguments', message: 'Not JSON.', hint: null, place: null }
  });
  expect(await line(r)).toBe('✕failedCould not read');
  fireEvent.click(r.find('.dsp-call-toggle'));
  await vi.waitFor(() => expect(r.find('.dsp-details').textContent).toContain('path = README'));
});

it('opens the file where the page can, and offers nothing where it cannot', async () => {
  const openFile = vi.fn();
  const r = withCall({}, { openFile });
  fireEvent.click(await vi.waitFor(() => r.find('button.dsp-file')));
  expect(openFile).toHaveBeenCalledWith('README.md', '/home/ada/project');
  const plain = withCall({});
  await vi.waitFor(() => plain.find('.dsp-call'));
  expect(plain.root.querySelector('.dsp-file')).toBeNull();
});

it('fetches the rest of a result that was cut for display', async () => {
  const r = withCall({ output: 'x'.repeat(20_000), output_chars: 30_000 });
  r.server.answers.set(
    `GET sessions/${SESSION}/calls/c1`,
    call('c1', 'a1', { output: 'x'.repeat(30_000), output_chars: 30_000 })
  );
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-call-toggle')));
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-result .dsp-button')));
  await vi.waitFor(() => expect(r.find('.dsp-output').textContent).toHaveLength(30_000));
  expect(r.root.querySelector('.dsp-result .dsp-button')).toBeNull();
});

it.each([
  ['a file that could not be read', { status: 'failed' as const }],
  ['a file outside the project', { arguments: { path: '/etc/hosts' } }],
  ['a file beside the project', { arguments: { path: '../hosts' } }]
])('does not offer to open %s', async (_, fields) => {
  const r = withCall(fields, { openFile: vi.fn() });
  await vi.waitFor(() => r.find('.dsp-call'));
  expect(r.root.querySelector('.dsp-file')).toBeNull();
});

it('does not count the time in which it waited for the person', async () => {
  const r = openRig({
    messages: [message('a1', 1)],
    calls: [call('c1', 'a1', { started_at: '2026-01-02T03:04:00Z', ended_at: '2026-01-02T03:04:35.012Z' })],
    requests: [
      request('r1', {
        call_id: 'c1',
        status: 'answered',
        answer: 'allow',
        created_at: '2026-01-02T03:04:00Z',
        ended_at: '2026-01-02T03:04:35Z'
      })
    ]
  });
  expect(await line(r)).toBe('✓doneReadREADME.md12 ms');
  fireEvent.click(r.find('.dsp-call-toggle'));
  await vi.waitFor(() => expect(r.find('.dsp-details').textContent).toContain('read_file took 12 ms'));
});
