import { type Bar, barAt } from './bars';
import type { Spot } from './Chart';
import type { Line } from './periods';

const PAGE = 10;

/** Where a key leads to from a bar: left and right in time, up and down among agents; null where it means nothing. */
export function placeAfter(
  { key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  from: Spot | null,
  lines: readonly Line[],
  bars: (line: Line) => readonly Bar[]
): Spot | null {
  const row = Math.max(
    0,
    lines.findIndex(({ agentId }) => agentId === from?.agentId)
  );
  const far = ctrlKey || metaKey;
  const line = lines[row];
  if (!line) return null;
  const drawn = bars(line);
  const at = from?.at ?? 0;
  const place = barAt(drawn, at);
  const toBar = (wanted: number): Spot => {
    const bar = drawn[Math.min(drawn.length - 1, Math.max(0, wanted))];
    return { agentId: line.agentId, at: bar?.from ?? at };
  };
  const toRow = (wanted: number): Spot => {
    const other = lines[Math.min(lines.length - 1, Math.max(0, wanted))] ?? line;
    return { agentId: other.agentId, at };
  };
  switch (key) {
    case 'ArrowLeft':
      return toBar(place - 1);
    case 'ArrowRight':
      return toBar(place + 1);
    case 'ArrowUp':
      return toRow(row - 1);
    case 'ArrowDown':
      return toRow(row + 1);
    case 'PageUp':
      return toRow(row - PAGE);
    case 'PageDown':
      return toRow(row + PAGE);
    case 'Home':
      return far ? toRow(0) : toBar(0);
    case 'End':
      return far ? toRow(lines.length - 1) : toBar(drawn.length - 1);
    default:
      return null;
  }
}
