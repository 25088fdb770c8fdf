import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { type Host, SECTIONS, type SettingsSection } from '../../host';
import { sessionOf } from '../../store/agent-ids';
import type { Waiting } from '../../store/waiting';
import type { ChatWidget } from './chat-widget';
import { dispatchIcon } from './icon';
import { type ChatTab, chatInUse, chatShowing, openAgents, openTab, openThread, showPanel, threadTab } from './places';
import { openSettingsTab, type SettingsTab } from './settings-tab';

export const CommandIDs = {
  open: 'dispatch:open',
  openMain: 'dispatch:open-main',
  agents: 'dispatch:agents',
  thread: 'dispatch:thread',
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
    execute: args =>
      openTab(parts, {
        session: textOf(args.session),
        id: textOf(args.id),
        agent: textOf(args.agent),
        tree: args.tree === true
      })
  });
  addThreadCommands(parts);
  app.commands.addCommand(CommandIDs.newSession, {
    label: trans.__('Dispatch: New Session'),
    caption: trans.__('Start a new conversation'),
    icon: dispatchIcon,
    execute: () => {
      const shown = inUse();
      const widget = shown.kind === 'thread' ? panel : shown; // its tab is that thread's
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

function addThreadCommands(parts: Parts): void {
  const { app, host, labShell } = parts;
  const { trans } = host;
  const shown = () => chatInUse(parts).chat;
  app.commands.addCommand(CommandIDs.agents, {
    label: trans.__('Dispatch: Agents'),
    caption: trans.__('The tree of agents in a tab of the main area'),
    icon: dispatchIcon,
    isVisible: () => labShell !== null,
    execute: args => openAgents(parts, textOf(args.session) ?? shown().sessionId.peek())
  });
  app.commands.addCommand(CommandIDs.thread, {
    label: trans.__('Dispatch: Open Thread in Main Area'),
    caption: trans.__('The thread of the agent that is shown, in a tab of its own'),
    icon: dispatchIcon,
    isVisible: () => labShell !== null,
    isEnabled: args => textOf(args.agent) !== null || shown().agent.peek() !== null,
    execute: args => {
      const session = textOf(args.session) ?? shown().sessionId.peek();
      const agent = textOf(args.agent) ?? shown().agent.peek()?.id ?? null;
      return session && agent ? openThread(parts, session, agent) : undefined;
    }
  });
}

function addPermissionCommands(parts: Parts): void {
  const { app, host, panel, labShell, waiting } = parts;
  const { trans } = host;
  app.commands.addCommand(CommandIDs.focusPrompt, {
    label: trans.__('Dispatch: Go to the Permission Prompt'),
    caption: trans.__('Put the focus on what waits for your permission'),
    icon: dispatchIcon,
    execute: args => goToPrompt(parts, textOf(args.session), textOf(args.agent))
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

/**
 * Shows what waits: in the tab of that agent's thread if it has one, else in that session, else in the one that is
 * shown, else in the one where it was asked first.
 */
function goToPrompt(parts: Parts, session: string | null, agent: string | null): void {
  const { app, waiting } = parts;
  const inUse = chatInUse(parts);
  const asksHere = inUse.chat.store.peek()?.open.peek().length ? inUse.chat.sessionId.peek() : null;
  const [askedFirst] = waiting.requests.peek();
  const target = session ?? asksHere ?? (askedFirst ? sessionOf(askedFirst.agent_id) : null);
  const tab = agent === null ? undefined : threadTab(parts, agent);
  if (tab) app.shell.activateById(tab.id);
  const widget = tab?.content ?? (target === null ? inUse : chatShowing(parts, target));
  widget.focusPrompt();
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null;
}
