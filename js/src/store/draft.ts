import { type ReadonlySignal, signal } from '@preact/signals';
import type { DraftStorage } from '../host';

/** A text that was taken out of the composer to be sent, and where it came from. */
export interface Lifted {
  readonly text: string;
  readonly key: string;
}

/** The unsent text of one view, kept over reloads of the page and one for each thread. */
export class Draft {
  private readonly _text = signal('');
  readonly text: ReadonlySignal<string> = this._text;
  private key = '';
  /** What is on its way, by where it was written: it is stored, and not to be sent once more. */
  private readonly lifted = new Map<string, string>();

  constructor(
    private readonly storage: DraftStorage,
    private readonly view: string
  ) {}

  /** Shows the draft of that session (`null`: of the one not begun yet), for its root agent or another one. */
  open(sessionId: string | null, agentId: string | null = null): void {
    this.key = `dispatch:draft:${this.view}:${agentId ?? sessionId ?? 'new'}`;
    const stored = this.read(this.key);
    this._text.value = stored === this.lifted.get(this.key) ? '' : stored;
  }

  set(text: string): void {
    this._text.value = text;
    this.write(this.key, text);
  }

  /** Empties the composer but keeps the stored text until `forget`: a reload while it is on its way loses nothing. */
  lift(): Lifted {
    const text = this._text.peek();
    this._text.value = '';
    this.lifted.set(this.key, text);
    return { text, key: this.key };
  }

  /** Puts a text that could not be sent back, before whatever was written there meanwhile. */
  putBack({ text, key }: Lifted): void {
    this.lifted.delete(key);
    const shown = key === this.key;
    const since = shown ? this._text.peek() : this.read(key);
    const whole = since && since !== text ? `${text}\n\n${since}` : text;
    if (shown) this.set(whole);
    else this.write(key, whole);
  }

  /** The lifted text has arrived: what is stored is what is being written now. */
  forget({ text, key }: Lifted): void {
    this.lifted.delete(key);
    if (key === this.key) this.write(key, this._text.peek());
    else if (this.read(key) === text) this.write(key, '');
  }

  private read(key: string): string {
    return this.storage.getItem(key) ?? '';
  }

  private write(key: string, text: string): void {
    if (text) this.storage.setItem(key, text);
    else this.storage.removeItem(key);
  }
}
