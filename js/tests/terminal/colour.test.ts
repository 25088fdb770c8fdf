import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
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
} from '../../src/terminal/colour';
import { Pen } from '../../src/terminal/pen';

const SHEET = readFileSync('src/style/terminal.css', 'utf8');

it('knows the palette of 256', () => {
  expect([16, 21, 196, 208, 231, 232, 255].map(paletteColour)).toEqual([
    [0, 0, 0],
    [0, 0, 255],
    [255, 0, 0],
    [255, 135, 0],
    [255, 255, 255],
    [8, 8, 8],
    [238, 238, 238]
  ]);
});

it('measures contrast as WCAG does', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
});

it('makes every colour readable in light and in dark, and leaves alone what is', () => {
  for (const ground of [LIGHT_GROUND, DARK_GROUND])
    for (let index = 16; index < 256; index++)
      expect(contrast(readableOn(ground, paletteColour(index)), ground)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  expect(readableOn(LIGHT_GROUND, [95, 0, 0])).toEqual([95, 0, 0]);
  expect(readableOn(DARK_GROUND, [255, 135, 0])).toEqual([255, 135, 0]);
});

it('keeps text readable on an exact ground', () => {
  for (let front = 16; front < 256; front += 7)
    for (let back = 16; back < 256; back += 5) {
      const pen = new Pen();
      pen.set(`38;5;${front};48;5;${back}`);
      const { color, 'background-color': ground } = pen.style?.properties ?? {};
      expect(ground).toBe(css(paletteColour(back)));
      expect(contrast(rgb(color ?? ''), paletteColour(back))).toBeGreaterThanOrEqual(LEAST_CONTRAST);
    }
});

it('reads both ways to write an exact colour', () => {
  const styles = ['38;2;255;40;0', '38:2:255:40:0', '38:2::255:40:0', '38:2:0:255:40:0'].map(parameters => {
    const pen = new Pen();
    pen.set(parameters);
    return pen.style;
  });
  for (const style of styles) expect(style).toEqual(styles[0]);
});

it('draws in black or white what has no colour of its own on an exact ground', () => {
  const pen = new Pen();
  pen.set('31;48;2;250;250;200');
  expect(pen.style?.properties.color).toBe(css(inkOn([250, 250, 200])));
});

it("the theme's 16 colours can be read on the theme's ground", () => {
  const pairs = [...SHEET.matchAll(/--dsp-ansi-(\d+): light-dark\((#\w{6}), (#\w{6})\)/g)];
  expect(pairs.map(([, number]) => Number(number))).toEqual(Array.from({ length: 16 }, (_, place) => place));
  for (const [whole, , light = '', dark = ''] of pairs) {
    expect(contrast(hex(light), LIGHT_GROUND), whole).toBeGreaterThanOrEqual(LEAST_CONTRAST);
    expect(contrast(hex(dark), DARK_GROUND), whole).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  }
});

function hex(text: string): Rgb {
  return [1, 3, 5].map(place => Number.parseInt(text.slice(place, place + 2), 16)) as unknown as Rgb;
}

function rgb(text: string): Rgb {
  return [...text.matchAll(/\d+/g)].map(Number) as unknown as Rgb;
}
