import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Host, Settings } from '../../host';
import type { Place } from '../../protocol';
import { browserStorage } from '../storage';
import { contentsPath, isHidden } from './project-path';
import { drivePath, leaveOutOfAddress, SettingsDrive } from './settings-drive';

/** The file browser is asked to look again at most this often. */
const REFRESH_MS = 500;

/** What JupyterLab (or Notebook 7) gives the chat; `tabs`: it has a main area, where editors open beside it. */
export function labHost(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  settings: Settings,
  documents: IDocumentManager | null,
  tabs: boolean
): Host {
  const server = ServerConnection.makeSettings();
  const ask: Host['fetch'] = (path, init = {}) =>
    ServerConnection.makeRequest(`${URLExt.join(server.baseUrl, 'dispatch')}/${path}`, init, server);
  const tell = (title: string, body: string) =>
    void showDialog({ title, body, buttons: [Dialog.okButton({ label: trans.__('Ok') })] });
  if (tabs) {
    app.serviceManager.contents.addDrive(new SettingsDrive(ask, server, trans, tell));
    leaveOutOfAddress();
  }
  const files = new Files(app, documents, tabs);
  return {
    trans,
    settings,
    user: userName(app),
    storage: browserStorage('sessionStorage'),
    WebSocket: server.WebSocket,
    fetch: ask,
    streamUrl: query => {
      if (server.appendToken && server.token) query.set('token', server.token);
      return `${URLExt.join(server.wsUrl, 'dispatch', 'stream')}?${query}`;
    },
    openFile: (path, project) => files.open(path, project),
    openAt: place => files.openAt(place),
    filesChanged: () => files.refresh()
  };
}

/** The name the server knows this person by. */
function userName({ serviceManager: { user } }: JupyterFrontEnd): ReadonlySignal<string | null> {
  const name = signal<string | null>(null);
  const read = () => {
    name.value = user.identity?.display_name || user.identity?.username || null;
  };
  user.ready.then(read, () => {}); // not known: it stays null
  user.userChanged.connect(read);
  return name;
}

/** What is used of an editor's widget; other widgets have none of it. */
interface Editing {
  readonly editor?: {
    setCursorPosition(position: { line: number; column: number }): void;
    revealPosition(position: { line: number; column: number }): void;
    focus(): void;
  };
}

function goTo(content: Editing & object, line: number): void {
  const at = { line: line - 1, column: 0 };
  content.editor?.setCursorPosition(at);
  content.editor?.revealPosition(at);
  content.editor?.focus();
}

class Files {
  private pending: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly documents: IDocumentManager | null,
    private readonly withDrive: boolean
  ) {}

  /** Opens a file as the file browser would; false where Jupyter shows no such file. */
  async open(path: string, project: string): Promise<boolean> {
    const known = contentsPath(path, project, PageConfig.getOption('serverRoot')) ?? path;
    if (!(await this.isThere(known))) return false;
    await this.app.commands.execute('docmanager:open', { path: known });
    await this.catchUp(known);
    return true;
  }

  /** Opens a file at a line; false where neither Jupyter shows it nor Dispatch reads it. */
  async openAt({ path, line }: Place): Promise<boolean> {
    const known = await this.whereToOpen(path);
    const widget = known === null ? undefined : this.documents?.openOrReveal(known, 'Editor');
    if (known === null || !widget) return false;
    await widget.context.ready;
    await this.catchUp(known);
    goTo(widget.content, line);
    return true;
  }

  /** The path that opens a file: Jupyter's own where it shows the file, else that of the drive of settings. */
  private async whereToOpen(path: string): Promise<string | null> {
    const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    const shown = contentsPath(path.slice(cut + 1), path.slice(0, cut) || '/', PageConfig.getOption('serverRoot'));
    const wanted = [shown !== null && !isHidden(shown) && shown, this.withDrive && drivePath(path)];
    for (const known of wanted) if (known && (await this.isThere(known))) return known;
    return null;
  }

  private async isThere(path: string): Promise<boolean> {
    try {
      await this.app.serviceManager.contents.get(path, { content: false });
      return true;
    } catch {
      return false; // the server says why in its log; the person has the path
    }
  }

  /** Lets the file browser show what the agent has written. */
  refresh(): void {
    if (this.pending !== undefined) return;
    this.pending = setTimeout(() => {
      this.pending = undefined;
      if (this.app.commands.hasCommand('filebrowser:refresh')) void this.app.commands.execute('filebrowser:refresh');
    }, REFRESH_MS);
  }

  /** A document that was open already shows the file as it was: take the new one, but never over unsaved work. */
  private async catchUp(path: string): Promise<void> {
    const widget = this.documents?.findWidget(path);
    const context = widget && this.documents?.contextForWidget(widget);
    if (!context) return;
    await context.ready;
    const before = context.contentsModel?.last_modified;
    const now = await this.app.serviceManager.contents.get(path, { content: false });
    if (before !== now.last_modified && !context.model.dirty) await context.revert();
  }
}
