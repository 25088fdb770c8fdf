import type { FileChange } from '../protocol';
import { useTrans } from './context';

/** A unified diff, one row a line; the sign says what the colour says. */
export function Diff({ change }: { change: FileChange }) {
  const trans = useTrans();
  const lines = change.diff.replace(/\n$/, '').split('\n');
  return (
    <div class="dsp-diff" role="group" tabIndex={0} aria-label={trans.__('Changes to %1', change.path)}>
      <div class="dsp-diff-lines">
        {lines.map((line, place) => (
          <DiffLine key={place} line={line} first={place === 0} />
        ))}
      </div>
      {change.diff_cut && <p class="dsp-quiet">{trans.__('The diff is longer; open the file to see the rest.')}</p>}
    </div>
  );
}

function DiffLine({ line, first }: { line: string; first: boolean }) {
  if (line.startsWith('@@')) return first ? null : <div class="dsp-hunk">⋯</div>;
  const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'same';
  return <div class={`dsp-line dsp-${kind}`}>{line || ' '}</div>;
}
