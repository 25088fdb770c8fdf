import { expect, it } from 'vitest';
import { TerminalWriter } from '../../src/terminal/writer';

function setUp(most = 100) {
  const element = document.createElement('pre');
  return { element, writer: new TerminalWriter(element, most) };
}

it('draws text and colours as nodes, never as markup', () => {
  const { element, writer } = setUp();
  writer.write('<b>no</b>\n\x1b[31m<script>alert(1)</script>\x1b[0m&amp;');
  expect(element.textContent).toBe('<b>no</b>\n<script>alert(1)</script>&amp;');
  expect([...element.querySelectorAll('*')].map(e => `${e.localName}.${e.className}`)).toEqual([
    'div.dsp-term-line',
    'div.dsp-term-line',
    'span.dsp-ansi-1'
  ]);
});

it('cannot be made to set anything but colours', () => {
  const { element, writer } = setUp();
  writer.write('\x1b[38;2;1;2;3mx\x1b[38:2:url(http%3A//evil):1:2:3my\x1b[48;5;200mz');
  expect([...element.querySelectorAll('span')].map(span => Array.from(span.style))).toEqual([
    ['--dsp-in-light', '--dsp-in-dark'],
    ['background-color', 'color']
  ]);
});

it('leaves settled lines alone as more comes', () => {
  const { element, writer } = setUp();
  let output = 'one\ntwo\nthr';
  writer.write(output);
  const [one, two] = Array.from(element.children);
  output += 'ee\nfour';
  writer.write(output);
  expect(element.textContent).toBe('one\ntwo\nthree\nfour');
  expect(element.children[0]).toBe(one);
  expect(element.children[1]).toBe(two);
});

it('draws a progress bar in its place', () => {
  const { element, writer } = setUp();
  let output = 'start\n';
  for (let share = 0; share <= 100; share += 10) {
    output += `\r${share}%`;
    writer.write(output);
  }
  expect(element.textContent).toBe('start\n100%');
  expect(element.children).toHaveLength(2);
});

it('keeps the latest lines, and counts the others', () => {
  const { element, writer } = setUp(3);
  writer.write('1\n2\n');
  expect(writer.dropped).toBe(0);
  writer.write('1\n2\n3\n4\n5');
  expect([element.textContent, writer.dropped]).toEqual(['2\n3\n4\n5', 1]);
  writer.write(`1\n2\n3\n4\n5\n${'x\n'.repeat(10)}end`);
  expect([element.textContent, writer.dropped]).toEqual(['x\nx\nx\nend', 12]);
});

it('begins anew where the output did', () => {
  const { element, writer } = setUp(2);
  writer.write('\x1b[31mlost\n1\n2\n3\n');
  writer.write('[… earlier output is not shown …]\nplain');
  expect(element.textContent).toBe('[… earlier output is not shown …]\nplain');
  expect(element.querySelector('span')).toBeNull();
  expect(writer.dropped).toBe(0);
});

it('takes a flood in its stride', () => {
  const { element, writer } = setUp(2_000);
  let output = '';
  const took = Array.from({ length: 8 }, () => {
    output += '\x1b[32mok\x1b[0m some line of output\n'.repeat(1_000);
    const started = performance.now();
    writer.write(output);
    return performance.now() - started;
  });
  expect(element.children).toHaveLength(2_000);
  // each piece costs what it is long, not what came before it
  expect(Math.min(...took.slice(4))).toBeLessThan(3 * Math.max(...took.slice(0, 2)));
});
