import { expect, it } from 'vitest';
import { pieces, visible, visibleName } from '../../src/components/shown-text';

const marks = (text: string, spans: [number, number][]) =>
  pieces(text, spans)
    .map(({ text, mark }) => ({ plain: text, marked: `<${text}>`, unseen: `{${text}}` })[mark])
    .join('');

it('marks the spans, in any order, merged where they overlap and cut where they leave the text', () => {
  expect(
    marks('cat /etc/hosts /var/log', [
      [15, 23],
      [4, 14]
    ])
  ).toBe('cat </etc/hosts> </var/log>');
  expect(
    marks('cat /etc/hosts', [
      [4, 8],
      [6, 14]
    ])
  ).toBe('cat </etc/hosts>');
  expect(
    marks('cat /x', [
      [4, 99],
      [-3, 0],
      [5, 5]
    ])
  ).toBe('cat </x>');
});

it('counts in UTF-16 code units, as the server does', () => {
  expect(marks('echo 🙂 /etc', [[8, 12]])).toBe('echo 🙂 </etc>');
});

it('names what cannot be seen or turns the order around', () => {
  expect(marks('rm \u202e/tmp', [[3, 8]])).toBe('rm {U+202E}</tmp>');
  expect(visible('a\u200bb\u0000c\rd\u00a0e\ue0001')).toContain('aU+200BbU+0000cU+000DdU+00A0e');
  expect(visible('a\tb\n c 日本 é')).toBe('a\tb\n c 日本 é');
});

it('writes a name in one line', () => {
  expect(visibleName('/srv/a\nb\tc d\u202e')).toBe('/srv/a\\nb\\tc dU+202E');
});

it.each(['\u2800', '\ufffc', '\u{1d159}'])('names signs that have no ink, whatever their class (%j)', sign => {
  expect(visible(`a${sign}b`)).toMatch(/^aU\+[0-9A-F]{4,}b$/);
});
