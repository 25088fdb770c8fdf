import { useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SessionStore } from '../store/session-store';
import { useTrans } from './context';
import { PermissionPrompt } from './PermissionPrompt';
import { agentPath, operationWord } from './permission-words';
import { visible } from './shown-text';

/**
 * What waits for the person's leave, one at a time in the order it was asked. It stands above the composer, outside
 * what scrolls. It takes the focus from nobody; once it had it, it gives it back to where it was.
 */
export function PermissionPrompts({ store }: { store: SessionStore }) {
  const waiting = store.permissions.value;
  const first = waiting[0];
  const focus = useGivenFocus(first?.id);
  return (
    <div class="dsp-prompts" ref={focus.box} onFocusIn={focus.onFocusIn} onFocusOut={focus.onFocusOut}>
      <Announcement store={store} />
      {first && (
        <PermissionPrompt
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

/** Tells a screen reader of each new request, when it has said what it is at. */
function Announcement({ store }: { store: SessionStore }) {
  const trans = useTrans();
  const words = useSignal('');
  useSignalEffect(() => {
    const waiting = store.permissions.value;
    const [first] = waiting;
    const reach = first?.reaches[0];
    if (!first || !reach) {
      words.value = '';
      return;
    }
    const who = agentPath(store, first.agent_id);
    const what = `${operationWord(reach.operation, trans)} ${visible(reach.path)}`;
    const more = waiting.length > 1 ? ` ${trans._n('1 request waits.', '%1 requests wait.', waiting.length)}` : '';
    words.value = trans.__('%1 asks for your permission: %2.', who, what) + more;
  });
  return (
    <div class="dsp-hidden" aria-live="polite" data-announcer="permissions">
      {words.value}
    </div>
  );
}

/**
 * Where the focus was before it came into the prompt, and when it goes back there: once nothing waits any more, or
 * at once where the person answered with the pointer (who answers by the keyboard goes on to the next request).
 */
function useGivenFocus(current: string | undefined) {
  const box = useRef<HTMLDivElement>(null);
  const from = useRef<HTMLElement | null>(null);
  const inside = useRef(false);
  const byPointer = useRef(false);

  const giveBack = () => {
    const before = from.current;
    inside.current = false;
    from.current = null;
    before?.focus();
    // it may be gone, or hidden, as the search box of a palette is
    if (document.activeElement !== before || !before)
      box.current?.closest('.dsp-chat')?.querySelector('textarea')?.focus();
  };
  const onFocusIn = (event: FocusEvent) => {
    const before = event.relatedTarget as HTMLElement | null;
    // a page's own frames (tabindex -1) hold the focus for lack of a better place: nobody was at anything there
    if (before && before.tabIndex >= 0 && !box.current?.contains(before)) from.current = before;
    inside.current = true;
  };
  const onFocusOut = (event: FocusEvent) => {
    // nowhere: the window has lost it, or what had it was taken away
    const next = event.relatedTarget as Node | null;
    if (next && !box.current?.contains(next)) inside.current = false;
  };
  const onAnswer = (pointer: boolean) => {
    byPointer.current = pointer;
  };
  const shown = useRef(current);
  useLayoutEffect(() => {
    if (shown.current === current) return;
    shown.current = current;
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (!inside.current || !lost) return;
    const next = box.current?.querySelector<HTMLElement>('.dsp-ask');
    if (next && !byPointer.current) next.focus();
    else giveBack();
    byPointer.current = false;
  }, [current]);
  return { box, onFocusIn, onFocusOut, onAnswer, giveBack };
}
