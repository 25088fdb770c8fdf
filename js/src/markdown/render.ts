import { Marked, type Token } from 'marked';
import type { Translation } from '../host';
import { highlight } from './highlight';
import { sanitize } from './sanitize';

/** A table of more cells stays text: a row of one character is filled up with as many cells as the head has. */
const MOST_CELLS = 20_000;

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: { checkbox: ({ checked }) => (checked ? '☑ ' : '☐ ') },
  tokenizer: { table: text => (cellsOf(text) > MOST_CELLS ? undefined : false) } // false: as usual
});

/** Markdown as its top-level blocks; as one where it cannot be taken apart. */
export function blocks(markdown: string): Token[] {
  try {
    return marked.lexer(markdown);
  } catch (error) {
    if (!isTooDeep(error)) throw error;
    return [{ type: 'text', raw: markdown, text: markdown }];
  }
}

export interface Dress {
  /** Code in colours. */
  readonly colour?: boolean;
  /** Links to files of the project lead somewhere. */
  readonly opens?: boolean;
}

/** Markdown as safe nodes: sanitised, code coloured, every code block with its copy button. */
export function renderMarkdown(markdown: string, trans: Translation, dress: Dress = {}): DocumentFragment {
  try {
    return dressed(sanitize(marked.parse(markdown, { async: false })), trans, dress);
  } catch (error) {
    if (!isTooDeep(error)) throw error;
    return asText(markdown); // else one answer of two thousand “>” would keep all that follow from being drawn
  }
}

/** A stack has no room for thousands of quotes or lists in one another. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof Error && error.message === 'too much recursion');
}

function asText(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const pre = document.createElement('pre');
  pre.tabIndex = 0;
  pre.textContent = text;
  fragment.append(pre);
  return fragment;
}

/** How many cells the table has that perhaps begins here, at most. */
function cellsOf(text: string): number {
  const [head = ''] = text.split('\n', 1);
  const end = text.search(/\n[ \t]*\n/);
  const lines = (end < 0 ? text : text.slice(0, end)).split('\n').length;
  return head.split('|').length * lines;
}

function dressed(
  fragment: DocumentFragment,
  trans: Translation,
  { colour = true, opens = true }: Dress
): DocumentFragment {
  for (const image of fragment.querySelectorAll('img:not([src])')) image.replaceWith(imageWords(image, trans));
  if (!opens) for (const link of fragment.querySelectorAll<HTMLElement>('a[data-path]')) link.replaceWith(asName(link));
  for (const pre of fragment.querySelectorAll('pre')) dressCode(pre, trans, colour);
  for (const table of fragment.querySelectorAll('table')) {
    const scroller = document.createElement('div');
    scroller.className = 'dsp-table';
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return fragment;
}

/** What stands for an image that was not fetched. */
function imageWords(image: Element, trans: Translation): Node {
  const words = document.createElement('em');
  words.textContent = `[${image.getAttribute('alt') || trans.__('image')}]`;
  return words;
}

/** A file's name where nothing can open the file: as code, once. */
function asName(link: HTMLElement): Node {
  const name = document.createElement(link.querySelector('code, img') ? 'span' : 'code');
  name.title = link.dataset.path ?? '';
  name.append(...link.childNodes);
  return name;
}

function dressCode(pre: HTMLPreElement, trans: Translation, colour: boolean): void {
  const code = pre.querySelector('code');
  const language = /language-(\S+)/.exec(code?.className ?? '')?.[1] ?? '';
  if (code && colour) highlight(code, language);
  const box = document.createElement('div');
  box.className = 'dsp-code';
  const bar = document.createElement('div');
  bar.className = 'dsp-code-bar';
  const name = document.createElement('span');
  name.textContent = language;
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.dataset.copy = 'code';
  copy.textContent = trans.__('Copy');
  copy.setAttribute('aria-label', trans.__('Copy this code'));
  bar.append(name, copy);
  pre.tabIndex = 0; // so that the keyboard can scroll what is wider than the panel
  pre.replaceWith(box);
  box.append(bar, pre);
}
