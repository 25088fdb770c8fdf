import { useSignal, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
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
import { visible } from './shown-text';

/**
 * What waits for the person, one at a time: first what the agent asks whose thread this is, then what others ask, in
 * the order it was asked. It stands above the composer, outside what
 * scrolls. It takes the focus from nobody; once it had it, it gives it back to where it was.
 */
export function Prompts({ store }: { store: SessionStore }) {
  const waiting = store.open.value;
  const box = useRef<HTMLDivElement>(null);
  const first = useFirst(store, waiting, box);
  const focus = useGivenFocus(box, first?.id);
  const Prompt = first?.kind === 'question' ? QuestionPrompt : PermissionPrompt;
  return (
    <div class="dsp-prompts" ref={box} onFocusIn={focus.onFocusIn} onFocusOut={focus.onFocusOut}>
      <Announcement store={store} />
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

/** Tells a screen reader of each new request, when it has said what it is at. */
function Announcement({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const words = useSignal('');
  useSignalEffect(() => {
    const waiting = store.open.value;
    const said = waiting[0] ? saying(store, waiting[0], trans) : '';
    const more = waiting.length > 1 ? ` ${trans._n('1 request waits.', '%1 requests wait.', waiting.length)}` : '';
    words.value = said && said + more;
  });
  return (
    <div class="dsp-hidden" aria-live="polite" data-announcer="permissions">
      {words.value}
    </div>
  );
}

function saying(store: SessionStore, request: Request, trans: Translation): string {
  const who = agentPath(store, request.agent_id);
  if (request.kind === 'question') return trans.__('%1 asks you: %2', who, excerpt(plain(request.question), 400));
  const [reach] = request.reaches;
  if (!reach) return '';
  return trans.__(
    '%1 asks for your permission: %2.',
    who,
    `${operationWord(reach.operation, trans)} ${visible(reach.path)}`
  );
}
