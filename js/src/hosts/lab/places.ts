import { MainAreaWidget } from '@jupyterlab/apputils';
import { UUID } from '@lumino/coreutils';
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
  const tab = has(chatInUse(parts)) ? null : tracker.find(({ content }) => has(content) && !has(panel));
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

/** Opens a session in a tab; without one, the session the panel shows. */
export async function openTab(
  { app, host, panel, tracker }: Parts,
  { session = null, id = null }: { readonly session?: string | null; readonly id?: string | null }
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
