import { expect, it } from 'vitest';
import { english } from '../../src/host';
import { renderMarkdown } from '../../src/markdown/render';
import { MarkdownWriter } from '../../src/markdown/writer';

const ANSWER = `# Title

First paragraph with \`code\` and **bold**,
over two lines.

- one
- two

  still two
- three

1. a

2. b

\`\`\`python
def f():

    return 1
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

> quote

Setext
======

    indented code

last [link](https://x.example) 🙂
`;

function whole(markdown: string): string {
  const box = document.createElement('div');
  box.append(renderMarkdown(markdown, english));
  return tidy(box);
}

function tidy(box: HTMLElement): string {
  return box.innerHTML.replace(/>\s+</g, '><').trim();
}

function streamed(markdown: string, step: number): HTMLElement {
  const box = document.createElement('div');
  const writer = new MarkdownWriter(box, english);
  for (let end = 0; end < markdown.length; end += step) writer.write(markdown.slice(0, end), false);
  writer.write(markdown, true);
  return box;
}

it.each([1, 3, 7, 40])('ends as if drawn at once, whatever the pieces (%i characters)', step => {
  expect(tidy(streamed(ANSWER, step))).toBe(whole(ANSWER));
});

it.each([
  ['definitions', 'See [the docs][d].\n\nMore.\n\n[d]: https://x.example/docs\n'],
  ['raw HTML', '<details><summary>s</summary>\n\ninner\n\n</details>\n\nafter\n'],
  ['Windows line ends', '# a\r\n\r\nb\r\n\r\n```\r\nc\r\n```\r\n'],
  ['an unfinished code block', 'text\n\n```js\nlet a = 1;'],
  ['nothing', ''],
  ['white space', '  \n\n ']
])('ends as if drawn at once: %s', (_, markdown) => {
  expect(tidy(streamed(markdown, 2))).toBe(whole(markdown.replace(/\r\n/g, '\n')));
});

it('leaves finished blocks alone', () => {
  const box = document.createElement('div');
  const writer = new MarkdownWriter(box, english);
  writer.write('# Title\n\nSome words\n\nand', false);
  const title = box.querySelector('h1');
  writer.write('# Title\n\nSome words\n\nand more, and more', false);
  writer.write('# Title\n\nSome words\n\nand more, and more.', true);
  expect(box.querySelector('h1')).toBe(title);
  expect(box.textContent).toContain('and more, and more.');
});

it('joins what grows into one block, before the end already', () => {
  const box = document.createElement('div');
  const writer = new MarkdownWriter(box, english);
  for (const end of ['', '2', '2.', '2. b']) writer.write(`1. a\n\n${end}`, false);
  expect(box.querySelectorAll('ol')).toHaveLength(1);
  expect(box.querySelectorAll('li')).toHaveLength(2);
});

it('starts over when the text is another one', () => {
  const box = document.createElement('div');
  const writer = new MarkdownWriter(box, english);
  writer.write('one\n\ntwo\n\nthree', false);
  writer.write('else', false);
  expect(box.textContent?.trim()).toBe('else');
});

it('takes time by the length of the last block, not by that of the answer', () => {
  const paragraph = `${'Some words about `code`, and **more** of them. '.repeat(8)}\n\n`;
  const cost = (paragraphs: number) => {
    const box = document.createElement('div');
    const writer = new MarkdownWriter(box, english);
    const text = paragraph.repeat(paragraphs);
    writer.write(`${text}a`, false);
    const runs = Array.from({ length: 15 }, (_, i) => {
      const started = performance.now();
      writer.write(`${text}a${'b'.repeat(i)}`, false);
      return performance.now() - started;
    });
    return Math.min(...runs);
  };
  cost(5);
  const [short, long] = [cost(5), cost(500)]; // 2 KB and 190 KB
  expect(long).toBeLessThan(Math.max(5 * short, 5));
});

it.each([
  ['quotes', `${'>'.repeat(5_000)} a`],
  ['lists', `${'- '.repeat(5_000)}a`]
])('draws %s in one another as text where they are too many', (_, deep) => {
  const element = document.createElement('div');
  const writer = new MarkdownWriter(element, english);
  writer.write(`Before\n\n${deep}`, false);
  writer.write(`Before\n\n${deep}\n\nAfter`, true);
  expect(element.textContent).toContain('Before');
  expect(element.textContent).toContain('After');
});

it('makes no millions of cells of a few characters', () => {
  const element = document.createElement('div');
  const wide = `${'|a'.repeat(300)}|\n${'|-'.repeat(300)}|\n${'|b\n'.repeat(200)}`;
  new MarkdownWriter(element, english).write(wide, true);
  expect(element.querySelectorAll('td')).toHaveLength(0);
  new MarkdownWriter(element, english).write('|a|b|\n|-|-|\n|1|2|', true);
  expect(element.querySelectorAll('td')).toHaveLength(2);
});
