import { type Line, Screen } from './screen';

/**
 * Draws growing terminal output into an element, a block a line. Lines that are settled are drawn once, so an update
 * costs what it adds; the oldest go when there are too many. Whatever the output holds, it becomes text nodes.
 */
export class TerminalWriter {
  private screen = new Screen();
  private seen = '';
  private last: HTMLElement | null = null;
  private shown = 0;
  private _dropped = 0;

  /** @param most lines in the element; the line being written comes on top. */
  constructor(
    private readonly element: HTMLElement,
    private readonly most: number
  ) {}

  /** Lines that are not in the element, being too old. */
  get dropped(): number {
    return this._dropped;
  }

  /** Shows the output: more of it than last time, or another one. */
  write(output: string): void {
    if (!output.startsWith(this.seen)) this.clear();
    this.screen.write(output.slice(this.seen.length));
    this.seen = output;
    const lines = this.screen.take();
    const drawn = document.createDocumentFragment();
    for (const line of lines.slice(-this.most)) drawn.append(drawLine(line, '\n'));
    this.last?.remove();
    this.element.append(drawn);
    this.shown += Math.min(lines.length, this.most);
    this._dropped += Math.max(0, lines.length - this.most);
    for (; this.shown > this.most; this.shown--, this._dropped++) this.element.firstChild?.remove();
    const current = this.screen.current();
    this.last = current.length ? drawLine(current, '') : null;
    if (this.last) this.element.append(this.last);
  }

  private clear(): void {
    this.element.replaceChildren();
    this.screen = new Screen();
    this.seen = '';
    this.last = null;
    this.shown = 0;
    this._dropped = 0;
  }
}

/** @param end its line's end, so that what is selected and copied has it. */
function drawLine(line: Line, end: string): HTMLElement {
  const block = document.createElement('div');
  block.className = 'dsp-term-line';
  for (const { text, style } of line) {
    if (!style) {
      block.append(text);
      continue;
    }
    const span = document.createElement('span');
    span.className = style.classes;
    for (const [name, value] of Object.entries(style.properties)) span.style.setProperty(name, value);
    span.append(text);
    block.append(span);
  }
  block.append(end);
  return block;
}
