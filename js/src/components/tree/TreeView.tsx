import { useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { handleOf } from '../../store/agent-ids';
import type { SessionStore } from '../../store/session-store';
import { useChat, useTrans } from '../context';
import { roomForNames } from './name-column';
import { RowMenu } from './RowMenu';
import { TreeItem } from './TreeItem';
import { TreeState } from './tree-state';

interface Props {
  readonly store: SessionStore;
  /** Of one agent: shows its thread beside the tree. */
  readonly onPick: (agentId: string) => void;
  /** Shows its thread for itself. */
  readonly onOpen: (agentId: string) => void;
}

/** The agents of a session as an ARIA tree. Its rows are drawn one by one: a change of an agent draws its row. */
export function TreeView({ store, onPick, onOpen }: Props) {
  const trans = useTrans();
  const chat = useChat();
  const box = useRef<HTMLDivElement>(null);
  const state = useMemo(() => new TreeState(store, store.agentId), [store]);
  const focusOn = (id: string) => {
    state.focus(id);
    rowOf(box.current, id)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const id = state.current.peek();
    if (id === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') onOpen(id);
    else if (event.key === ' ') onPick(id);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenu(state, box.current, id);
    else {
      const target = state.go(event.key) ?? (isLetter(event.key) ? state.type(event.key, wordsOf) : null);
      if (target === null) return;
      focusOn(target);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onPointer = (event: MouseEvent) => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>('[role=treeitem]');
    const id = row?.dataset.agent;
    if (!row || !id) return;
    const part = partOf(target);
    if (event.type === 'contextmenu') event.preventDefault();
    if (event.type === 'contextmenu' || (event.type === 'click' && part === 'more'))
      state.menu.value = { id, from: part === 'more' ? (target.closest('button') ?? row) : row };
    else if (event.type === 'dblclick') {
      if (part === 'row') onOpen(id);
    } else if (part === 'fold') state.fold(id, !state.isFolded(id));
    else onPick(id);
    event.stopPropagation();
  };
  const wordsOf = (id: string) => [store.tables.agents.peek(id)?.name ?? '', handleOf(id)];
  const names = useComputed(() => roomForNames(store.tree.rows.value, id => store.tables.agents.peek(id)?.name ?? ''));
  useSelectionInView(box.current, store.agentId.value, state);
  return (
    <div class="dsp-tree-box">
      <div
        class="dsp-tree"
        role="tree"
        aria-label={trans.__('Agents')}
        style={`--dsp-names:${names.value}`}
        ref={box}
        onKeyDown={onKeyDown}
        onClick={onPointer}
        onDblClick={onPointer}
        onContextMenu={onPointer}
        data-agents={state.visible.value.length}
      >
        {state.visible.value.map(({ id, depth, hasChildren }) => (
          <TreeItem key={id} id={id} depth={depth} hasChildren={hasChildren} store={store} state={state} />
        ))}
      </div>
      <RowMenu state={state} store={store} box={box} chat={chat} onOpen={onOpen} />
    </div>
  );
}

/** What of a row was pressed. */
function partOf(target: Element): 'fold' | 'more' | 'row' {
  if (target.closest('.dsp-node-more')) return 'more';
  const fold = target.closest('.dsp-node-fold');
  return fold?.firstElementChild ? 'fold' : 'row';
}

function openMenu(state: TreeState, box: HTMLElement | null, id: string): void {
  const row = rowOf(box, id);
  if (row) state.menu.value = { id, from: row };
}

function rowOf(box: HTMLElement | null, id: string): HTMLElement | null {
  const rows = Array.from(box?.children ?? []) as HTMLElement[];
  return rows.find(row => row.dataset.agent === id) ?? null;
}

function isLetter(key: string): boolean {
  return key.length === 1 && /\S/.test(key);
}

/** What is shown was perhaps picked elsewhere, by a link in the thread, say: it may be folded away or out of sight. */
function useSelectionInView(box: HTMLElement | null, selected: string | null, state: TreeState): void {
  useEffect(() => {
    if (selected !== null) state.reveal(selected);
  }, [state, selected]);
  const there = state.visible.value.some(({ id }) => id === selected);
  useEffect(() => {
    if (selected !== null && there) rowOf(box, selected)?.scrollIntoView?.({ block: 'nearest' });
  }, [box, selected, there]);
}
