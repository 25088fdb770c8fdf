import { expect, it } from 'vitest';
import { coverage, endingOf, ruleWords, whyWords } from '../../src/components/permission-words';
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

it('names a few places of many in a line of the thread, and all of them in its title', () => {
  const reaches = ['/a/x', '/b/x', '/c/x', '/d/x'].map(path => reach(path));
  const ended = request('r1', { reaches, status: 'answered', answer: 'deny', note: 'no' });
  expect(endingOf(ended, null, english, 3)).toBe('You denied reading /a/x, reading /b/x and 2 more: “no”');
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
  ['guarded', 'guarded']
])('says in words by which rule something was decided: %s', (rule, words) => {
  expect(ruleWords(decision('d1', { rule, by: 'ada' }), 'ada', english)).toBe(words);
});
