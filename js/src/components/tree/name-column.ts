import type { TreeRow } from '../../store/tree';

/** Deeper rows are not indented further. */
const DEEPEST = 8;
/** Of each level, in px. */
const INDENT = 12;
/** Of a letter on average, in `ch`: a digit is a little wider than most letters. */
const LETTER = 0.9;

/**
 * How wide the column of names has to be where rows have columns, as a length in CSS: the longest name of each level
 * with its indent. Each row is a grid of its own, which those out of sight need, so they have to be told.
 */
export function roomForNames(rows: readonly TreeRow[], nameOf: (id: string) => string): string {
  const longest = new Map<number, number>();
  for (const { id, depth } of rows) {
    const level = Math.min(depth, DEEPEST);
    longest.set(level, Math.max(longest.get(level) ?? 0, nameOf(id).length));
  }
  const widths = [...longest].map(([level, letters]) => `${level * INDENT}px + ${(letters * LETTER).toFixed(1)}ch`);
  return widths.length ? `max(${widths.join(', ')})` : '0px';
}
