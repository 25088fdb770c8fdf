import { Marked, type Token } from 'marked';
import type { Translation } from '../host';
import { highlight } from './highlight';
import { sanitize } from './sanitize';

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: { checkbox: ({ checked }) => (checked ? '☑ ' : '☐ ') }
});

/** Markdown as its top-level blocks. */
export function blocks(markdown: string): Token[] {
  return marked.lexer(markdown);
}

/** Markdown as safe nodes: sanitised, code coloured, every code block with its copy button. */
export function renderMarkdown(markdown: string, trans: Translation, colour = true): DocumentFragment {
  const fragment = sanitize(marked.parse(markdown, { async: false }));
  for (const pre of fragment.querySelectorAll('pre')) dressCode(pre, trans, colour);
  for (const table of fragment.querySelectorAll('table')) {
    const scroller = document.createElement('div');
    scroller.className = 'dsp-table';
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return fragment;
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
