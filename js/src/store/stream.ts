import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Host } from '../host';
import type { Change } from '../protocol';
import type { Api } from './api';
import { Connection, type ConnectionState } from './connection';
import { type Problem, refusalOf } from './problem';
import type { SessionStore } from './session-store';

const IDLE: ConnectionState = { kind: 'closed', problem: null };

/** What a view shows, read whenever the stream is taken up. */
export interface Shown {
  readonly sessionId: ReadonlySignal<string | null>;
  readonly agentId: ReadonlySignal<string | null>;
  readonly store: ReadonlySignal<SessionStore | null>;
}

/** Who hears of it. */
export interface Listener {
  /** After the store has them. `restarted`: they come from another server process than those before. */
  changes(changes: readonly Change[], restarted: boolean): void;
  /** It is back after a break; what was said meanwhile to all was not heard. */
  missed(): void;
}

/** A view's connection to what it shows: one at a time, written into the store. */
export class Stream {
  private readonly connection = signal<Connection | null>(null);
  private wasLive = false;
  private readonly stopEffect: () => void;

  readonly state = computed<ConnectionState>(() => this.connection.value?.state.value ?? IDLE);
  /** It was connected to something; false while that is still being looked up. */
  readonly begun = computed(() => this.connection.value !== null);

  constructor(
    private readonly host: Pick<Host, 'streamUrl' | 'WebSocket'>,
    private readonly api: Api,
    private readonly shown: Shown,
    private readonly listener: Listener
  ) {
    this.stopEffect = effect(() => {
      if (this.state.value.kind !== 'live') return;
      if (this.wasLive) this.listener.missed();
      this.wasLive = true;
    });
  }

  dispose(): void {
    this.stopEffect();
    this.connection.peek()?.close();
    this.connection.value = null;
  }

  /** Connects to what is shown now, in the place of what was shown before. */
  connect(): void {
    if (this.state.peek().kind === 'live') this.wasLive = false; // nothing was missed
    this.connection.peek()?.close();
    const store = this.shown.store.peek();
    const session = this.shown.sessionId.peek();
    this.connection.value = new Connection({
      url: query => this.host.streamUrl(query),
      WebSocket: this.host.WebSocket,
      position: () => ({
        session,
        thread: this.shown.agentId.peek() ?? 'root',
        resume: store?.loaded.peek() ? { seq: store.seq, instance: store.instance } : null
      }),
      onChanges: changes => this.take(store, changes),
      diagnose: () => this.diagnose()
    });
  }

  retryNow(): void {
    this.connection.peek()?.retryNow();
  }

  private take(store: SessionStore | null, changes: readonly Change[]): void {
    const before = store?.instance;
    if (store?.apply(changes) === 'gap') this.connection.peek()?.resync();
    this.listener.changes(changes, Boolean(before) && before !== store?.instance);
  }

  /** Why the stream is refused, if asking again would not help. */
  private async diagnose(): Promise<Problem | null> {
    const session = this.shown.sessionId.peek();
    try {
      await (session ? this.api.look(session) : this.api.status());
      return null;
    } catch (error) {
      return refusalOf(error);
    }
  }
}
