import { MainAreaWidget } from '@jupyterlab/apputils';
import { UUID } from '@lumino/coreutils';
import type { Chat } from '../../store/chat';
import { ChatWidget } from './chat-widget';
import type { Parts } from './commands';

export type ChatTab = MainAreaWidget<ChatWidget>;

/** Shows the panel, and puts the focus where one writes unless something else is to have it. */
export function showPanel({ app, panel }: Parts, focus = true): void {
  app.shell.activateById(panel.id);
  // the palette activates the widget it was called from as it closes: take the focus after that
  if (focus) void Promise.resolve().then(() => panel.activate());
}

/** The tab in front, if it is a chat; else the panel. */
export function chatInUse({ app, panel, tracker }: Parts): ChatWidget {
  const current = app.shell.currentWidget;
  return current && tracker.has(current) ? (current as ChatTab).content : panel;
}

/** Shows the chat that shows that session: the one in use, else a tab that has it, else the panel turns to it. */
export function chatShowing(parts: Parts, session: string): ChatWidget {
  const { app, panel, tracker } = parts;
  const has = (widget: ChatWidget) => widget.chat.sessionId.peek() === session;
  const tab = has(chatInUse(parts))
    ? null
    : tracker.find(({ content }) => content.kind === 'chat' && has(content) && !has(panel));
  if (tab) {
    app.shell.activateById(tab.id);
    return tab.content;
  }
  const inUse = chatInUse(parts);
  if (inUse !== panel && has(inUse)) return inUse;
  panel.begin(session);
  showPanel(parts, false);
  return panel;
}

export interface TabOptions {
  /** Without one, the session the panel shows. */
  readonly session?: string | null;
  /** Of a tab that was there before. */
  readonly id?: string | null;
  /** The tab is for this agent's thread alone. */
  readonly agent?: string | null;
  /** The tab is for the tree of agents. */
  readonly tree?: boolean;
  /** Leave the person where they are: the tab is there, marked until they look at it. */
  readonly behind?: boolean;
}

/** Opens a session in a tab: its conversation, the thread of one agent, or its tree of agents. */
export async function openTab(parts: Parts, options: TabOptions): Promise<ChatTab> {
  const { app, tracker } = parts;
  const { session = null, agent = null, behind = false } = options;
  const tabId = options.id ?? `dispatch-chat-${UUID.uuid4()}`;
  const content = contentOf(parts, tabId, options);
  if (session && agent) content.beginThread(session, agent);
  const tab: ChatTab = new MainAreaWidget({ content });
  tab.id = tabId;
  tab.title.closable = true;
  tab.toolbar.hide();
  if (behind) markUntilSeen(tab);
  await tracker.add(tab);
  follow(tab, tracker);
  app.shell.add(tab, 'main', behind ? { activate: false } : {});
  if (!behind) app.shell.activateById(tab.id);
  return tab;
}

/** Shows an agent's thread in its tab: the one it has, else a new one. */
export async function openThread(parts: Parts, session: string, agent: string, behind = false): Promise<ChatTab> {
  const known = threadTab(parts, agent);
  if (!known) return openTab(parts, { session, agent, behind });
  if (!behind) parts.app.shell.activateById(known.id);
  return known;
}

/** The tab of an agent's thread, if there is one. */
export function threadTab({ tracker }: Parts, agent: string): ChatTab | undefined {
  return tracker.find(({ content }) => content.kind === 'thread' && content.chat.agentId.peek() === agent);
}

/** Shows the tree of a session's agents; there is one such tab, which turns to that session. */
export async function openAgents(parts: Parts, session: string | null): Promise<ChatTab> {
  const known = parts.tracker.find(({ content }) => content.kind === 'agents');
  if (!known) return openTab(parts, { session, tree: true });
  if (session && session !== known.content.chat.sessionId.peek()) known.content.begin(session);
  parts.app.shell.activateById(known.id);
  return known;
}

function contentOf({ host, panel }: Parts, id: string, { session, agent, tree }: TabOptions): ChatWidget {
  const start = (chat: Chat) => {
    const wanted = session ?? panel.chat.sessionId.peek();
    if (wanted) chat.open(wanted);
    else void chat.openLatest();
  };
  return new ChatWidget(host, id, start, agent ? 'thread' : tree ? 'agents' : 'chat');
}

/** Keeps a tab's name, and what the page brings back after a reload. */
function follow(tab: ChatTab, tracker: Parts['tracker']): void {
  const { content } = tab;
  const stops = [
    content.chat.sessionId.subscribe(() => void tracker.save(tab)),
    content.sessionTitle.subscribe(title => {
      tab.title.label = title;
    })
  ];
  content.disposed.connect(() => {
    for (const stop of stops) stop();
  });
}

/** What a tab is, for it to be brought back. */
export function argsOf({ id, content }: ChatTab): { readonly [name: string]: string | boolean | null } {
  return {
    id,
    session: content.chat.sessionId.peek(),
    agent: content.kind === 'thread' ? content.chat.agentId.peek() : null,
    tree: content.kind === 'agents'
  };
}

const UNSEEN = 'dsp-tab-unseen';

function markUntilSeen(tab: ChatTab): void {
  tab.title.className = UNSEEN;
  const stop = tab.content.seen.subscribe(seen => {
    if (seen) tab.title.className = '';
  });
  tab.content.disposed.connect(stop);
}
