import type { Translation } from '../host';
import { blocks, renderMarkdown } from './render';

/** What reaches beyond its block, so that the finished text is drawn whole: link definitions and raw HTML. */
const REACHES_OUT = /^ {0,3}(\[[^\]]+\]:|<[a-z/])/im;
/**
 * Blocks at the end that are drawn anew each time: the last one grows, and what it grows into may join the one
 * before ("1. a", blank line, "2" is a list and a paragraph, until the dot makes it a list of two).
 */
const OPEN_BLOCKS = 2;
/** Colouring what changes with every token costs more than it shows: longer open blocks get it at their end. */
const COLOURED_CHARS = 4_000;

/**
 * Draws a growing Markdown text into an element. Blocks that are complete are drawn once and left alone; only
 * the last ones are drawn again, so an update costs what its end costs and not what the whole text does.
 */
export class MarkdownWriter {
  /** The part of the text that is drawn for good, and where in it a piece was added. */
  private settled = '';
  private seams: number[] = [];
  /** The nodes of the blocks that are still open. */
  private tail: ChildNode[] = [];

  /** @param opens whether the page can open files, so that links to them lead somewhere. */
  constructor(
    private readonly element: HTMLElement,
    private readonly trans: Translation,
    private readonly opens = true
  ) {}

  /** Shows the text; `final` once it will not grow any more. */
  write(markdown: string, final: boolean): void {
    const text = markdown.replace(/\r\n?/g, '\n');
    const whole = final && !this.holds(text);
    if (whole || !text.startsWith(this.settled)) this.clear();
    for (const node of this.tail) node.remove();
    const piece = whole ? '' : this.completeBlocks(text.slice(this.settled.length));
    if (piece) {
      this.draw(piece, true);
      this.settled += piece;
      this.seams.push(this.settled.length);
    }
    const rest = text.slice(this.settled.length);
    this.tail = this.draw(rest, final || rest.length < COLOURED_CHARS);
  }

  /** The blocks of `rest` that nothing to come can change. */
  private completeBlocks(rest: string): string {
    const raws = blocks(rest).map(token => token.raw);
    const begun = raws.flatMap((raw, place) => (raw.trim() ? [place] : []));
    const complete = raws.slice(0, begun.at(-OPEN_BLOCKS) ?? 0).join('');
    return rest.startsWith(complete) ? complete : '';
  }

  /** Whether the pieces drawn so far are what the whole text says. */
  private holds(text: string): boolean {
    if (REACHES_OUT.test(text)) return false;
    if (!this.seams.length) return true;
    let end = 0;
    const ends = new Set(blocks(text).map(token => (end += token.raw.length)));
    return this.seams.every(seam => ends.has(seam));
  }

  private draw(markdown: string, colour: boolean): ChildNode[] {
    if (!markdown.trim()) return [];
    const drawn = renderMarkdown(markdown, this.trans, { colour, opens: this.opens });
    const nodes = Array.from(drawn.childNodes);
    this.element.append(drawn);
    return nodes;
  }

  private clear(): void {
    this.element.replaceChildren();
    this.settled = '';
    this.seams = [];
    this.tail = [];
  }
}
