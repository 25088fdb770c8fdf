import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, type WidgetTracker } from '@jupyterlab/apputils';
import { UUID } from '@lumino/coreutils';
import type { Host } from '../../host';
import { ChatWidget } from './chat-widget';
import { dispatchIcon } from './icon';

export const CommandIDs = {
  open: 'dispatch:open',
  openMain: 'dispatch:open-main',
  newSession: 'dispatch:new-session',
  stop: 'dispatch:stop',
  focus: 'dispatch:focus-composer'
} as const;

export type ChatTab = MainAreaWidget<ChatWidget>;

interface Parts {
  readonly app: JupyterFrontEnd;
  readonly host: Host;
  readonly panel: ChatWidget;
  readonly tracker: WidgetTracker<ChatTab>;
  /** Absent in Notebook 7, where the main area holds the notebook and nothing else. */
  readonly labShell: ILabShell | null;
}

/** The commands of the palette, the launcher, the menu and the status bar. */
export function addCommands(parts: Parts): void {
  const { app, host, panel, labShell } = parts;
  const { trans } = host;
  const inUse = () => chatInUse(parts);
  const showPanel = () => {
    app.shell.activateById(panel.id);
    // the palette activates the widget it was called from as it closes: take the focus after that
    void Promise.resolve().then(() => panel.activate());
  };

  app.commands.addCommand(CommandIDs.open, {
    label: trans.__('Dispatch: Open Chat'),
    caption: trans.__('Show the Dispatch panel in the side bar'),
    icon: dispatchIcon,
    execute: showPanel
  });
  app.commands.addCommand(CommandIDs.openMain, {
    label: args => (args.isLauncher ? trans.__('Dispatch Chat') : trans.__('Dispatch: Open Chat in Main Area')),
    caption: trans.__('Talk to Dispatch in a tab of the main area'),
    icon: dispatchIcon,
    isVisible: () => labShell !== null,
    execute: args => openTab(parts, textOf(args.session), textOf(args.id))
  });
  app.commands.addCommand(CommandIDs.newSession, {
    label: trans.__('Dispatch: New Session'),
    caption: trans.__('Start a new conversation'),
    icon: dispatchIcon,
    execute: () => {
      const widget = inUse();
      if (widget === panel) showPanel();
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
      if (widget === panel) showPanel();
      widget.focusComposer();
    }
  });
}

/** The tab in front, if it is a chat; else the panel. */
function chatInUse({ app, panel, tracker }: Parts): ChatWidget {
  const current = app.shell.currentWidget;
  return current && tracker.has(current) ? (current as ChatTab).content : panel;
}

/** Opens a session in a tab; without one, the session the panel shows. */
async function openTab(
  { app, host, panel, tracker }: Parts,
  session: string | null,
  id: string | null
): Promise<ChatTab> {
  const tabId = id ?? `dispatch-chat-${UUID.uuid4()}`;
  const content = new ChatWidget(host, tabId, chat => {
    const wanted = session ?? panel.chat.sessionId.peek();
    if (wanted) chat.open(wanted);
    else void chat.openLatest();
  });
  const tab: ChatTab = new MainAreaWidget({ content });
  tab.id = tabId;
  tab.title.closable = true;
  tab.toolbar.hide();
  await tracker.add(tab);
  const stops = [
    content.chat.sessionId.subscribe(() => void tracker.save(tab)),
    content.sessionTitle.subscribe(title => {
      tab.title.label = title;
    })
  ];
  content.disposed.connect(() => {
    for (const stop of stops) stop();
  });
  app.shell.add(tab, 'main');
  app.shell.activateById(tab.id);
  return tab;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null;
}
