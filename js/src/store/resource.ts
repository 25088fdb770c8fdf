import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { type Problem, problemOf } from './problem';

/** What is shown is asked for again at most this often, however much is heard. */
const APART_MS = 700;

/**
 * Something the server is asked for while somebody looks at it: once when they begin, and again when it may have
 * changed, never twice at a time and not without end. What nobody looks at is asked for when they next do.
 */
export class Resource<T> {
  private readonly _value = signal<T | null>(null);
  private readonly _problem = signal<Problem | null>(null);
  /** As it was told last; null until then. */
  readonly value: ReadonlySignal<T | null> = this._value;
  /** Why it could not be asked for the last time. */
  readonly problem: ReadonlySignal<Problem | null> = this._problem;

  private watchers = 0;
  private asking: Promise<void> | null = null;
  private again = false;
  private askedAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly question: () => Promise<T>) {}

  get watched(): boolean {
    return this.watchers > 0;
  }

  /** Begins to look. @returns what ends it. */
  watch(): () => void {
    this.watchers++;
    if (this.watchers === 1) void this.refresh();
    return () => {
      this.watchers--;
      if (!this.watchers) this.stop();
    };
  }

  /** It may have changed. */
  heard(): void {
    if (!this.watchers || this.timer !== undefined) return;
    const wait = Math.max(0, this.askedAt + APART_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, wait);
  }

  /** Asks now; while an answer is on its way, once more afterwards. @returns when there is an answer to this. */
  refresh(): Promise<void> {
    this.again = true;
    this.asking ??= this.askUntilFresh();
    return this.asking;
  }

  private async askUntilFresh(): Promise<void> {
    while (this.again) {
      this.again = false;
      await this.ask();
    }
    this.asking = null;
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async ask(): Promise<void> {
    this.askedAt = performance.now();
    try {
      const value = await this.question();
      batch(() => {
        this._value.value = value;
        this._problem.value = null;
      });
    } catch (error) {
      this._problem.value = problemOf(error);
    }
  }
}
