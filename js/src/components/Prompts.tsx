import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Translation } from '../host';
import type { Request } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { agentPath } from './agent-words';
import { useTrans } from './context';
import { excerpt, plain } from './excerpt';
import { useGivenFocus } from './given-focus';
import { PermissionPrompt } from './PermissionPrompt';
import { operationWord } from './permission-words';
import { LateAnswer } from './questions/LateAnswer';
import { QuestionPrompt } from './questions/QuestionPrompt';
import { visibleName } from './shown-text';

/**
 * What waits for the person, one at a time: first what the agent asks whose thread this is, then what others ask, in
 * the order it was asked. It stands above the composer, outside what
 * scrolls. It takes the focus from nobody; once it had it, it gives it back to where it was.
 */
export function Prompts({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const waiting = store.open.value;
  const box = useRef<HTMLDivElement>(null);
  const first = useFirst(store, waiting, box);
  const focus = useGivenFocus(box, first?.id);
  const said = first ? saying(store, first, waiting.length, trans) : '';
  const Prompt = first?.kind === 'question' ? QuestionPrompt : PermissionPrompt;
  return (
    <div class="dsp-prompts" ref={box} onFocusIn={focus.onFocusIn} onFocusOut={focus.onFocusOut}>
      <Announcement words={said} />
      <LateAnswer store={store} />
      {first && (
        <Prompt
          key={first.id}
          request={first}
          store={store}
          waiting={waiting.length}
          onAnswer={focus.onAnswer}
          onLeave={focus.giveBack}
        />
      )}
    </div>
  );
}

/**
 * Which one is shown. It stays until it is answered: nothing takes its place while the person is at it, by focus or
 * pointer. Else what this thread's own agent asks comes before what others do.
 */
function useFirst(store: SessionStore, waiting: readonly Request[], box: RefObject<HTMLElement>): Request | undefined {
  const own = store.agentId.value;
  const shown = useRef<string | undefined>(undefined);
  const same = waiting.find(({ id }) => id === shown.current);
  const ours = waiting.find(({ agent_id }) => agent_id === own);
  const keeps = same && (!ours || same.agent_id === own || isAt(box.current));
  const first = keeps ? same : (ours ?? waiting[0]);
  shown.current = first?.id;
  return first;
}

function isAt(box: HTMLElement | null): boolean {
  return Boolean(box?.contains(document.activeElement) || box?.querySelector('.dsp-ask:hover'));
}

/** Tells a screen reader of each request that is shown, when it has said what it is at. */
function Announcement({ words }: { words: string }) {
  const [said, say] = useState(''); // what is there from the beginning is not read out
  useEffect(() => say(words), [words]);
  return (
    <div class="dsp-hidden" aria-live="polite" data-announcer="permissions">
      {said}
    </div>
  );
}

function saying(store: SessionStore, request: Request, waiting: number, trans: Translation): string {
  const what = asking(store, request, trans);
  const more = waiting > 1 ? ` ${trans._n('1 request waits.', '%1 requests wait.', waiting)}` : '';
  return what && what + more;
}

function asking(store: SessionStore, request: Request, trans: Translation): string {
  const who = agentPath(store, request.agent_id);
  if (request.kind === 'question') return trans.__('%1 asks you: %2', who, excerpt(plain(request.question), 400));
  const [reach] = request.reaches;
  if (!reach) return '';
  return trans.__(
    '%1 asks for your permission: %2.',
    who,
    `${operationWord(reach.operation, trans)} ${visibleName(reach.path)}`
  );
}
