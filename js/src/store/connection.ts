import { type ReadonlySignal, signal } from '@preact/signals';
import type { Change } from '../protocol';
import { Backoff } from './backoff';
import type { Problem } from './problem';

/** `closed` with a problem is final until someone asks again; `closed` without one was asked for. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'reconnecting'; readonly offline: boolean }
  | { readonly kind: 'closed'; readonly problem: Problem | null };

/** How far the client has come in the stream; sent on each attempt, so that nothing is lost or sent twice. */
export interface Position {
  readonly session: string | null;
  /** Whose messages and calls to send: an agent's by its id, those of the `root`, or of `none`. Absent: of all. */
  readonly thread?: string;
  /** `null`: start with a snapshot. */
  readonly resume: { readonly seq: number; readonly instance: string } | null;
}

export interface ConnectionOptions {
  readonly url: (query: URLSearchParams) => string;
  readonly WebSocket: new (url: string) => WebSocket;
  readonly position: () => Position;
  readonly onChanges: (changes: readonly Change[]) => void;
  /** Asked for what a socket cannot say: why it is refused, or the whole of a reason that is cut to 123 bytes. */
  readonly diagnose: () => Promise<Problem | null>;
  readonly backoff?: Backoff;
}

/** Close codes of the server's own that trying again does not help; 4408 says that this client fell behind. */
const FINAL: Record<number, string> = { 4404: 'not_found', 4422: 'invalid', 4423: 'locked' };
const LAGGED = 4408;
const REFUSALS_BEFORE_DIAGNOSIS = 3;
/** A page hidden for longer may hold a socket that died unnoticed (a laptop's sleep). */
const HIDDEN_MS = 30_000;
/** A socket that lived this long was good: the next loss starts again with the shortest wait. */
const SETTLED_MS = 5_000;

/** The change stream of one session, kept up: it comes back by itself and takes up where it was. */
export class Connection {
  private readonly _state = signal<ConnectionState>({ kind: 'connecting' });
  readonly state: ReadonlySignal<ConnectionState> = this._state;

  private readonly backoff: Backoff;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hiddenSince = 0;
  private openedAt = Number.POSITIVE_INFINITY;

  constructor(private readonly options: ConnectionOptions) {
    this.backoff = options.backoff ?? new Backoff();
    window.addEventListener('online', this.retryNow);
    window.addEventListener('offline', this.onOffline);
    document.addEventListener('visibilitychange', this.onVisibility);
    this.connect();
  }

  /** Ends it for good. */
  close(): void {
    window.removeEventListener('online', this.retryNow);
    window.removeEventListener('offline', this.onOffline);
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.drop();
    this._state.value = { kind: 'closed', problem: null };
  }

  /** Drops the socket and takes the stream up again from the present position. */
  resync(): void {
    this.settle();
    this.drop();
    this._state.value = { kind: 'reconnecting', offline: false };
    this.schedule(this.backoff.next());
  }

  /** Tries again at once, also after a final refusal. */
  readonly retryNow = (): void => {
    if (this._state.peek().kind === 'live') return;
    this.backoff.reset();
    this.drop();
    this.connect();
  };

  private connect(): void {
    const { session, thread, resume } = this.options.position();
    const query = new URLSearchParams();
    if (session) query.set('session', session);
    if (session && thread) query.set('thread', thread);
    if (session && resume) {
      query.set('after', String(resume.seq));
      query.set('instance', resume.instance);
    }
    this._state.value = resume ? { kind: 'reconnecting', offline: false } : { kind: 'connecting' };
    const socket = new this.options.WebSocket(this.options.url(query));
    this.socket = socket;
    socket.onopen = () => this.onOpen(socket);
    socket.onmessage = event => this.onMessage(socket, event);
    socket.onclose = event => this.onClose(socket, event);
  }

  private drop(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private onOpen(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.openedAt = Date.now();
    this._state.value = { kind: 'live' };
  }

  private onMessage(socket: WebSocket, event: MessageEvent): void {
    if (socket !== this.socket) return;
    const frame = JSON.parse(String(event.data)) as Change | Change[];
    this.options.onChanges(Array.isArray(frame) ? frame : [frame]);
  }

  private onClose(socket: WebSocket, event: CloseEvent): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.settle();
    const code = FINAL[event.code];
    if (code) {
      this._state.value = { kind: 'closed', problem: { code, message: event.reason, hint: null } };
      void this.diagnose();
      return;
    }
    this._state.value = { kind: 'reconnecting', offline: navigator.onLine === false };
    if (this.backoff.attempts >= REFUSALS_BEFORE_DIAGNOSIS) void this.diagnose();
    this.schedule(event.code === LAGGED ? 0 : this.backoff.next());
  }

  private async diagnose(): Promise<void> {
    const problem = await this.options.diagnose();
    const { kind } = this._state.peek();
    if (!problem || kind === 'live' || kind === 'connecting') return;
    this.drop();
    this._state.value = { kind: 'closed', problem };
  }

  /** The socket is over: was it good? */
  private settle(): void {
    if (Date.now() - this.openedAt > SETTLED_MS) this.backoff.reset();
    this.openedAt = Number.POSITIVE_INFINITY;
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), delay);
  }

  private readonly onOffline = (): void => {
    if (this._state.peek().kind === 'closed') return;
    this.drop();
    this.connect(); // a server on this machine is there all the same
    this._state.value = { kind: 'reconnecting', offline: true };
  };

  private readonly onVisibility = (): void => {
    if (document.visibilityState === 'hidden') {
      this.hiddenSince = Date.now();
    } else if (this._state.peek().kind === 'reconnecting') {
      this.retryNow();
    } else if (this._state.peek().kind === 'live' && Date.now() - this.hiddenSince > HIDDEN_MS) {
      this.drop();
      this.connect();
    }
  };
}
