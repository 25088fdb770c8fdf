import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Host } from '../host';
import type { Change, Request } from '../protocol';
import { Api } from './api';
import { Backoff } from './backoff';
import { Connection } from './connection';
import { RequestError } from './problem';

/** A server without Dispatch is not asked more often than this; one that is back is asked when somebody looks. */
const MOST_WAIT_MS = 30_000;

/**
 * What waits for the person in any session of the server, for as long as the page lives. It listens on a socket that
 * wakes nothing on the server, and asks only when it was told that something has changed.
 */
export class Waiting {
  private readonly _requests = signal<readonly Request[]>([]);
  /** Open requests, for leave and for answers, in the order they were asked. */
  readonly requests: ReadonlySignal<readonly Request[]> = this._requests;

  private readonly api: Api;
  private readonly connection: Connection;
  private readonly stopEffect: () => void;
  /** The server has said that there is something to ask about: after a break, it is asked again. */
  private begun = false;
  private asking: Promise<void> | null = null;
  private again = false;

  /** @param heard told of every notice, for what else there is to keep up with. */
  constructor(
    host: Host,
    private readonly heard: (notice: Extract<Change, { type: 'notice' }>) => void = () => {}
  ) {
    this.api = new Api(host);
    this.connection = new Connection({
      url: query => host.streamUrl(query),
      WebSocket: host.WebSocket,
      position: () => ({ session: null, resume: null }),
      onChanges: changes => this.take(changes),
      diagnose: async () => null,
      backoff: new Backoff(1_000, MOST_WAIT_MS)
    });
    this.stopEffect = effect(() => {
      if (this.connection.state.value.kind === 'live' && this.begun) void this.refresh();
    });
  }

  dispose(): void {
    this.stopEffect();
    this.connection.close();
  }

  /** Asks what waits. While that is on its way, it is asked once more afterwards at most. */
  refresh(): Promise<void> {
    this.begun = true;
    this.again = this.asking !== null;
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
      if (this.again) void this.refresh();
    });
    return this.asking;
  }

  private async ask(): Promise<void> {
    try {
      const { pending } = await this.api.permissions(null);
      this._requests.value = [...pending].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
    } catch (error) {
      // who may not answer is not asked; a server that is away is asked again once it is back
      if (error instanceof RequestError && error.status === 403) this._requests.value = [];
    }
  }

  private take(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type !== 'notice') continue;
      if (change.kind === 'permissions_changed') void this.refresh();
      this.heard(change);
    }
  }
}

/** The session an agent belongs to: its id begins with it. */
export function sessionOf(agentId: string): string {
  return agentId.split('-', 1)[0] ?? agentId;
}
