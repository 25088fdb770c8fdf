import { type ReadonlySignal, signal } from '@preact/signals';
import type { DraftStorage } from '../host';

/** The unsent text of one view, kept over reloads of the page and one for each session. */
export class Draft {
  private readonly _text = signal('');
  readonly text: ReadonlySignal<string> = this._text;
  private key = '';

  constructor(
    private readonly storage: DraftStorage | null,
    private readonly view: string
  ) {}

  /** Shows the draft of that session (`null`: of the one not begun yet). */
  open(sessionId: string | null): void {
    this.key = `dispatch:draft:${this.view}:${sessionId ?? 'new'}`;
    this._text.value = this.read();
  }

  set(text: string): void {
    this._text.value = text;
    this.write(text);
  }

  /** Empties the composer but keeps the stored text until `forget`: a reload while it is on its way loses nothing. */
  lift(): string {
    const text = this._text.peek();
    this._text.value = '';
    return text;
  }

  /** Puts a text that could not be sent back, before whatever was written meanwhile. */
  putBack(text: string): void {
    const since = this._text.peek();
    this.set(since ? `${text}\n\n${since}` : text);
  }

  /** The lifted text has arrived: what is stored is what is being written now. */
  forget(): void {
    this.write(this._text.peek());
  }

  private read(): string {
    try {
      return this.storage?.getItem(this.key) ?? '';
    } catch {
      return ''; // storage is switched off in this browser: drafts live as long as the page
    }
  }

  private write(text: string): void {
    try {
      if (text) this.storage?.setItem(this.key, text);
      else this.storage?.removeItem(this.key);
    } catch {
      // full or switched off: the text is still in the composer
    }
  }
}
