import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { DraftStorage } from '../host';
import type { TrustedFile } from '../protocol';
import type { Api } from './api';
import { type Problem, problemOf } from './problem';

/** The project's files that would widen what agents may do, and whether the person trusts them as they are now. */
export class Trust {
  private readonly _files = signal<readonly TrustedFile[]>([]);
  private readonly _problem = signal<Problem | null>(null);
  private readonly _asking = signal(false);
  /** What was heard while an answer was on its way may be newer than it. */
  private again = false;

  /** Those that ask for something and are not trusted, as far as asked for. */
  readonly waiting = computed(() => this._files.value.filter(file => !file.trusted && file.widens.length > 0));
  /** All that ask for something, as far as asked for. */
  readonly files: ReadonlySignal<readonly TrustedFile[]> = this._files;
  readonly problem: ReadonlySignal<Problem | null> = this._problem;
  readonly asking: ReadonlySignal<boolean> = this._asking;

  /** @param changed called when what agents may do has changed with it. */
  constructor(
    private readonly api: Api,
    private readonly changed: () => void
  ) {}

  async refresh(): Promise<void> {
    this.again = this._asking.peek();
    if (!this.again) await this.ask(() => this.api.trusted());
  }

  /** Trusts that version of a file, or stops it; one that has changed since it was shown is shown anew. */
  async trust({ path, digest }: TrustedFile, trusted = true): Promise<void> {
    const done = await this.ask(() => this.api.trust({ path, digest, trusted }));
    if (done) return this.changed();
    const problem = this._problem.peek();
    await this.refresh();
    this._problem.value = problem;
  }

  forget(): void {
    batch(() => {
      this._files.value = [];
      this._problem.value = null;
    });
  }

  private async ask(question: () => Promise<readonly TrustedFile[]>): Promise<boolean> {
    if (this._asking.peek()) return false;
    this._asking.value = true;
    try {
      const files = await question();
      batch(() => {
        this._files.value = files;
        this._problem.value = null;
      });
      return true;
    } catch (error) {
      this._problem.value = problemOf(error);
      return false;
    } finally {
      this._asking.value = false;
      if (this.again) void this.refresh();
    }
  }
}

/** What a person does not want to see again, for as long as the page's storage lives. */
export class Dismissals {
  private readonly _seen = signal<ReadonlySet<string>>(new Set());

  constructor(private readonly storage: DraftStorage) {}

  has(key: string): boolean {
    return this._seen.value.has(key) || this.storage.getItem(keyOf(key)) === '1';
  }

  add(key: string): void {
    this._seen.value = new Set(this._seen.peek()).add(key);
    this.storage.setItem(keyOf(key), '1');
  }

  /** What was dismissed under one name is from now on under another one, and under that alone. */
  move(from: string, to: string): void {
    if (!this.has(from)) return;
    this.add(to);
    this._seen.value = new Set([...this._seen.peek()].filter(key => key !== from));
    this.storage.removeItem(keyOf(from));
  }
}

function keyOf(key: string): string {
  return `dispatch:dismissed:${key}`;
}
