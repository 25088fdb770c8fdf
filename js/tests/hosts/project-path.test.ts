import { expect, it } from 'vitest';
import { contentsPath, isHidden } from '../../src/hosts/lab/project-path';

it.each([
  ['a.py', '/home/ada/p', '/home/ada/p', 'a.py'],
  ['src/a.py', '/home/ada/p', '/home/ada', 'p/src/a.py'],
  ['src/a.py', '/home/ada/p', '/', 'home/ada/p/src/a.py'],
  ['a.py', '/home/ada/p', '~/p', 'a.py'],
  ['a.py', '/home/ada/src/p', '~/src', 'p/a.py'],
  ['a.py', '/home/ada', '~', 'a.py'],
  ['src\\a.py', 'C:\\Users\\ada\\p', 'C:/Users/ada/p', 'src/a.py'],
  ['/home/ada/p/src/a.py', '/home/ada/p', '/home/ada', 'p/src/a.py'],
  ['a.py', '/home/ada/project', '/home/ada/p', null],
  ['a.py', '/elsewhere', '~/p', null]
])('%s of %s is below %s', (path, project, root, expected) => {
  expect(contentsPath(path, project, root)).toBe(expected);
});

it('knows which files Jupyter hides', () => {
  expect(['.skills/default/a.md', 'p/.dispatch/agents/a.toml', 'p/.a'].map(isHidden)).toEqual([true, true, true]);
  expect(['dispatch.yaml', 'p/a.b/c.md', ''].map(isHidden)).toEqual([false, false, false]);
});
