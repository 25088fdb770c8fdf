import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { SessionSummary } from '../protocol';
import { useChat, useTrans } from './context';
import { ago } from './format';
import { entriesOf, onMenuKey, useDismiss } from './menu';

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
    chat.showPermissionLog(true);
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
  const waits = useChat().status.value?.agents.some(one => one.session_id === id && one.status === 'waiting_for_key');
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
      <span class={error ? 'dsp-small dsp-bad' : 'dsp-small dsp-quiet'}>
        {waits && <span class="dsp-waits">◔ {trans.__('waits for a key')} · </span>}
        {about}
      </span>
    </button>
  );
}
