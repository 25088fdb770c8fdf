import { useId, useState } from 'preact/hooks';
import type { FileChange, ToolCall } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { CallDetails } from './CallDetails';
import { type CallWords, callSign, callWords, isInProject } from './call-words';
import { useChat, useTrans } from './context';
import { elapsed } from './format';
import { Icon } from './Icon';
import { Mark } from './Mark';
import { PeerCard } from './peers/PeerCard';
import { peerTool } from './peers/peer-words';
import { StreamedContent } from './StreamedContent';
import { waitedFor } from './shell/run';
import { ShellCard } from './shell/ShellCard';
import { Waits } from './Waits';

/** Diffs up to this many lines are shown without a click. */
const SMALL_DIFF = 16;

/** One tool call: a quiet line (state, verb, object, figures) that opens in place. */
export function ToolCallCard({ id, store }: { id: string; store: SessionStore }) {
  const call = store.tables.calls.get(id)?.value;
  if (!call) return null;
  if (call.name === 'run_shell') return <ShellCard call={call} store={store} />;
  const tool = peerTool(call.name);
  return tool ? <PeerCard call={call} tool={tool} store={store} /> : <FileCard call={call} store={store} />;
}

function FileCard({ call, store }: { call: ToolCall; store: SessionStore }) {
  const [asked, setAsked] = useState<boolean | null>(null);
  const details = useId();
  const trans = useTrans();
  const open = asked ?? isSmallEdit(call);
  const words = callWords(call, trans, job => store.tables.jobs.peek(job)?.command);
  const waits = call.status === 'in_progress' && isAsked(call, store);
  const took = call.ended_at ? elapsed(call.started_at, call.ended_at, waitedFor(store.requestsOf(call.id))) : null;
  return (
    <div class={`dsp-tool dsp-is-${call.status}`} data-call={call.id} data-status={call.status} data-tool={call.name}>
      <div class="dsp-call">
        <Mark sign={callSign(call, waits, trans)} />
        <button
          type="button"
          class="dsp-call-toggle"
          aria-expanded={open}
          aria-controls={details}
          aria-label={trans.__('%1 %2: details', words.verb, words.object)}
          onClick={() => setAsked(!open)}
        />
        <span class="dsp-call-verb">{words.verb}</span>
        <CallObject words={words} failed={call.status === 'failed'} />
        <Figures call={call} waits={waits} took={took} />
        <Icon name="chevron" />
      </div>
      {call.status === 'pending' && <StreamedContent call={call} />}
      {open && <CallDetails id={details} call={call} took={took} />}
    </div>
  );
}

/** Whether a person has to say that it may go on. */
function isAsked(call: ToolCall, store: SessionStore): boolean {
  store.structure.value; // tells of questions and answers
  return store.requestsOf(call.id).some(request => request.status === 'open');
}

function isSmallEdit(call: ToolCall): boolean {
  if (call.status !== 'completed' || !call.changes.length) return false;
  const lines = call.changes.reduce((sum, change) => sum + change.diff.split('\n').length, 0);
  return lines <= SMALL_DIFF;
}

/** Of a call that failed there may be no such file, and one outside the project cannot be opened here. */
function CallObject({ words: { object, isFile }, failed }: { words: CallWords; failed: boolean }) {
  const chat = useChat();
  const trans = useTrans();
  const project = chat.store.value?.session.value?.project;
  const { openFile } = chat.host;
  if (!isFile || failed || !openFile || !project || !isInProject(object, project))
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
      onClick={() => void chat.openFile(object)}
    >
      <bdi>{object}</bdi>
    </button>
  );
}

function Figures({ call, waits, took }: { call: ToolCall; waits: boolean; took: string | null }) {
  const trans = useTrans();
  const sum = (part: (change: FileChange) => number) => call.changes.reduce((total, change) => total + part(change), 0);
  const added = sum(change => change.added);
  const removed = sum(change => change.removed);
  if (waits) return <Waits />;
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
