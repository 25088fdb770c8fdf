import { expect, it } from 'vitest';
import { COLUMNS, plainText, Screen } from '../../src/terminal/screen';

const ESC = '\x1b';

/** The lines as text with their classes, as `[bold]text`. */
function shown(...pieces: string[]): string[] {
  const screen = new Screen();
  for (const piece of pieces) screen.write(piece);
  return [...screen.take(), screen.current()].map(line =>
    line.map(({ text, style }) => (style ? `[${style.classes.replaceAll('dsp-ansi-', '')}]${text}` : text)).join('|')
  );
}

it.each([
  ['plain text', ['plain text']],
  ['two\nlines\n', ['two', 'lines', '']],
  ['dos\r\nlines\r\n', ['dos', 'lines', '']],
  ['a\tb', ['a\tb']],
  ['10%\r20%\r100%', ['100%']],
  ['100%\r20%', ['20%%']],
  [`long line\r${ESC}[Kshort`, ['short']],
  [`done\r${ESC}[2Kok`, ['ok']],
  ['abc\b\bX', ['aXc']],
  ['\b\b\rX', ['X']],
  [`abcdef\r${ESC}[3C${ESC}[K!`, ['abc!']],
  [`abc${ESC}[2D_`, ['a_c']],
  [`npm ⠋${ESC}[1G${ESC}[0Knpm ⠙`, ['npm ⠙']],
  [`abcdef${ESC}[3D${ESC}[1Kx`, ['   xef']],
  [`wiped${ESC}[H${ESC}[2J`, ['']],
  [`wiped${ESC}[3J`, ['']],
  [`ab${ESC}[3C${ESC}[Kx`, ['ab   x']],
  [`${ESC}[31mabcdef\r${ESC}[K${ESC}[0m${ESC}[3Cx`, ['   x']],
  [`a${ESC}(Bb${ESC}#8c`, ['abc']],
  ['e\u0301te\u0301\rE', ['Ete\u0301']],
  ['👩‍🚀 up\rX', ['X🚀 up']]
])('shows what a terminal would: %j', (output, lines) => {
  expect(shown(output)).toEqual(lines);
});

it.each([
  [`${ESC}[31mred${ESC}[0m plain`, ['[1]red| plain']],
  [`${ESC}[1;3;4mall${ESC}[22m less${ESC}[m none`, ['[bold italic underline]all|[italic underline] less| none']],
  [
    `${ESC}[2mdim${ESC}[22m ${ESC}[9mout${ESC}[29m ${ESC}[21mdouble${ESC}[24m`,
    ['[dim]dim| |[strike]out| |[underline]double']
  ],
  [`${ESC}[92;41mon${ESC}[49moff${ESC}[39mnone`, ['[on-1]on|[10]off|none']],
  [`${ESC}[100m${ESC}[37mx`, ['[on-8]x']],
  [`${ESC}[7mswap${ESC}[27mback`, ['[inverse]swap|back']],
  [`${ESC}[7;32mPASS`, ['[on-2]PASS']],
  [`${ESC}[38;5;9mbright${ESC}[38;5;208mown${ESC}[38:2::1:2:3mown too`, ['[9]bright|[own]own|[own]own too']],
  [`${ESC}[31mover\nlines`, ['[1]over', '[1]lines']],
  [`${ESC}[4:3mcurly${ESC}[4:0mnone`, ['[underline]curly|none']],
  ['same\x1b[0m run', ['same run']]
])('colours: %j', (output, lines) => {
  expect(shown(output)).toEqual(lines);
});

it('is not moved by where the output is cut', () => {
  const output =
    `a${ESC}[1;38;5;208mb${ESC}]0;title${ESC}\\c${ESC}]8;;http://x.org\x07link${ESC}]8;;\x07` +
    `\r\nd${ESC}(B${ESC}[?25le\u009b31mf${ESC}P1$r0m${ESC}\\g\r${ESC}[Kh\n`;
  const whole = shown(output);
  expect(whole).toEqual(['a|[own bold]bclink', '[1 bold]h', '']);
  expect(shown(...output)).toEqual(whole);
  for (let cut = 1; cut < output.length; cut++) expect(shown(output.slice(0, cut), output.slice(cut))).toEqual(whole);
});

