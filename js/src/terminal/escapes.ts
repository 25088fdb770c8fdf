/** What is left of a terminal's language once it is taken apart. */
export interface Sink {
  /** Text to be shown; never holds a control character. */
  print(text: string): void;
  /** One of `\n`, `\r`, `\b`. */
  control(character: string): void;
  /** A control sequence (CSI), as `m` with `1;31`. */
  sequence(final: string, parameters: string): void;
}

type State = 'ground' | 'escape' | 'sequence' | 'string';

const BEL = 0x07;
const BACKSPACE = 0x08;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;
const ESCAPE = 0x1b;
const DELETE = 0x7f;
const CSI = 0x9b;
const STRING_END = 0x9c;
/** DCS, SOS, OSC, PM and APC in their eight-bit form; after ESC the letter does the same. */
const STRINGS = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f]);
const STRING_LETTERS = 'PX]^_';
/** No sequence that means anything here is longer. */
const MOST_PARAMETERS = 128;

/**
 * Takes terminal output apart, in pieces cut anywhere. What is not understood (titles, links, modes, pictures) is
 * dropped. Nothing it is given can make it hold on to more than a few characters, or hide the line after this one.
 */
export class Escapes {
  private state: State = 'ground';
  private parameters = '';

  constructor(private readonly sink: Sink) {}

  feed(text: string): void {
    let at = 0;
    while (at < text.length) at = this.step(text, at);
  }

  /** @returns where to go on; the same place where another state has to look at it. */
  private step(text: string, at: number): number {
    switch (this.state) {
      case 'ground':
        return this.ground(text, at);
      case 'escape':
        return this.escape(text, at);
      case 'sequence':
        return this.inSequence(text, at);
      case 'string':
        return this.inString(text, at);
    }
  }

  private ground(text: string, at: number): number {
    let end = at;
    while (end < text.length && isPrintable(text.charCodeAt(end))) end++;
    if (end > at) this.sink.print(text.slice(at, end));
    if (end === text.length) return end;
    const code = text.charCodeAt(end);
    if (code === ESCAPE) this.state = 'escape';
    else if (code === CSI) this.begin();
    else if (STRINGS.has(code)) this.state = 'string';
    else if (code === NEWLINE || code === RETURN || code === BACKSPACE) this.sink.control(text[end] ?? '');
    return end + 1;
  }

  private escape(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code === ESCAPE || isIntermediate(code)) return at + 1;
    this.state = 'ground';
    if (text[at] === '[') this.begin();
    else if (STRING_LETTERS.includes(text[at] ?? '')) this.state = 'string';
    else if (code < 0x20 || code >= DELETE) return at; // no escape after all
    return at + 1;
  }

  private begin(): void {
    this.state = 'sequence';
    this.parameters = '';
  }

  private inSequence(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if ((code >= 0x30 && code <= 0x3f) || isIntermediate(code)) {
      if (this.parameters.length <= MOST_PARAMETERS) this.parameters += text[at];
      return at + 1;
    }
    this.state = 'ground';
    if (code < 0x40 || code >= DELETE) return at; // broken off
    const known = this.parameters.length <= MOST_PARAMETERS && /^[\d;:]*$/.test(this.parameters);
    if (known) this.sink.sequence(text[at] ?? '', this.parameters);
    return at + 1;
  }

  /** Up to its end, which a line's end is too: a string that is never ended hides no more than its line. */
  private inString(text: string, at: number): number {
    for (let end = at; end < text.length; end++) {
      const code = text.charCodeAt(end);
      const over = code === BEL || code === STRING_END || code === CANCEL || code === SUBSTITUTE;
      if (!over && code !== ESCAPE && code !== NEWLINE) continue;
      this.state = code === ESCAPE ? 'escape' : 'ground';
      return code === NEWLINE ? end : end + 1;
    }
    return text.length;
  }
}

function isPrintable(code: number): boolean {
  return (code >= 0x20 && code < DELETE) || code >= 0xa0 || code === TAB;
}

function isIntermediate(code: number): boolean {
  return code >= 0x20 && code <= 0x2f;
}
