import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { computed, effect } from '@preact/signals';
import { type Host, SECTIONS, type SettingsSection } from '../../host';
import type { Request } from '../../protocol';
import { sessionOf } from '../../store/agent-ids';
import { Approvals } from '../../store/approvals';
import type { Chat } from '../../store/chat';
import type { Notice } from '../../store/notices';
import { Waiting } from '../../store/waiting';
import css from '../../style/index.css';
import { browserStorage } from '../storage';
import { Askers } from './askers';
import { ChatWidget } from './chat-widget';
import { addCommands, CommandIDs, type Parts } from './commands';
import { labHost } from './host';
import { NewThreads } from './new-threads';
import { notifyOfRequests, type Page } from './notifications';
import { argsOf, type ChatTab } from './places';
import { LabSettings } from './settings';
import type { SettingsTab } from './settings-tab';
import { StatusItem } from './status-item';
import { toastsSettled } from './toasts';

const PLUGIN_ID = 'dispatch-jupyter:plugin';
const PANEL_ID = 'dispatch-jupyter-panel';
const RANK = 200;

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'A team of coding agents in your Jupyter server.',
  autoStart: true,
  optional: [
    ITranslator,
    ILabShell,
    ILayoutRestorer,
    ICommandPalette,
    ILauncher,
    IStatusBar,
    ISettingRegistry,
    IDocumentManager
  ],
  activate
};

function activate(
  app: JupyterFrontEnd,
  translator: ITranslator | null,
  labShell: ILabShell | null,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  launcher: ILauncher | null,
  statusBar: IStatusBar | null,
  registry: ISettingRegistry | null,
  documents: IDocumentManager | null
): void {
  addStyles();
  const trans = (translator ?? nullTranslator).load('dispatch_jupyter');
  const settings = new LabSettings();
  const listeners = new Set<(notice: Notice) => void>();
  const host: Host = {
    ...labHost(app, trans, settings, documents, labShell !== null),
    notices: (listener: (notice: Notice) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...(labShell && {
      openSettings: (section: SettingsSection, session: string | null) =>
        void app.commands.execute(CommandIDs.settings, { section, session }),
      openThread: (session: string, agent: string) => void app.commands.execute(CommandIDs.thread, { session, agent }),
      openAgents: (session: string | null) => void app.commands.execute(CommandIDs.agents, { session })
    })
  };
  const panel = new ChatWidget(host, 'panel', chat => void openRemembered(chat));
  panel.id = PANEL_ID;
  const tracker = new WidgetTracker<ChatTab>({ namespace: 'dispatch-chat' });
  const settingsTabs = new WidgetTracker<SettingsTab>({ namespace: 'dispatch-settings' });

  effect(() => app.shell.add(panel, settings.side.value, { rank: RANK }));
  if (registry) void settings.follow(registry, PLUGIN_ID);

  const waiting = new Waiting(host, notice => {
    for (const listener of listeners) listener(notice);
  });
  const parts: Parts = { app, host, panel, tracker, settingsTabs, labShell, waiting };
  addCommands(parts);
  if (labShell) openNewThreads(parts);
  watchRequests(parts, toastsSettled(app.restored, registry));
  for (const command of Object.values(CommandIDs)) palette?.addItem({ command, category: trans.__('Dispatch') });
  for (const section of SECTIONS)
    palette?.addItem({ command: CommandIDs.settings, category: trans.__('Dispatch'), args: { section } });
  launcher?.add({ command: CommandIDs.openMain, category: trans.__('Other'), rank: 1, args: { isLauncher: true } });
  statusBar?.registerStatusItem(PLUGIN_ID, {
    item: new StatusItem(panel.chat, waiting, {
      open: () => void app.commands.execute(CommandIDs.open),
      review: () => void app.commands.execute(CommandIDs.focusPrompt)
    }),
    align: 'right',
    rank: 90
  });

  restorer?.add(panel, PANEL_ID);
  void restorer?.restore(tracker, {
    command: CommandIDs.openMain,
    args: argsOf,
    name: tab => tab.id
  });
  void restorer?.restore(settingsTabs, {
    command: CommandIDs.settings,
    args: tab => ({ section: tab.content.section }),
    name: tab => tab.id
  });
  panel.chat.busy.subscribe(() => app.commands.notifyCommandChanged(CommandIDs.stop));
}

/** In the panel or in a tab: an agent that is to have a thread of its own gets a tab. */
function openNewThreads(parts: Parts): void {
  const threads = new NewThreads(parts);
  threads.watch(parts.panel.chat);
  parts.tracker.widgetAdded.connect((_, { content }) => {
    const stop = threads.watch(content.chat);
    content.disposed.connect(stop);
  });
}

/**
 * Says in the page that something waits for the person: as notifications, and on the panel's icon.
 * @param settled when notifications can be shown.
 */
function watchRequests({ app, host, panel, waiting }: Parts, settled: Promise<void>): void {
  const askers = new Askers(id => panel.chat.api.agent(id));
  const page: Page = {
    approvals: new Approvals(panel.chat.api, () => void waiting.refresh(), panel.chat.mayApprove),
    who: id => askers.of(id)?.path ?? null,
    review: request => {
      const args = { session: sessionOf(request.agent_id), agent: request.agent_id };
      // after the click: the notification closes with it, and takes the focus along
      setTimeout(() => {
        const elsewhere = request.kind === 'question' && askers.of(request.agent_id)?.first === false;
        const opened = elsewhere && host.openThread ? app.commands.execute(CommandIDs.thread, args) : Promise.resolve();
        const shown = opened.then(() => app.commands.execute(CommandIDs.focusPrompt, args));
        shown.catch(error => console.error('What waits for the person could not be shown.', error));
      });
    },
    isSeen: ({ id }) => document.hasFocus() && [...document.querySelectorAll(`[data-request="${id}"]`)].some(isInView)
  };
  void settled.then(() => notifyOfRequests(waiting, host.trans, page));
  effect(() => {
    panel.waiting.value = waiting.requests.value.length;
  });
  // the panel hears of its session first, and at once after a reload
  const inPanel = computed(() => idsOf(panel.chat.store.value?.open.value ?? []));
  inPanel.subscribe(ids => {
    if (ids !== idsOf(waiting.requests.peek())) void waiting.refresh();
  });
}

function idsOf(requests: readonly Request[]): string {
  return requests.map(({ id }) => id).join();
}

function isInView(element: Element): boolean {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < window.innerHeight;
}

/**
 * Opens the session the panel showed last in this workspace, else the newest one. It is kept in the browser and not
 * in the state database, which is saved with a delay: a page closed right after the first message would forget it.
 */
async function openRemembered(chat: Chat): Promise<void> {
  const key = `dispatch:panel:${PageConfig.getBaseUrl()}:${PageConfig.getOption('workspace')}`;
  const storage = browserStorage('localStorage');
  const wanted = storage.getItem(key);
  chat.sessionId.subscribe(session => {
    if (session) storage.setItem(key, session);
  });
  await chat.openLatest(wanted);
}

function addStyles(): void {
  const style = document.createElement('style');
  style.dataset.dispatch = '';
  style.textContent = css;
  document.head.append(style);
}

export default plugin;
