import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Host } from '../host';
import type { Request } from '../protocol';
import { Api } from './api';
import type { Connection } from './connection';
import { type Notice, noticesOf } from './notices';
import { oneAtATime } from './one-at-a-time';
import { RequestError } from './problem';

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

  /** @param heard told of every notice, for what else there is to keep up with. */
  constructor(
    host: Host,
    private readonly heard: (notice: Notice) => void = () => {}
  ) {
    this.api = new Api(host);
    this.connection = noticesOf(host, notice => {
      if (notice.kind === 'permissions_changed') void this.refresh();
      this.heard(notice);
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
    return this.askOnce();
  }

  private readonly askOnce = oneAtATime(() => this.ask());

  private async ask(): Promise<void> {
    try {
      const { pending } = await this.api.permissions(null);
      this._requests.value = [...pending].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
    } catch (error) {
      // who may not answer is not asked; a server that is away is asked again once it is back
      if (error instanceof RequestError && error.status === 403) this._requests.value = [];
    }
  }
}
