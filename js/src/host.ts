import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Change, Place } from './protocol';

/**
 * The words of the interface in the person's language. The methods carry the names that Jupyter's
 * string extraction looks for, so calls read `trans.__('Send')`. `%1`, `%2` stand for the arguments;
 * in `_n`, `%1` is the number.
 */
export interface Translation {
  __(text: string, ...args: unknown[]): string;
  _n(singular: string, plural: string, n: number, ...args: unknown[]): string;
}

/** What a person can set; read live. */
export interface Settings {
  /** Unfold the model's reasoning without a click. */
  readonly showReasoning: Signal<boolean>;
  /** The key that sends; the other one breaks the line. */
  readonly sendOn: Signal<'enter' | 'ctrl-enter'>;
}

/** The parts of the settings view, in the order of its tabs. */
export const SECTIONS = ['agents', 'models', 'keys', 'skills', 'files'] as const;
export type SettingsSection = (typeof SECTIONS)[number];

/** Where drafts survive a reload of the page. It never throws: what cannot be kept lives as long as the page. */
export type DraftStorage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Everything the chat needs from the page it lives in. JupyterLab and the notebook widget each make one,
 * so that nothing below `hosts/` knows of Jupyter.
 */
export interface Host {
  readonly trans: Translation;
  readonly settings: Settings;
  /** A request to `{base_url}dispatch/{path}`, with the page's authentication. Rejects when there is no answer. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The address of the change stream, with the page's authentication; made anew for each connection. */
  streamUrl(query: URLSearchParams): string;
  readonly WebSocket: new (url: string) => WebSocket;
  readonly storage: DraftStorage;
  /** A notebook cell: how it is looked at is for that cell alone, and begins anew with it. */
  readonly isCell?: boolean;
  /** The name of who looks; null or absent where the page does not know. */
  readonly user?: ReadonlySignal<string | null>;
  /**
   * Calls with every word to all clients; a stream of a session has none of it. @returns what ends it. Where it is
   * absent, a view's own stream has to do.
   */
  notices?(listener: (notice: Extract<Change, { type: 'notice' }>) => void): () => void;
  /**
   * Opens a file, by its path in the project. False where the page's server shows no such file. Absent where the page
   * has nowhere to open it.
   */
  openFile?(path: string, project: string): Promise<boolean>;
  /**
   * Opens a file at a line, in an editor. False where this page cannot show that file: it is outside of what the
   * server shows, or hidden, and no settings file either. Absent where the page has nowhere to open it.
   */
  openAt?(place: Place): Promise<boolean>;
  /** Opens the settings in a tab of their own, for that session's agent. Absent where there are no tabs. */
  openSettings?(section: SettingsSection, session: string | null): void;
  /** Opens the thread of an agent in a tab of its own. Absent where there are no tabs. */
  openThread?(session: string, agentId: string): void;
  /** Opens the tree of a session's agents in a tab of its own. Absent where there are no tabs. */
  openAgents?(session: string | null): void;
  /** Shows a session, or the start of one, where conversations are: of views that show none themselves. */
  converse?(session: string | null, template: string | null): void;
  /** Called when the agent has changed files. */
  filesChanged?(): void;
}

/** The English words, for pages without a translator. */
export const english: Translation = {
  __: (text, ...args) => fill(text, args),
  _n: (singular, plural, n, ...args) => fill(n === 1 ? singular : plural, [n, ...args])
};

function fill(text: string, args: unknown[]): string {
  return text.replace(/%(\d)/g, (whole, place) => {
    const value = args[Number(place) - 1];
    return value === undefined ? whole : String(value);
  });
}
