import type { Translation } from '../host';
import { blocks, renderMarkdown } from './render';

/** What reaches beyond its block, so that the finished text is drawn whole: link definitions and raw HTML. */
const REACHES_OUT = /^ {0,3}(\[[^\]]+\]:|<[a-z/])/im;

/**
 * Draws a growing Markdown text into an element. Blocks that are complete are drawn once and left alone; only
 * the last one is drawn again, so an update costs what its last block costs and not what the whole text does.
 */
export class MarkdownWriter {
  private text = '';
  /** How much of the text is drawn for good. */
  private settled = 0;
  /** Where the nodes of the last, growing block begin. */
  private tail: ChildNode[] = [];

  constructor(
    private readonly element: HTMLElement,
    private readonly trans: Translation
  ) {}

  /** Shows the text; `final` once it will not grow any more. */
  write(markdown: string, final: boolean): void {
    const text = markdown.replace(/\r\n?/g, '\n');
    if (!text.startsWith(this.text.slice(0, this.settled)) || (final && REACHES_OUT.test(text))) this.clear();
    this.text = text;
    this.dropTail();
    for (const raw of this.completeBlocks(text, final)) {
      this.element.append(renderMarkdown(raw, this.trans));
      this.settled += raw.length;
    }
    const rest = text.slice(this.settled);
    if (!rest.trim()) return;
    const drawn = renderMarkdown(rest, this.trans, rest.length < 4_000);
    this.tail = Array.from(drawn.childNodes);
    this.element.append(drawn);
  }

  private completeBlocks(text: string, final: boolean): string[] {
    const rest = text.slice(this.settled);
    const raws = blocks(rest).map(token => token.raw);
    // should the lexer's pieces not be the text, nothing is settled and all of it is drawn each time
    if (raws.join('') !== rest) return [];
    if (final) return [rest];
    const last = raws.findLastIndex(raw => raw.trim());
    return last > 0 ? [raws.slice(0, last).join('')] : [];
  }

  private dropTail(): void {
    for (const node of this.tail) node.remove();
    this.tail = [];
  }

  private clear(): void {
    this.element.replaceChildren();
    this.settled = 0;
    this.tail = [];
  }
}
