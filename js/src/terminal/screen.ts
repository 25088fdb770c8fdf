import { Escapes } from './escapes';
import { Pen, type Style } from './pen';

/** A stretch of text that looks the same. */
export interface Run {
  readonly text: string;
  readonly style: Style | null;
}

export type Line = readonly Run[];

/** A line is broken after so many characters, as a terminal's edge would, only further out. */
export const COLUMNS = 2_000;
/** The edge of a wide terminal: a sequence goes no further, else ten characters would make a line of thousands. */
const EDGE = 320;
/** More marks than this on one character are left out. */
const MOST_MARKS = 8;
/** What joins the character before it and takes no place of its own. */
const JOINS = /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}])$/u;
/** The first code unit that could. */
const FIRST_MARK = 0x300;

/**
 * Output as lines of a terminal that never moves up: a line can be overwritten until the next one begins, and is
 * settled from then on.
 */
export class Screen {
  private readonly escapes: Escapes;
  private readonly pen = new Pen();
  private settled: Line[] = [];
  /** The line being written: one character and its look a place. */
  private cells: string[] = [];
  private looks: (Style | null)[] = [];
  private column = 0;

  /** @param columns a line is broken after so many. */
  constructor(private readonly columns = COLUMNS) {
    this.escapes = new Escapes({
      print: text => this.print(text),
      control: character => this.control(character),
      sequence: (final, parameters) => this.sequence(final, parameters)
    });
  }

  /** More output, cut anywhere. */
  write(text: string): void {
    this.escapes.feed(text);
  }

  /** The lines that were settled since this was last asked. */
  take(): Line[] {
    const lines = this.settled;
    this.settled = [];
    return lines;
  }

  /** The line that is still being written; empty after a line's end. */
  current(): Line {
    const runs: { text: string; style: Style | null }[] = [];
    this.cells.forEach((cell, place) => {
      const style = this.looks[place] ?? null;
      const last = runs.at(-1);
      if (last && last.style === style) last.text += cell;
      else runs.push({ text: cell, style });
    });
    return runs;
  }

  private print(text: string): void {
    for (const character of text) {
      if (character.charCodeAt(0) >= FIRST_MARK && JOINS.test(character) && this.column > 0) this.join(character);
      else this.put(character);
    }
  }

  private put(character: string): void {
    if (this.column >= this.columns) this.newline();
    this.reach();
    this.cells[this.column] = character;
    this.looks[this.column] = this.pen.style;
    this.column++;
  }

  private join(mark: string): void {
    const place = Math.min(this.column, this.cells.length) - 1;
    const cell = this.cells[place];
    if (cell !== undefined && cell.length < MOST_MARKS + 2) this.cells[place] = cell + mark;
  }

  private control(character: string): void {
    if (character === '\n') this.newline();
    else if (character === '\r') this.column = 0;
    else this.column = Math.max(0, this.column - 1);
  }

  private newline(): void {
    this.settled.push(this.current());
    this.cells = [];
    this.looks = [];
    this.column = 0;
  }

  /** Only what changes text within its line; of the rest nothing could be seen here. */
  private sequence(final: string, parameters: string): void {
    const [first = 0] = parameters.split(';', 1).map(Number);
    const steps = Number.isFinite(first) ? Math.max(1, first) : 1;
    if (final === 'm') this.pen.set(parameters);
    else if (final === 'K' || final === 'J') this.erase(first);
    else if (final === 'C') this.goTo(this.column + steps);
    else if (final === 'D') this.goTo(this.column - steps);
    else if (final === 'G') this.goTo(steps - 1);
  }

  private goTo(column: number): void {
    this.column = Math.min(Math.max(EDGE, this.cells.length), Math.max(0, column));
  }

  /** @param mode 0: from here on; 1: up to here; 2 (3 for a screen): all of it. */
  private erase(mode: number): void {
    if (mode === 0) {
      this.cells.length = Math.min(this.cells.length, this.column);
    } else if (mode === 1) {
      this.cells.fill(' ', 0, this.column + 1);
      this.looks.fill(null, 0, this.column + 1);
    } else if (mode === 2 || mode === 3) {
      this.cells.length = 0;
    }
    this.looks.length = this.cells.length;
  }

  /** Blanks up to where the next character goes. */
  private reach(): void {
    while (this.cells.length < this.column) {
      this.cells.push(' ');
      this.looks.push(null);
    }
  }
}

/** Output as plain text: what a person would copy out of a terminal. */
export function plainText(output: string): string {
  const screen = new Screen(Number.POSITIVE_INFINITY);
  screen.write(output);
  const lines = screen.take();
  return [...lines, screen.current()].map(line => line.map(run => run.text).join('')).join('\n');
}
