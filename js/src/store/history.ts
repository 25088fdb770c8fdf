import { type ReadonlySignal, signal } from '@preact/signals';
import type { Api } from './api';
import type { SessionStore } from './session-store';

/** Messages asked for at once. */
const PAGE = 100;

/** What the server has of a thread and this view does not: older messages, and outputs that were cut. */
export class History {
  private readonly _loading = signal(false);
  /** Older messages are on their way. */
  readonly loading: ReadonlySignal<boolean> = this._loading;

  constructor(
    private readonly api: Api,
    private readonly store: ReadonlySignal<SessionStore | null>,
    private readonly sessionId: ReadonlySignal<string | null>,
    private readonly agentId: ReadonlySignal<string | null>
  ) {}

  /** Fetches the page of messages before the oldest one here. */
  async earlier(): Promise<void> {
    const store = this.store.peek();
    const [session, agent] = [this.sessionId.peek(), this.agentId.peek()];
    const oldest = store?.tables.messages.peek(store.thread.peek()[0] ?? '');
    if (!store || !session || !oldest || !store.earlier.peek() || this._loading.peek()) return;
    this._loading.value = true;
    try {
      const page = await this.api.earlier(session, oldest.order, PAGE, agent);
      // a new snapshot may begin later, and the messages between it and this page would never be asked for
      const still = store === this.store.peek() && agent === this.agentId.peek();
      if (still && store.thread.peek()[0] === oldest.id) store.addEarlier(page);
    } finally {
      this._loading.value = false;
    }
  }

  /** Replaces a call's cut output by the whole one. */
  async whole(callId: string): Promise<void> {
    const store = this.store.peek();
    const session = this.sessionId.peek();
    if (store && session) store.fillCall(await this.api.call(session, callId));
  }
}
