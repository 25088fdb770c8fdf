/** Red, green and blue, each 0 to 255. */
export type Rgb = readonly [number, number, number];

/** What output is shown on, near enough, in light and in dark themes; and the least contrast with it (WCAG AA). */
export const LIGHT_GROUND: Rgb = [240, 240, 240];
export const DARK_GROUND: Rgb = [48, 48, 48];
export const LEAST_CONTRAST = 4.5;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const STEPS = 20;

/** The colours 16 to 255 of the palette of 256: a cube of six steps a side, then greys. */
export function paletteColour(index: number): Rgb {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const place = index - 16;
  const side = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  return [side(Math.floor(place / 36)), side(Math.floor(place / 6) % 6), side(place % 6)];
}

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The colour, moved towards black or white until it can be read on that ground. */
export function readableOn(ground: Rgb, colour: Rgb): Rgb {
  const end = inkOn(ground);
  for (let step = 0; step < STEPS; step++) {
    const moved = mix(colour, end, step / STEPS);
    if (contrast(moved, ground) >= LEAST_CONTRAST) return moved;
  }
  return end;
}

/** Black or white, whichever can be read better on that ground. */
export function inkOn(ground: Rgb): Rgb {
  return contrast(ground, WHITE) > contrast(ground, BLACK) ? WHITE : BLACK;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (a: number, b: number) => Math.round(a + (b - a) * share);
  return [part(from[0], to[0]), part(from[1], to[1]), part(from[2], to[2])];
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
