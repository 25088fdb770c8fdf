import { type ReadonlySignal, signal } from '@preact/signals';
import type { Draft } from './draft';
import type { SessionStore } from './session-store';

/** A message on its way: `id` is null until the server has it. */
export interface Sending {
  readonly text: string;
  readonly id: string | null;
}

/** What the person has sent and the thread does not show yet. */
export class Outbox {
  private readonly _sending = signal<Sending | null>(null);
  readonly sending: ReadonlySignal<Sending | null> = this._sending;

  /** @param deliver gives a text to the server; the id of the message it became, or null where it was not taken. */
  constructor(
    private readonly draft: Draft,
    private readonly deliver: (text: string) => Promise<string | null>
  ) {}

  /** Sends what is in the composer, unless a message is on its way to the server. It comes back there if that fails. */
  async sendDraft(): Promise<void> {
    if (this._sending.peek()?.id === null || !this.draft.text.peek().trim()) return;
    const lifted = this.draft.lift();
    if (await this.send(lifted.text)) this.draft.forget(lifted);
    else this.draft.putBack(lifted);
  }

  /** @returns whether the server has taken it. */
  async send(text: string): Promise<boolean> {
    const mine: Sending = { text: text.trim(), id: null };
    this._sending.value = mine;
    const id = await this.deliver(text);
    // else another thread is shown by now, perhaps with a message of its own on its way
    if (this._sending.peek() === mine) this._sending.value = id === null ? null : { ...mine, id };
    return id !== null;
  }

  /** Another thread is shown; `sending` is on its way to that one. */
  clear(sending: Sending | null = null): void {
    this._sending.value = sending;
  }

  /** A message that the store shows is no longer on its way. */
  settle(store: SessionStore | null): void {
    const id = this._sending.value?.id;
    if (!id || !store) return;
    store.structure.value;
    if (store.tables.messages.get(id)) this._sending.value = null;
  }
}
