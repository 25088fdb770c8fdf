import { expect, it } from 'vitest';
import { coverage, endingOf, headingOf, ruleWords, whyWords } from '../../src/components/permission-words';
import { english } from '../../src/host';
import { decision, reach, request } from '../records';

const write = { operation: 'write' } as const;

it.each([
  [[reach('/etc/hosts'), reach('/etc/services')], ['read /etc']],
  [[reach('/srv/a/b'), reach('/srv/c')], ['read /srv']],
  [
    [reach('/srv-2/a'), reach('/srv/c')],
    ['read /srv-2', 'read /srv']
  ],
  [[reach('/a/b'), reach('/c')], ['read /']],
  // to write is to read, too, but not the other way round
  [[reach('/srv/a', write), reach('/srv/b/c')], ['write /srv']],
  [
    [reach('/srv/b/a', write), reach('/srv/c')],
    ['write /srv/b', 'read /srv']
  ],
  [
    [reach('/srv/a', write), reach('/srv/a', { operation: 'execute' })],
    ['write /srv', 'execute /srv']
  ]
])('names each folder that leave would cover once (%#)', (reaches, covered) => {
  expect(coverage(reaches).map(({ operation, covers }) => `${operation} ${covers}`)).toEqual(covered);
});

const again = 'It will be run again from its beginning.';
const hook = { ...write, covers: '/p/.git/hooks', caution: 'Git runs it.', guarded: true, limit: 'session' } as const;

it.each([
  ['Read outside the project?', [reach('/etc/hosts', { caution: again })]],
  ['Write outside the project?', [reach('/srv/a', { ...write, caution: again })]],
  [
    'Reach outside the project?',
    [reach('/etc/hosts', { caution: again }), reach('/srv/a', { ...write, caution: again })]
  ],
  [
    'Run something outside the project?',
    [reach('/', { operation: 'execute', caution: 'It may touch anything.', limit: 'once' })]
  ],
  ['Read outside the project?', [reach('/', { caution: again, limit: 'once' })]],
  ['Write outside the project?', [reach('/home', { ...write, caution: again, limit: 'once' })]],
  ['Write what is no ordinary file?', [reach('/p/.git/hooks/x', hook)]],
  ['Write what is no ordinary file?', [reach('/p/.git/hooks/x', { ...hook, caution: `Git runs it. ${again}` })]],
  ['Write what is no ordinary file?', [reach('/p/run-by-git', { ...hook, limit: 'once' }), reach('/p/.envrc', hook)]],
  ['Write outside the project?', [reach('/p/.git/hooks/x', hook), reach('/srv/a', { ...write, caution: again })]],
  ['Reach a place of secrets?', [reach('/root/.ssh/id', { secret: 'SSH keys', caution: again, limit: 'once' })]]
])('asks what is meant, whatever there is to be heeded: %s (%#)', (words, reaches) => {
  expect(headingOf(request('r1', { reaches }), english)).toBe(words);
});

it('names a few places of many in a line of the thread, and all of them in its title', () => {
  const reaches = ['/a/x', '/b/x', '/c/x', '/d/x'].map(path => reach(path));
  const ended = request('r1', { reaches, status: 'answered', answer: 'deny', note: 'no' });
  expect(endingOf(ended, null, english, 3)).toBe('You denied reading /a/x, reading /b/x and 2 more: “no”');
  const write = { ...ended, reaches: [reach('/a/x', { operation: 'write' })], note: null };
  expect(endingOf(write, null, english)).toBe('You denied writing /a/x');
  expect(endingOf(ended, null, english)).toBe(
    'You denied reading /a/x, reading /b/x, reading /c/x and reading /d/x: “no”'
  );
  const three = request('r1', { ...ended, reaches: reaches.slice(1) });
  expect(endingOf(three, null, english, 3)).toBe('You denied reading /b/x, reading /c/x and reading /d/x: “no”');
});

it('calls the person who looks “you”', () => {
  expect(whyWords('stopped by ada', 'ada', english)).toBe('stopped by you');
  expect(whyWords('stopped by bob', 'ada', english)).toBe('stopped by bob');
  expect(whyWords('stopped by ada', null, english)).toBe('stopped by ada');
});

it.each([
  ['person: deny', 'denied by you'],
  ['not stored', 'the answer could not be stored'],
  ['changed by a command', 'changed by a command, and could not be put back'],
  ['put back', 'changed by a command, and put back'],
  ['guarded', 'guarded']
])('says in words by which rule something was decided: %s', (rule, words) => {
  expect(ruleWords(decision('d1', { rule, by: 'ada' }), 'ada', english)).toBe(words);
});
