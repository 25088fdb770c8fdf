import { PageConfig } from '@jupyterlab/coreutils';
import { type Contents, ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Host, Translation } from '../../host';
import type { SettingsFile } from '../../protocol';

/** What stands before the colon in paths of the drive. */
export const DRIVE = 'Dispatch';

/** A browser has taken what it downloads by then. */
const KEPT_MS = 60_000;
/**
 * What was asked for does not happen, and the person has been told. Whoever asked is not to go on as if it had (a file
 * that is deleted is closed), nor to report it as an error of the page.
 */
const NEVER = new Promise<never>(() => {});

/** A file's path as Jupyter's editor is to open it, from its absolute path. */
export function drivePath(path: string): string {
  return `${DRIVE}:${path.replace(/\\/g, '/').replace(/^\/+/, '')}`;
}

/**
 * JupyterLab puts the document that is looked at into the page's address, and opens it from there through the browser of
 * its drive. This drive has none: after a reload that would fail with an error of JupyterLab's own. The document comes
 * back all the same, with the layout. To be called before JupyterLab is started.
 */
export function leaveOutOfAddress(): void {
  if (PageConfig.getOption('treePath').startsWith(`${DRIVE}:`)) PageConfig.setOption('treePath', '');
}

/**
 * Settings files as a drive of Jupyter's contents, so that its own editor opens and saves those that it does not show
 * itself: of the person, outside of the server's folder, and hidden ones. Paths are absolute ones, without the first
 * `/`; which files there are the server decides. It has no folders, and nothing is made, moved or taken away in it.
 *
 * JupyterLab shows nobody why a file was not renamed, deleted or copied: the drive does, in a dialog of its own.
 */
export class SettingsDrive implements Contents.IDrive {
  readonly name = DRIVE;
  private readonly changed = new Signal<this, Contents.IChangedArgs>(this);
  /** Which version was told last, by path. Jupyter asks before it saves, and lets the person decide about another. */
  private readonly versions = new Map<string, SettingsFile>();

  /** @param say shows the person a title, and what stands below it. */
  constructor(
    private readonly ask: Host['fetch'],
    readonly serverSettings: ServerConnection.ISettings,
    private readonly trans: Translation,
    private readonly say: (title: string, words: string) => void
  ) {}

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this.changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }
  private _isDisposed = false;

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  async get(localPath: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const file = await this.request(`config/file?${new URLSearchParams({ path: localPath })}`);
    this.versions.set(localPath, file);
    return modelOf(localPath, file, options.content ?? true);
  }

  async save(localPath: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    const digest = this.versions.get(localPath)?.digest ?? (await this.toReplace(localPath)).hash;
    const body = JSON.stringify({ path: localPath, text: options.content ?? '', digest });
    const file = await this.request('config/file', { method: 'PUT', body });
    this.versions.set(localPath, file);
    const model = modelOf(localPath, file, false);
    this.changed.emit({ type: 'save', oldValue: null, newValue: model });
    return model;
  }

  /** Jupyter makes one with each save and wants to hear of it; there is none to go back to. */
  async createCheckpoint(localPath: string): Promise<Contents.ICheckpointModel> {
    return { id: '', last_modified: this.versions.get(localPath)?.changed_at ?? new Date().toISOString() };
  }

  async listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return [];
  }

  restoreCheckpoint(): Promise<void> {
    return Promise.reject(this.cannot());
  }

  async deleteCheckpoint(): Promise<void> {}

  /** Saves the file under its name itself: with an address of what is not on a server, the browser would make one up. */
  async getDownloadUrl(localPath: string): Promise<string> {
    try {
      const { text } = await this.request(`config/file?${new URLSearchParams({ path: localPath })}`);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
      link.download = nameOf(localPath);
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
    } catch (error) {
      this.say(this.trans.__('%1 was not downloaded', nameOf(localPath)), wordsOf(error));
    }
    return NEVER;
  }

  newUntitled(): Promise<Contents.IModel> {
    return Promise.reject(this.cannot());
  }

  delete(localPath: string): Promise<void> {
    return this.refuse(this.trans.__('%1 was not deleted', nameOf(localPath)), localPath);
  }

  rename(localPath: string): Promise<Contents.IModel> {
    return this.refuse(this.trans.__('%1 was not renamed', nameOf(localPath)), localPath);
  }

  copy(localPath: string): Promise<Contents.IModel> {
    return this.refuse(this.trans.__('%1 was not copied', nameOf(localPath)), localPath);
  }

  private refuse(title: string, localPath: string): Promise<never> {
    const way = this.trans.__('Do it with a terminal or the file manager of your system: %1', absolute(localPath));
    this.say(title, `${this.cannot().message} ${way}`);
    return NEVER;
  }

  /** The file that stands where one is to be saved that was not opened from here: as by "Save as". */
  private async toReplace(localPath: string): Promise<Contents.IModel> {
    try {
      return await this.get(localPath);
    } catch (error) {
      throw isNotThere(error) ? this.cannot(this.trans.__('To keep a copy elsewhere, use Download.')) : error;
    }
  }

  private cannot(hint = ''): Error {
    const words = this.trans.__('Settings of Dispatch are only edited here, not made, moved, copied or deleted.');
    return new Error(hint ? `${words} ${hint}` : words);
  }

  private async request(path: string, init?: RequestInit): Promise<SettingsFile> {
    const response = await this.ask(path, init);
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as SettingsFile;
  }
}

function modelOf(path: string, file: SettingsFile, withContent: boolean): Contents.IModel {
  return {
    name: nameOf(path),
    path,
    type: 'file',
    format: withContent ? 'text' : (null as unknown as Contents.FileFormat), // as Jupyter's own server answers
    mimetype: 'text/plain',
    content: withContent ? file.text : null,
    writable: file.writable,
    created: file.changed_at,
    last_modified: file.changed_at,
    size: file.size,
    hash: file.digest,
    hash_algorithm: 'sha256'
  };
}

/** With the server's words and what to do: Jupyter shows the message as it is. */
async function refusal(response: Response): Promise<Error> {
  const said: { message?: string; hint?: string | null } = await response.json().catch(() => ({}));
  const words = [said.message, said.hint].filter(Boolean).join(' ') || response.statusText;
  return new ServerConnection.ResponseError(response, words);
}

function isNotThere(error: unknown): boolean {
  return error instanceof ServerConnection.ResponseError && error.response.status === 404;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A path of the drive as the system has it. */
function absolute(path: string): string {
  return /^[A-Za-z]:/.test(path) ? path : `/${path}`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
