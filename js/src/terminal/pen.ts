import {
  contrast,
  css,
  DARK_GROUND,
  inkOn,
  LEAST_CONTRAST,
  LIGHT_GROUND,
  paletteColour,
  type Rgb,
  readableOn
} from './colour';

/** How a stretch of text looks: classes of the style sheet, and the colours it cannot know. */
export interface Style {
  readonly classes: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** One of the 16 that themes define, by number, or an exact one. */
type Colour = number | Rgb;

const FLAGS = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 9: 'strike' } as const;
type Flag = (typeof FLAGS)[keyof typeof FLAGS];
const OFF: Readonly<Record<number, readonly Flag[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  29: ['strike']
};

/** What “select graphic rendition” has set. It stays until it is set otherwise, from line to line. */
export class Pen {
  private readonly flags = new Set<Flag>();
  private front: Colour | null = null;
  private back: Colour | null = null;
  private inverse = false;
  private known: Style | null | undefined = null;

  /** The look of what is written now; `null` where it is plain. The same object until something changes. */
  get style(): Style | null {
    if (this.known === undefined) this.known = this.resolve();
    return this.known;
  }

  /** @param parameters as `1;38;5;208`; what is unknown is passed over. */
  set(parameters: string): void {
    this.known = undefined;
    const groups = parameters.split(';').map(group => group.split(':').map(Number));
    for (let place = 0; place < groups.length; place++) {
      const [code = 0, ...details] = groups[place] ?? [];
      if (code !== 38 && code !== 48) {
        this.simple(code, details[0]);
        continue;
      }
      // 38;5;N and 38;2;R;G;B take the groups after them, 38:5:N and 38:2::R:G:B hold it all
      const following = groups.slice(place + 1, place + 5).map(([value = 0]) => value);
      const { colour, used } = details.length ? { colour: inGroup(details), used: 0 } : inGroups(following);
      place += used;
      if (colour === null) continue;
      if (code === 38) this.front = colour;
      else this.back = colour;
    }
  }

  private simple(code: number, detail: number | undefined): void {
    const flag = FLAGS[code === 21 ? 4 : (code as keyof typeof FLAGS)];
    if (code === 0) this.reset();
    else if (code === 4 && detail === 0) this.flags.delete('underline');
    else if (flag) this.flags.add(flag);
    else if (OFF[code]) for (const off of OFF[code]) this.flags.delete(off);
    else if (code === 7 || code === 27) this.inverse = code === 7;
    else if (code === 39) this.front = null;
    else if (code === 49) this.back = null;
    else if (code >= 30 && code <= 37) this.front = code - 30;
    else if (code >= 40 && code <= 47) this.back = code - 40;
    else if (code >= 90 && code <= 97) this.front = code - 82;
    else if (code >= 100 && code <= 107) this.back = code - 92;
  }

  private reset(): void {
    this.flags.clear();
    this.front = this.back = null;
    this.inverse = false;
  }

  private resolve(): Style | null {
    const { classes, properties } = this.inverse
      ? coloured(this.back, this.front ?? 'text')
      : coloured(this.front, this.back);
    const all = [...classes, ...Array.from(this.flags, flag => `dsp-ansi-${flag}`)];
    return all.length ? { classes: all.join(' '), properties } : null;
  }
}

interface Look {
  readonly classes: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * That colour on that ground, so that it can be read whatever the theme. On a ground of the theme's own 16 colours
 * text is drawn in the colour of the page: they all stand out from it, but not from one another.
 */
function coloured(front: Colour | null, back: Colour | 'text' | null): Look {
  if (back === 'text') return { classes: ['dsp-ansi-inverse'], properties: {} };
  if (typeof back === 'number') return { classes: [`dsp-ansi-on-${back}`], properties: {} };
  if (back !== null) return { classes: ['dsp-ansi-on-own'], properties: exact(front, back) };
  if (typeof front === 'number') return { classes: [`dsp-ansi-${front}`], properties: {} };
  if (front === null) return { classes: [], properties: {} };
  return {
    classes: ['dsp-ansi-own'],
    properties: {
      '--dsp-in-light': css(readableOn(LIGHT_GROUND, front)),
      '--dsp-in-dark': css(readableOn(DARK_GROUND, front))
    }
  };
}

function exact(front: Colour | null, back: Rgb): Record<string, string> {
  const fits = front !== null && typeof front !== 'number' && contrast(front, back) >= LEAST_CONTRAST;
  return { 'background-color': css(back), color: css(fits ? front : inkOn(back)) };
}

function inGroups([mode, ...values]: readonly number[]): { colour: Colour | null; used: number } {
  if (mode === 5) return { colour: indexed(values[0]), used: 2 };
  if (mode === 2) return { colour: rgb(values), used: 4 };
  return { colour: null, used: 0 };
}

function inGroup([mode, ...values]: readonly number[]): Colour | null {
  if (mode === 5) return indexed(values[0]);
  return mode === 2 ? rgb(values.slice(-3)) : null; // the colour space, where it is given, comes first
}

function indexed(index: number | undefined): Colour | null {
  if (index === undefined || !isByte(index)) return null;
  return index < 16 ? index : paletteColour(index);
}

function rgb([red, green, blue]: readonly number[]): Rgb | null {
  if (red === undefined || green === undefined || blue === undefined) return null;
  return [red, green, blue].every(isByte) ? [red, green, blue] : null;
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}
