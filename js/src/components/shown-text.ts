/** A piece of text as it is shown: marked, or in the place of a character that cannot be seen. */
export interface Piece {
  readonly text: string;
  readonly mark: 'plain' | 'marked' | 'unseen';
}

/**
 * Characters that show nothing, pass for a space, or turn the order of what is around them: with them, a command
 * could read as another one. Tab, line feed and space are seen.
 */
const UNSEEN = /(?![\t\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}]/gu;

/** In a name, which is one line, these are no less odd. */
const UNSEEN_IN_NAME = new RegExp(`[\\t\\n]|${UNSEEN.source}`, UNSEEN.flags);
const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n' };

/** Splits a text into what is marked and what is not; `spans` are [start, end) in UTF-16 code units, in any order. */
export function pieces(text: string, spans: readonly (readonly [number, number])[] = []): readonly Piece[] {
  const shown: Piece[] = [];
  let at = 0;
  for (const [start, end] of merged(spans, text.length)) {
    shown.push(...withNames(text.slice(at, start), 'plain'), ...withNames(text.slice(start, end), 'marked'));
    at = end;
  }
  shown.push(...withNames(text.slice(at), 'plain'));
  return shown;
}

/** The text with the names of what cannot be seen in it, where a sentence has room for nothing else. */
export function visible(text: string): string {
  return pieces(text)
    .map(piece => piece.text)
    .join('');
}

/** A path or another name: of one line, whatever characters are in it. */
export function namePieces(name: string): readonly Piece[] {
  return withNames(name, 'plain', UNSEEN_IN_NAME);
}

/** The same where a sentence has room for nothing else. */
export function visibleName(name: string): string {
  return namePieces(name)
    .map(piece => piece.text)
    .join('');
}

/** In their order, inside the text, without overlaps. */
function merged(spans: readonly (readonly [number, number])[], length: number): [number, number][] {
  const inside = spans
    .map(([start, end]): [number, number] => [Math.max(0, start), Math.min(length, end)])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);
  const apart: [number, number][] = [];
  for (const [start, end] of inside) {
    const last = apart.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
}

function withNames(text: string, mark: 'plain' | 'marked', unseen = UNSEEN): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(unseen)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), mark });
    const code = match[0].codePointAt(0) ?? 0;
    const name = ESCAPES[match[0]] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    found.push({ text: name, mark: 'unseen' });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ text: text.slice(at), mark });
  return found;
}
