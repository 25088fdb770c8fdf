import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

/** What every row has: an id, and the number of the change that wrote this version. */
export interface Row {
  readonly id: string;
  readonly seq: number;
}

/**
 * Rows by id, each in a signal of its own: whoever shows a row is drawn again when that row changes and
 * at no other time. A token streaming into one message costs nothing to the others.
 */
export class Table<R extends Row> {
  private readonly rows = new Map<string, Signal<R>>();
  private readonly _members = signal(0);
  /** Changes when a row is added or taken out, and when all are replaced; not when one is written to. */
  readonly members: ReadonlySignal<number> = this._members;

  get size(): number {
    return this.rows.size;
  }

  get(id: string): ReadonlySignal<R> | undefined {
    return this.rows.get(id);
  }

  /** The row as it is now, without subscribing to it. */
  peek(id: string): R | undefined {
    return this.rows.get(id)?.peek();
  }

  values(): R[] {
    return Array.from(this.rows.values(), row => row.peek());
  }

  /** All rows as they are now; whoever asks hears of every change in them. */
  watch(): R[] {
    this._members.value;
    return Array.from(this.rows.values(), row => row.value);
  }

  /**
   * The row is now this, unless what is there is as new.
   * @returns the version before it (`null`: there was none), or `undefined` if nothing was written.
   */
  put(record: R): R | null | undefined {
    const known = this.rows.get(record.id);
    if (!known) {
      this.rows.set(record.id, signal(record));
      this._members.value++;
      return null;
    }
    const before = known.peek();
    if (record.seq <= before.seq) return undefined;
    known.value = record;
    return before;
  }

  /** Writes fields of a row that is there, whatever its version. */
  patch(id: string, fields: Partial<R>): void {
    const known = this.rows.get(id);
    if (known) known.value = { ...known.peek(), ...fields };
  }

  /** These rows and no others. Rows that stay keep their signal, so what shows them stays mounted. */
  replaceAll(records: readonly R[]): void {
    const ids = new Set(records.map(record => record.id));
    for (const id of this.rows.keys()) if (!ids.has(id)) this.rows.delete(id);
    for (const record of records) {
      const known = this.rows.get(record.id);
      if (known) known.value = record;
      else this.rows.set(record.id, signal(record));
    }
    this._members.value++;
  }
}
