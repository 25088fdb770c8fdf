import { useId, useState } from 'preact/hooks';
import type { FileChange, ToolCall } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { CallDetails } from './CallDetails';
import { type CallWords, callWords } from './call-words';
import { useChat, useTrans } from './context';
import { elapsed } from './format';
import { Icon } from './Icon';
import { StreamedContent } from './StreamedContent';

/** Diffs up to this many lines are shown without a click. */
const SMALL_DIFF = 16;

/** One tool call: a quiet line (state, verb, object, figures) that opens in place. */
export function ToolCallCard({ id, store }: { id: string; store: SessionStore }) {
  const call = store.tables.calls.get(id)?.value;
  const [asked, setAsked] = useState<boolean | null>(null);
  const details = useId();
  const trans = useTrans();
  if (!call) return null;
  const open = asked ?? isSmallEdit(call);
  const words = callWords(call, trans);
  return (
    <div class={`dsp-tool dsp-is-${call.status}`} data-call={call.id} data-status={call.status} data-tool={call.name}>
      <div class="dsp-call">
        <Mark call={call} />
        <button
          type="button"
          class="dsp-call-toggle"
          aria-expanded={open}
          aria-controls={details}
          aria-label={trans.__('%1 %2: details', words.verb, words.object)}
          onClick={() => setAsked(!open)}
        />
        <span class="dsp-call-verb">{words.verb}</span>
        <CallObject words={words} />
        <Figures call={call} />
        <Icon name="chevron" />
      </div>
      {call.status === 'pending' && <StreamedContent call={call} />}
      {open && <CallDetails id={details} call={call} />}
    </div>
  );
}

function isSmallEdit(call: ToolCall): boolean {
  if (call.status !== 'completed' || !call.changes.length) return false;
  const lines = call.changes.reduce((sum, change) => sum + change.diff.split('\n').length, 0);
  return lines <= SMALL_DIFF;
}

/** The state as a sign, with its words for those who do not see it. */
function Mark({ call }: { call: ToolCall }) {
  const trans = useTrans();
  const [sign, words] = {
    pending: ['●', trans.__('being written')],
    in_progress: ['●', trans.__('running')],
    completed: ['✓', trans.__('done')],
    failed: ['✕', trans.__('failed')]
  }[call.status] as [string, string];
  return (
    <span class="dsp-mark" title={words}>
      <span aria-hidden="true">{sign}</span>
      <span class="dsp-hidden">{words}</span>
    </span>
  );
}

function CallObject({ words: { object, isFile } }: { words: CallWords }) {
  const chat = useChat();
  const trans = useTrans();
  const project = chat.store.value?.session.value?.project;
  const { openFile } = chat.host;
  if (!isFile || !openFile || !project)
    return (
      <span class="dsp-call-object" title={object}>
        <bdi>{object}</bdi>
      </span>
    );
  return (
    <button
      type="button"
      class="dsp-call-object dsp-file"
      title={trans.__('Open %1', object)}
      onClick={() => openFile(object, project)}
    >
      <bdi>{object}</bdi>
    </button>
  );
}

function Figures({ call }: { call: ToolCall }) {
  const trans = useTrans();
  const sum = (part: (change: FileChange) => number) => call.changes.reduce((total, change) => total + part(change), 0);
  const added = sum(change => change.added);
  const removed = sum(change => change.removed);
  const took = elapsed(call.started_at, call.ended_at);
  if (call.status !== 'completed') return <span class="dsp-figures" />;
  if (!added && !removed) return <span class="dsp-figures">{took}</span>;
  return (
    <span class="dsp-figures" title={took ?? ''}>
      {added > 0 && (
        <span class="dsp-plus" title={trans._n('1 line added', '%1 lines added', added)}>
          +{added}
        </span>
      )}{' '}
      {removed > 0 && (
        <span class="dsp-minus" title={trans._n('1 line removed', '%1 lines removed', removed)}>
          −{removed}
        </span>
      )}
    </span>
  );
}
