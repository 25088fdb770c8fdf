import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { type Host, SECTIONS, type SettingsSection } from '../../host';
import { sessionOf, type Waiting } from '../../store/waiting';
import type { ChatWidget } from './chat-widget';
import { dispatchIcon } from './icon';
import { type ChatTab, chatInUse, chatShowing, openTab, showPanel } from './places';
import { openSettingsTab, type SettingsTab } from './settings-tab';

export const CommandIDs = {
  open: 'dispatch:open',
  openMain: 'dispatch:open-main',
  newSession: 'dispatch:new-session',
  stop: 'dispatch:stop',
  focus: 'dispatch:focus-composer',
  focusPrompt: 'dispatch:focus-permission-prompt',
  log: 'dispatch:permission-log',
  logMain: 'dispatch:permission-log-main',
  settings: 'dispatch:settings'
} as const;

export interface Parts {
  readonly app: JupyterFrontEnd;
  readonly host: Host;
  readonly panel: ChatWidget;
  readonly tracker: WidgetTracker<ChatTab>;
  readonly settingsTabs: WidgetTracker<SettingsTab>;
  readonly waiting: Waiting;
  /** Absent in Notebook 7, where the main area holds the notebook and nothing else. */
  readonly labShell: ILabShell | null;
}

/** The commands of the palette, the launcher, the menu and the status bar. */
export function addCommands(parts: Parts): void {
  const { app, host, panel, labShell } = parts;
  const { trans } = host;
  const inUse = () => chatInUse(parts);

  app.commands.addCommand(CommandIDs.open, {
    label: trans.__('Dispatch: Open Chat'),
    caption: trans.__('Show the Dispatch panel in the side bar'),
    icon: dispatchIcon,
    execute: () => showPanel(parts)
  });
  app.commands.addCommand(CommandIDs.openMain, {
    label: args => (args.isLauncher ? trans.__('Dispatch Chat') : trans.__('Dispatch: Open Chat in Main Area')),
    caption: trans.__('Talk to Dispatch in a tab of the main area'),
    icon: dispatchIcon,
    isVisible: () => labShell !== null,
    execute: args => openTab(parts, { session: textOf(args.session), id: textOf(args.id) })
  });
  app.commands.addCommand(CommandIDs.newSession, {
    label: trans.__('Dispatch: New Session'),
    caption: trans.__('Start a new conversation'),
    icon: dispatchIcon,
    execute: () => {
      const widget = inUse();
      if (widget === panel) showPanel(parts);
      widget.chat.open(null);
      widget.focusComposer();
    }
  });
  app.commands.addCommand(CommandIDs.stop, {
    label: trans.__('Dispatch: Stop Agent'),
    caption: trans.__('Stop what the agent is doing'),
    icon: dispatchIcon,
    isEnabled: () => inUse().chat.busy.peek(),
    execute: () => inUse().chat.stop()
  });
  app.commands.addCommand(CommandIDs.focus, {
    label: trans.__('Dispatch: Focus Message Box'),
    caption: trans.__('Write to Dispatch'),
    icon: dispatchIcon,
    execute: () => {
      const widget = inUse();
      if (widget === panel) showPanel(parts);
      widget.focusComposer();
    }
  });
  addPermissionCommands(parts);
  addSettingsCommand(parts);
}

function addPermissionCommands(parts: Parts): void {
  const { app, host, panel, labShell, waiting } = parts;
  const { trans } = host;
  app.commands.addCommand(CommandIDs.focusPrompt, {
    label: trans.__('Dispatch: Go to the Permission Prompt'),
    caption: trans.__('Put the focus on what waits for your permission'),
    icon: dispatchIcon,
    execute: args => goToPrompt(parts, textOf(args.session))
  });
  app.commands.addCommand(CommandIDs.log, {
    label: trans.__('Dispatch: Permission Log'),
    caption: trans.__('What was allowed and denied outside the project; revoke what is in force'),
    icon: dispatchIcon,
    execute: () => {
      const widget = chatInUse(parts);
      if (widget === panel) showPanel(parts, false);
      widget.chat.showPermissionLog(true);
    }
  });
  app.commands.addCommand(CommandIDs.logMain, {
    label: trans.__('Dispatch: Permission Log in Main Area'),
    caption: trans.__('The permission log in a tab of the main area'),
    icon: dispatchIcon,
    isVisible: () => labShell !== null,
    execute: async () => {
      const tab = await openTab(parts, {});
      tab.content.chat.showPermissionLog(true);
    }
  });
  waiting.requests.subscribe(() => app.commands.notifyCommandChanged(CommandIDs.focusPrompt));
}

/** One command; the palette has an entry for each part of the settings. */
function addSettingsCommand(parts: Parts): void {
  const { app, host, panel, labShell } = parts;
  const { trans } = host;
  const labels: Record<SettingsSection, string> = {
    agents: trans.__('Dispatch: Settings: Agents'),
    models: trans.__('Dispatch: Settings: Models'),
    keys: trans.__('Dispatch: Settings: Keys'),
    skills: trans.__('Dispatch: Settings: Skills'),
    files: trans.__('Dispatch: Settings: Files')
  };
  app.commands.addCommand(CommandIDs.settings, {
    label: args => (isSection(args.section) ? labels[args.section] : trans.__('Dispatch: Settings')),
    caption: trans.__('Agents, models, keys with their budgets, and skills, as the files set them'),
    icon: dispatchIcon,
    execute: args => {
      const section = isSection(args.section) ? args.section : 'agents';
      const session = textOf(args.session) ?? chatInUse(parts).chat.sessionId.peek();
      if (labShell) return openSettingsTab(parts, section, session);
      showPanel(parts, false);
      panel.chat.showSettings(section);
    }
  });
}

function isSection(value: unknown): value is SettingsSection {
  return (SECTIONS as readonly unknown[]).includes(value);
}

/** Shows what waits: in that session, else in the one that is shown, else in the one where it was asked first. */
function goToPrompt(parts: Parts, session: string | null): void {
  const shown = chatInUse(parts);
  const [first] = parts.waiting.requests.peek();
  const here = shown.chat.store.peek()?.permissions.peek().length ? shown.chat.sessionId.peek() : null;
  const wanted = session ?? here ?? (first ? sessionOf(first.agent_id) : null);
  const widget = wanted === null ? shown : chatShowing(parts, wanted);
  widget.focusPrompt();
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null;
}
