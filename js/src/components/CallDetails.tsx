import { useState } from 'preact/hooks';
import type { ErrorInfo, ToolCall } from '../protocol';
import { CopyButton } from './Copy';
import { useChat, useTrans } from './context';
import { Diff } from './Diff';
import { count } from './format';
import { Prose } from './Prose';

/** The server cuts outputs to this many characters for display. */
const DISPLAY_CUT = 20_000;
const IN_DIFF = /^(path|content|text|(old|new)(_.*)?)$/;
/** Longer arguments get a box of their own. */
const INLINE_CHARS = 60;

interface Props {
  readonly call: ToolCall;
  readonly id: string;
  /** Null while it runs. */
  readonly took: string | null;
}

/** What a call was asked and what came of it. */
export function CallDetails({ call, id, took }: Props) {
  const trans = useTrans();
  return (
    <div class="dsp-details" id={id}>
      <Arguments call={call} />
      {call.error && <CallError error={call.error} />}
      {call.changes.map(change => (
        <Diff key={change.path} change={change} />
      ))}
      {!call.error && !call.changes.length && <Output call={call} />}
      <p class="dsp-quiet">{took ? trans.__('%1 took %2', call.name, took) : call.name}</p>
    </div>
  );
}

/** Why a call failed, and what to do about it. */
export function CallError({ error }: { error: ErrorInfo }) {
  return (
    <div class="dsp-call-error">
      <strong>
        <Prose text={error.message} />
      </strong>
      {error.hint && (
        <p>
          <Prose text={error.hint} />
        </p>
      )}
      <code class="dsp-code-word">{error.code}</code>
    </div>
  );
}

function Arguments({ call }: { call: ToolCall }) {
  const trans = useTrans();
  if (!call.arguments) return call.arguments_text ? <pre class="dsp-output">{call.arguments_text}</pre> : null;
  const entries = Object.entries(call.arguments);
  // the diff shows where and what was written, better than the arguments do
  const shown = call.changes.length ? entries.filter(([name]) => !IN_DIFF.test(name)) : entries;
  if (!shown.length) return null;
  return (
    <dl class="dsp-arguments" aria-label={trans.__('Arguments')}>
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{isLong(value) ? <pre class="dsp-output">{asText(value)}</pre> : <code>{asText(value)}</code>}</dd>
        </div>
      ))}
    </dl>
  );
}

function Output({ call }: { call: ToolCall }) {
  const trans = useTrans();
  const chat = useChat();
  const [loading, setLoading] = useState(false);
  if (!call.output) return null;
  const load = async () => {
    setLoading(true);
    await chat.loadCall(call.id);
    setLoading(false);
  };
  const cutForDisplay = call.output.length >= DISPLAY_CUT && call.output.length < call.output_chars;
  return (
    <div class="dsp-result" role="group" aria-label={trans.__('Result')}>
      <pre class="dsp-output" tabIndex={0}>
        {call.output}
      </pre>
      <CopyButton text={() => call.output} label={trans.__('Copy the result')} />
      {cutForDisplay && (
        <button type="button" class="dsp-button" disabled={loading} onClick={load}>
          {trans.__('Show all of it')}
        </button>
      )}
      {call.spill && (
        <p class="dsp-quiet">
          {trans.__('Cut: the whole result has %1 characters and is in %2', count(call.output_chars), call.spill)}
        </p>
      )}
    </div>
  );
}

function isLong(value: unknown): boolean {
  const text = asText(value);
  return text.length > INLINE_CHARS || text.includes('\n');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
