import { visible } from './shown-text';

/** The beginning of a text on one line. */
export function excerpt(text: string, most = 80): string {
  const flat = visible(text.replace(/\s+/g, ' ').trim());
  if (flat.length <= most) return flat;
  return `${[...flat]
    .slice(0, most - 1)
    .join('')
    .trimEnd()}…`;
}

/** Markdown without the signs that stand out most: a line has no room for more than words. */
export function plain(markdown: string): string {
  return markdown.replace(/\*\*|`/g, '');
}
