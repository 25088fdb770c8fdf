import type { ToolCall } from '../protocol';
import { argumentsOf } from './call-words';
import { useTrans } from './context';

/** So much of a file that is being written is seen: its end. */
const LINES = 12;
/** The names tools give to the text they write. */
const TEXTS = ['content', 'new_text', 'new_string', 'new', 'text'];

/** The text of a file as the model writes it. */
export function StreamedContent({ call }: { call: ToolCall }) {
  const trans = useTrans();
  if (call.kind !== 'edit') return null;
  const args = argumentsOf(call);
  const text = TEXTS.map(name => args[name]).find(value => typeof value === 'string');
  if (typeof text !== 'string' || !text) return null;
  const lines = text.split('\n');
  const hidden = lines.length - LINES;
  return (
    <div class="dsp-diff dsp-streamed">
      {hidden > 0 && <div class="dsp-hunk">{trans._n('1 line above', '%1 lines above', hidden)}</div>}
      <div class="dsp-diff-lines">
        {lines.slice(-LINES).map((line, place) => (
          <div key={place} class="dsp-line dsp-added">
            +{line}
          </div>
        ))}
      </div>
    </div>
  );
}
