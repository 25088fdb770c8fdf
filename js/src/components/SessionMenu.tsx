import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { SessionSummary } from '../protocol';
import { useChat, useTrans } from './context';
import { ago } from './format';

interface Props {
  readonly onClose: () => void;
  /** The button that opened it: a click there is not a click outside. */
  readonly anchor: RefObject<HTMLElement>;
}

/** The project's sessions, newest first, as a menu: arrows move, Enter opens, Esc closes. */
export function SessionMenu({ onClose, anchor }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const menu = useRef<HTMLDivElement>(null);
  const sessions = chat.sessions.value;
  useDismiss(menu, anchor, onClose);
  useEffect(() => {
    const entries = entriesOf(menu.current);
    if (entries.includes(document.activeElement as HTMLElement)) return; // the list was read again under the person
    (entries.find(entry => entry.getAttribute('aria-checked') === 'true') ?? entries[0] ?? menu.current)?.focus();
  }, [sessions]);
  const pick = (id: string) => {
    chat.open(id);
    onClose();
  };
  return (
    <div
      class="dsp-menu"
      role="menu"
      aria-label={trans.__('Sessions')}
      tabIndex={-1}
      ref={menu}
      data-lm-suppress-shortcuts="true"
      onKeyDown={event => onMenuKey(event, menu.current, onClose)}
    >
      {!sessions && <p class="dsp-quiet">{trans.__('Loading…')}</p>}
      {sessions?.length === 0 && <p class="dsp-quiet">{trans.__('No sessions yet.')}</p>}
      {sessions?.map(summary => (
        <Entry key={summary.id} summary={summary} current={summary.id === chat.sessionId.value} onPick={pick} />
      ))}
      {sessions && <LogEntry onClose={onClose} />}
    </div>
  );
}

function LogEntry({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const open = () => {
    onClose();
    chat.permissionLog.show(true);
  };
  return (
    <button type="button" role="menuitem" class="dsp-menu-entry dsp-menu-last" tabIndex={-1} onClick={open}>
      {trans.__('Permission log')}
    </button>
  );
}

function Entry({
  summary,
  current,
  onPick
}: {
  summary: SessionSummary;
  current: boolean;
  onPick: (id: string) => void;
}) {
  const trans = useTrans();
  const { id, title, updated_at, message_count, error } = summary;
  const about = error?.message ?? `${ago(updated_at, trans)} · ${trans._n('1 message', '%1 messages', message_count)}`;
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={current}
      class="dsp-menu-entry"
      tabIndex={-1}
      aria-disabled={error !== null}
      title={error ? (error.hint ?? error.message) : title}
      onClick={() => !error && onPick(id)}
    >
      <span class="dsp-menu-title">{title || trans.__('Untitled session')}</span>
      <span class={error ? 'dsp-small dsp-bad' : 'dsp-small dsp-quiet'}>{about}</span>
    </button>
  );
}

function entriesOf(menu: HTMLElement | null): HTMLElement[] {
  return Array.from(menu?.querySelectorAll<HTMLElement>('[role=menuitemradio], [role=menuitem]') ?? []);
}

function onMenuKey(event: KeyboardEvent, menu: HTMLElement | null, onClose: () => void): void {
  const entries = entriesOf(menu);
  const place = entries.indexOf(document.activeElement as HTMLElement);
  const target = {
    ArrowDown: entries[(place + 1) % entries.length],
    ArrowUp: entries.at(place - 1),
    Home: entries[0],
    End: entries.at(-1)
  }[event.key];
  if (target) target.focus();
  else if (event.key === 'Escape' || event.key === 'Tab') onClose();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Closes on a press anywhere else. */
function useDismiss(menu: RefObject<HTMLElement>, anchor: RefObject<HTMLElement>, onClose: () => void): void {
  useEffect(() => {
    const onPress = (event: Event) => {
      const target = event.target as Node;
      if (!menu.current?.contains(target) && !anchor.current?.contains(target)) onClose();
    };
    document.addEventListener('pointerdown', onPress, true);
    return () => document.removeEventListener('pointerdown', onPress, true);
  }, [onClose]);
}
