import { expect, it } from 'vitest';
import { english } from '../../src/host';
import { SHOWN_CHARS, saidOf } from '../../src/hosts/lab/notification-words';
import type { Request } from '../../src/protocol';
import { reach, request } from '../records';

/** What is asked when that file is to be read, as the server words it. */
function asks(path: string, fields: Partial<Request> = {}): Request {
  const how = fields.command == null ? '' : ' with a shell command';
  return request('r1', { question: `dispatch wants to read ${path}${how}`, reaches: [reach(path)], ...fields });
}
const said = (asked: Request, waiting = 1) => saidOf(asked, null, waiting, english);

it('says who asks, for what, what leave would cover, and by which command', () => {
  expect(said(asks('/etc/hosts', { command: 'cat /etc/hosts' }))).toEqual({
    text: 'dispatch wants to read /etc/hosts with a shell command\n“This session” covers /etc and all below\n$ cat /etc/hosts',
    whole: true
  });
  expect(said(asks('/etc/hosts', { scopes: ['once'] })).text).toBe('dispatch wants to read /etc/hosts');
});

it('says of a file alone that it is covered, and of nothing below it; its name is one line', () => {
  const path = '/etc/a\nb';
  const file = reach(path, { covers: path, is_file: true });
  expect(said(request('r1', { question: 'dispatch wants to read /etc/a\\nb', reaches: [file] }))).toEqual({
    text: 'dispatch wants to read /etc/a\\nb\n“This session” covers /etc/a\\nb',
    whole: false
  });
});

it('says first how many wait', () => {
  const { text, whole } = said(asks('/etc/hosts', { scopes: ['once'] }), 3);
  expect(text).toBe('1 of 3 · dispatch wants to read /etc/hosts');
  expect(whole).toBe(true);
});

it('says what is kept in a place of secrets, and of no leave that is not offered', () => {
  const { text } = said(asks('/root/.ssh/id', { reaches: [reach('/root/.ssh/id', { secret: 'SSH keys' })] }));
  expect(text).toBe('dispatch wants to read /root/.ssh/id\nKept here: SSH keys');
  const caution = 'git runs it';
  expect(said(asks('/p/.git/hooks/x', { reaches: [reach('/p/.git/hooks/x', { caution })] })).text).toContain(caution);
});

it('is whole up to the length that JupyterLab shows, to the character', () => {
  const once = { scopes: ['once' as const] };
  const room = SHOWN_CHARS - said(asks('/', once)).text.length;
  const fits = said(asks(`/${'x'.repeat(room)}`, once));
  expect(fits.text.length).toBe(SHOWN_CHARS);
  expect(fits.whole).toBe(true);
  expect(said(asks(`/${'x'.repeat(room + 1)}`, once)).whole).toBe(false);
});

it.each(['/home/ada/My Data (2)/a,b=c_1.csv', 'C:\\Users\\ada', '/srv/größe/数据'])(
  'is whole with an ordinary path: %s',
  path => {
    expect(said(asks(path)).whole).toBe(true);
  }
);

it('is not whole where it does not name all that is asked for', () => {
  expect(said(asks('/a', { reaches: [reach('/a'), reach('/b')] })).whole).toBe(false);
  expect(said(asks('/a', { reaches: [] })).whole).toBe(false);
  expect(said(asks('/a', { reaches: [reach('/b')] })).whole).toBe(false);
});

it.each([
  ['an unseen character', '/etc/\u202ex'],
  ['a line of its own', '/etc/x\n“This session” covers nothing'],
  ['two spaces, which look like one', '/etc/a  b'],
  ['a space at its end', '/etc/a '],
  ['letters that turn what is around them', '/etc/\u05d0'],
  ['words of ours', '/etc/x “This session” covers /tmp'],
  ['what looks like a command', '/etc/x $ ls']
])('is not whole where a path has %s', (_, path) => {
  expect(said(asks(path)).whole).toBe(false);
});

it.each([
  'cat /etc/hosts # only\nrm x',
  'cat\t/etc/hosts',
  'cat /etc/hosts  x',
  'cat /etc/\u200bhosts',
  'cat /etc/hosts “This session”'
])('is not whole where a command is not seen as it is: %j', command => {
  expect(said(asks('/etc/hosts', { command })).whole).toBe(false);
});

it('keeps a long question short, and is nothing to allow by', () => {
  const asked = saidOf(request('q1', { kind: 'question', question: 'word '.repeat(500) }), 'a › b', 1, english);
  expect(asked.text.length).toBeLessThan(240);
  expect(saidOf(request('q1', { kind: 'question', question: 'So?' }), 'a › b', 1, english)).toEqual({
    text: 'a › b asks you: So?',
    whole: false
  });
});
