import { useRef, useState } from 'preact/hooks';
import { useChat, useTrans } from './context';
import { Icon } from './Icon';
import { SessionMenu } from './SessionMenu';
import { TemplatePicker } from './TemplatePicker';

/** The way to the settings, and back. */
function SettingsButton() {
  const chat = useChat();
  const trans = useTrans();
  const shown = chat.setup.section.value !== null;
  return (
    <button
      type="button"
      class="dsp-icon-button dsp-settings-button"
      title={trans.__('Settings: agents, models, keys, skills')}
      aria-label={trans.__('Settings')}
      aria-pressed={shown}
      onClick={() => chat.showSettings(shown ? null : 'agents')}
    >
      <Icon name="gear" />
    </button>
  );
}

/** The way to the tree of agents in a tab of its own; how many are at work. */
function AgentsButton() {
  const chat = useChat();
  const trans = useTrans();
  const { openAgents } = chat.host;
  if (!openAgents) return null;
  return (
    <button
      type="button"
      class="dsp-icon-button dsp-agents-button"
      title={trans.__('Agents: the tree in a tab')}
      aria-label={trans.__('Agents')}
      onClick={() => openAgents(chat.sessionId.value)}
    >
      <Icon name="agents" />
    </button>
  );
}

/** The session's name, the way to a new one and to the others; `ofAgents`: of the view that has the tree. */
export function SessionHeader({ ofAgents = false }: { ofAgents?: boolean }) {
  const chat = useChat();
  const trans = useTrans();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const session = chat.store.value?.session.value;
  const id = chat.sessionId.value;
  const known = session ?? chat.sessions.value?.find(summary => summary.id === id);
  const title =
    known?.title ||
    (chat.blank.value ? trans.__('New session') : chat.store.value?.loaded.value ? trans.__('Untitled session') : '…');
  const toggle = () => {
    if (!open) {
      void chat.refreshSessions();
      void chat.refreshStatus(); // who waits
    }
    setOpen(!open);
  };
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <header class="dsp-header">
      <h2 class="dsp-title" title={title}>
        {title}
      </h2>
      <TemplatePicker />
      <button
        type="button"
        class="dsp-icon-button"
        title={trans.__('New session')}
        aria-label={trans.__('New session')}
        disabled={chat.blank.value}
        onClick={() => chat.open(null)}
      >
        <Icon name="plus" />
      </button>
      <button
        type="button"
        class="dsp-icon-button"
        ref={button}
        title={trans.__('Sessions')}
        aria-label={trans.__('Sessions')}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={toggle}
      >
        <Icon name="sessions" />
      </button>
      {!ofAgents && <AgentsButton />}
      <SettingsButton />
      {open && <SessionMenu onClose={close} anchor={button} />}
    </header>
  );
}
