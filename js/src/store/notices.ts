import type { Host } from '../host';
import type { Change } from '../protocol';
import { Backoff } from './backoff';
import { Connection } from './connection';

export type Notice = Extract<Change, { type: 'notice' }>;

/** A server without Dispatch is not asked more often than this; one that is back is asked when somebody looks. */
const MOST_WAIT_MS = 30_000;

/** A connection that hears what is said to all clients and no more; it wakes nothing on the server. */
export function noticesOf(host: Pick<Host, 'streamUrl' | 'WebSocket'>, hear: (notice: Notice) => void): Connection {
  return new Connection({
    url: query => host.streamUrl(query),
    WebSocket: host.WebSocket,
    position: () => ({ session: null, resume: null }),
    onChanges: changes => {
      for (const change of changes) if (change.type === 'notice') hear(change);
    },
    diagnose: async () => null,
    backoff: new Backoff(1_000, MOST_WAIT_MS)
  });
}

/**
 * Word to all clients, on one socket for all who listen: those that watch a session hear of nothing else there.
 * The socket is open for as long as anybody listens, and wakes nothing on the server.
 */
export class Notices {
  private readonly listeners = new Set<(notice: Notice) => void>();
  private connection: Connection | null = null;

  constructor(private readonly host: Pick<Host, 'streamUrl' | 'WebSocket'>) {}

  /** @returns what ends it. */
  readonly listen = (listener: (notice: Notice) => void): (() => void) => {
    this.listeners.add(listener);
    this.connection ??= noticesOf(this.host, notice => {
      for (const listener of this.listeners) listener(notice);
    });
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size) return;
      this.connection?.close();
      this.connection = null;
    };
  };
}