it.each([
  ['a title', `a${ESC}]0;evil\x07b`, ['ab']],
  ['a link', `${ESC}]8;id=1;https://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`, ['text']],
  ['a title that never ends', `a${ESC}]0;hidden\nseen`, ['a', 'seen']],
  ['a picture that never ends', `a${ESC}Pq#0;2;0\nseen`, ['a', 'seen']],
  ['a string that is called off', `a${ESC}]0;x\x18b`, ['ab']],
  ['one escape inside another', `a${ESC}]0;x${ESC}[31mb`, ['a|[1]b']],
  ['moves', `a${ESC}[5A${ESC}[99B${ESC}[3;4Hb${ESC}[s${ESC}[u${ESC}7${ESC}8${ESC}c`, ['ab']],
  ['modes', `${ESC}[?1049h${ESC}[?25lb${ESC}[>4;1mc`, ['bc']],
  ['huge numbers', `${ESC}[${'9'.repeat(50)}mx${ESC}[99999999999Cy${ESC}[38;5;99999mz`, [`x${' '.repeat(319)}yz`]],
  ['numbers without end', `${ESC}[${'1;'.repeat(10_000)}mx`, ['x']],
  ['a broken sequence', `${ESC}[12\nx${ESC}[1éy`, ['', 'xéy']],
  ['a lone escape', `x${ESC}`, ['x']],
  ['an unfinished colour', `${ESC}[38;2;255mx${ESC}[48;5my${ESC}[38mz`, ['xyz']],
  ['values of no colour', `${ESC}[38;2;256;0;0mx${ESC}[38;5;-1my${ESC}[38;5;;mz`, ['xyz']],
  ['NULs, bells and other controls', 'a\x00b\x07c\x05\x0e\x0f\x7fd\x85\x8de', ['abcde']],
  ['half a surrogate pair', 'a\ud83db', ['a\ud83db']],
  ['markup', '<img src=x onerror=alert(1)>&lt;', ['<img src=x onerror=alert(1)>&lt;']]
])('lives with %s', (_, output, lines) => {
  expect(shown(output)).toEqual(lines);
});

it('breaks a line that never ends', () => {
  expect(shown('x'.repeat(COLUMNS * 2 + 5)).map(line => line.length)).toEqual([COLUMNS, COLUMNS, 5]);
});

it('does not pile marks up on one character without end', () => {
  const [line = ''] = shown(`a${'\u0301'.repeat(100_000)}b`);
  expect(line.length).toBeLessThan(20);
  expect(line).toMatch(/^a\u0301+b$/);
});

it('is not slowed down by what overwrites one line again and again', () => {
  const started = performance.now();
  shown(
    `${'x'.repeat(COLUMNS - 1)}${'\ra'.repeat(200_000)}`,
    `${ESC}]`,
    'x'.repeat(1_000_000),
    `${ESC}[`.repeat(200_000)
  );
  expect(performance.now() - started).toBeLessThan(2_000);
});

it('gives the text alone, as it would be copied', () => {
  expect(plainText(`${ESC}[31mred${ESC}[0m\n10%\r20%\n\nend`)).toBe('red\n20%\n\nend');
  const long = 'x'.repeat(COLUMNS * 3);
  expect(plainText(long)).toBe(long);
  expect(plainText(`${ESC}[99999999Cx`).length).toBeLessThanOrEqual(COLUMNS);
});

it('fills no long lines with blanks for a few characters', () => {
  const lines = plainText(`${ESC}[1999Cx\n`.repeat(1_000)).split('\n');
  expect(lines[0]?.trim()).toBe('x');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThan(400);
  expect(plainText(`${'x'.repeat(5_000)}${ESC}[1Dy`)).toBe(`${'x'.repeat(4_999)}y`); // where there is text, it may
});
