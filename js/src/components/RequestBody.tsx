import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Reach, Request } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { AgentPath } from './AgentName';
import { useTrans } from './context';
import { operationWord } from './permission-words';
import { ShownPath, ShownText } from './ShownText';

/** More than this is a list that scrolls. */
const FEW = 4;

interface Props {
  readonly request: Request;
  readonly store: SessionStore;
  /** The command has been started. */
  readonly runs: boolean;
}

/** Who asks, for what, and with which command. */
export function RequestBody({ request, store, runs }: Props) {
  const trans = useTrans();
  const [first, ...others] = request.reaches;
  const only = first && !others.length && first.secret === null && first.caution === null ? first : null;
  return (
    <>
      <p>
        <AgentPath store={store} agentId={request.agent_id} />
        {!only && <> {trans.__('wants to')}</>}
        {only && (
          <>
            {' · '}
            <ReachWords reach={only} />
          </>
        )}
      </p>
      {!only && <Reaches reaches={request.reaches} />}
      {request.command !== null && <Command request={request} command={request.command} />}
      {request.command !== null && runs && !request.reaches.some(reach => reach.spans.length) && (
        <p class="dsp-small dsp-quiet">{trans.__('The command does not name it: it came up as it ran.')}</p>
      )}
    </>
  );
}

function Reaches({ reaches }: { reaches: readonly Reach[] }) {
  const many = reaches.length > FEW;
  return (
    <ul class={`dsp-reaches ${many ? 'dsp-many' : ''}`} tabIndex={many ? 0 : undefined}>
      {reaches.map((reach, place) => (
        <li key={place} class={reach.secret === null ? '' : 'dsp-secret'}>
          <ReachWords reach={reach} />
        </li>
      ))}
    </ul>
  );
}

function ReachWords({ reach }: { reach: Reach }) {
  const trans = useTrans();
  return (
    <span data-reach={reach.path}>
      <span class="dsp-operation">{operationWord(reach.operation, trans)}</span> <ShownPath path={reach.path} />
      {reach.secret !== null && <span class="dsp-reach-note">{trans.__('Kept here: %1', reach.secret)}</span>}
      {reach.caution !== null && <span class="dsp-reach-note dsp-caution">{reach.caution}</span>}
    </span>
  );
}

/** The whole command, with the words marked that reach out; a long one scrolls, and begins where they are. */
function Command({ request, command }: { request: Request; command: string }) {
  const trans = useTrans();
  const box = useRef<HTMLPreElement>(null);
  const [long, setLong] = useState(false);
  const spans = request.reaches.flatMap(reach => reach.spans);
  useLayoutEffect(() => {
    const shown = box.current;
    if (!shown) return;
    const measure = () => setLong(shown.scrollHeight > shown.clientHeight + 1);
    measure();
    const mark = shown.querySelector('mark');
    if (mark) shown.scrollTop = Math.max(0, mark.offsetTop - shown.offsetTop - shown.clientHeight / 3);
    // in a narrower panel it has more lines; its own height may stay
    const observer = new ResizeObserver(measure);
    observer.observe(shown);
    return () => observer.disconnect();
  }, [command]);
  return (
    <Scrolling note={long ? trans.__('The command is longer: scroll to read all of it.') : null}>
      <pre class="dsp-command" ref={box} tabIndex={long ? 0 : undefined} role="group" aria-label={trans.__('Command')}>
        <span class="dsp-quiet" aria-hidden="true">
          ${' '}
        </span>
        <ShownText text={command} spans={spans} />
      </pre>
    </Scrolling>
  );
}

function Scrolling({ note, children }: { note: string | null; children: ComponentChildren }) {
  return (
    <>
      {children}
      {note && <p class="dsp-small dsp-quiet">{note}</p>}
    </>
  );
}
