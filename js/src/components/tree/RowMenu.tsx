import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { handleOf } from '../../store/agent-ids';
import type { Chat } from '../../store/chat';
import type { SessionStore } from '../../store/session-store';
import { hasEnded, isBusy } from '../../store/tree';
import { copyText } from '../Copy';
import { useTrans } from '../context';
import { entriesOf, onMenuKey, useDismiss } from '../menu';
import type { OpenMenu, TreeState } from './tree-state';

interface Props {
  readonly state: TreeState;
  readonly store: SessionStore;
  readonly chat: Chat;
  /** The tree, which the menu stands over. */
  readonly box: RefObject<HTMLElement>;
  readonly onOpen: (agentId: string) => void;
}

/** What can be done with one agent, over the tree. */
export function RowMenu(props: Props) {
  const open = props.state.menu.value;
  return open && <Menu key={open.id} open={open} {...props} />;
}

function Menu({ open, state, store, chat, box, onOpen }: Props & { open: OpenMenu }) {
  const trans = useTrans();
  const menu = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLElement>(open.from);
  const agent = store.tables.agents.get(open.id)?.value;
  const close = () => {
    state.menu.value = null;
    open.from.closest<HTMLElement>('[role=treeitem]')?.focus();
  };
  useDismiss(menu, anchor, () => {
    state.menu.value = null;
  });
  useLayoutEffect(() => {
    place(menu.current, open.from, box.current);
    entriesOf(menu.current)[0]?.focus();
  }, [open]);
  if (!agent) return null;
  const entry = (name: string, words: string, run: () => void) => (
    <button
      type="button"
      role="menuitem"
      class="dsp-menu-entry"
      tabIndex={-1}
      data-action={name}
      onClick={() => {
        close();
        run();
      }}
    >
      {words}
    </button>
  );
  const canResume = agent.status === 'error' && !hasEnded(agent);
  return (
    <div
      class="dsp-menu dsp-node-menu"
      role="menu"
      aria-label={trans.__('Agent %1', agent.name)}
      tabIndex={-1}
      ref={menu}
      data-lm-suppress-shortcuts="true"
      onKeyDown={event => onMenuKey(event, menu.current, close)}
    >
      {entry('open', chat.host.openThread ? trans.__('Open thread in a tab') : trans.__('Open thread'), () =>
        onOpen(open.id)
      )}
      {isBusy(agent) && entry('stop', trans.__('Stop'), () => void chat.stop(open.id))}
      {canResume && entry('resume', trans.__('Go on'), () => void chat.resume(open.id))}
      <CopyHandle handle={handleOf(open.id)} onDone={close} />
    </div>
  );
}

const SAID_MS = 1_500;

/** Says what became of it in its own place, and then closes the menu. */
function CopyHandle({ handle, onDone }: { handle: string; onDone: () => void }) {
  const trans = useTrans();
  const [said, say] = useState<string | null>(null);
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => done.current(), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () =>
    copyText(handle).then(
      () => say(trans.__('Copied')),
      () => say(trans.__('The browser refused'))
    );
  return (
    <button type="button" role="menuitem" class="dsp-menu-entry" tabIndex={-1} data-action="copy" onClick={copy}>
      <span role="status">{said ?? trans.__('Copy handle %1', handle)}</span>
    </button>
  );
}

/** Below what it belongs to, or above it where there is no room below. */
function place(menu: HTMLElement | null, from: HTMLElement, box: HTMLElement | null): void {
  if (!menu || !box) return;
  const [around, row] = [box.getBoundingClientRect(), from.getBoundingClientRect()];
  const below = row.bottom - around.top;
  const fits = below + menu.offsetHeight <= around.height || row.top - around.top < menu.offsetHeight;
  menu.style.top = `${fits ? below : row.top - around.top - menu.offsetHeight}px`;
}
