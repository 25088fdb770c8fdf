import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Host, Settings } from '../../host';
import type { Place } from '../../protocol';
import { contentsPath } from './project-path';

/** The file browser is asked to look again at most this often. */
const REFRESH_MS = 500;

/** What JupyterLab (or Notebook 7) gives the chat. */
export function labHost(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  settings: Settings,
  documents: IDocumentManager | null
): Host {
  const server = ServerConnection.makeSettings();
  const files = new Files(app, documents);
  return {
    trans,
    settings,
    user: userName(app),
    storage: window.sessionStorage,
    WebSocket: server.WebSocket,
    fetch: (path, init = {}) =>
      ServerConnection.makeRequest(`${URLExt.join(server.baseUrl, 'dispatch')}/${path}`, init, server),
    streamUrl: query => {
      if (server.appendToken && server.token) query.set('token', server.token);
      return `${URLExt.join(server.wsUrl, 'dispatch', 'stream')}?${query}`;
    },
    openFile: (path, project) => void files.open(path, project),
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
  void user.ready.then(read);
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
    private readonly documents: IDocumentManager | null
  ) {}

  async open(path: string, project: string): Promise<void> {
    const known = contentsPath(path, project, PageConfig.getOption('serverRoot'));
    await this.app.commands.execute('docmanager:open', { path: known ?? path });
    await this.catchUp(known ?? path);
  }

  /** Opens a file at a line; false where Jupyter does not show it: it is outside of its folder, or hidden. */
  async openAt({ path, line }: Place): Promise<boolean> {
    const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    const known = contentsPath(path.slice(cut + 1), path.slice(0, cut) || '/', PageConfig.getOption('serverRoot'));
    if (known === null || !this.documents) return false;
    try {
      await this.app.serviceManager.contents.get(known, { content: false });
    } catch {
      return false; // the server says why in its log; the person has the path
    }
    const widget = this.documents.openOrReveal(known, 'Editor');
    if (!widget) return false;
    await widget.context.ready;
    await this.catchUp(known);
    goTo(widget.content, line);
    return true;
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
