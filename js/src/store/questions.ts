import { type ReadonlySignal, signal } from '@preact/signals';
import type { Request } from '../protocol';
import { type Problem, problemOf, RequestError } from './problem';

/** An answer that is on its way, or did not arrive. */
export interface Said {
  readonly text: string;
  /** Why it did not arrive; null while it is on its way. */
  readonly problem: Problem | null;
  /** The HTTP status of the problem; 0 without an answer. */
  readonly status: number;
}

/** An answer that came too late: the question was answered, or over, before it arrived. */
export interface Late {
  readonly requestId: string;
  readonly text: string;
}

/** The answers a person gives to what agents ask. What became of a question is told by its record. */
export class Questions {
  private readonly _said = signal<ReadonlyMap<string, Said>>(new Map());
  private readonly _late = signal<Late | null>(null);
  /** By request id. */
  readonly said: ReadonlySignal<ReadonlyMap<string, Said>> = this._said;
  /** The last answer that came too late; until the person has seen it. */
  readonly late: ReadonlySignal<Late | null> = this._late;
  /** What is being written, by request id: a prompt may be drawn anew while one writes. */
  readonly drafts = new Map<string, string>();

  /**
   * @param post sends an answer, and resolves to the question as the server has it then.
   * @param apply takes that record.
   */
  constructor(
    private readonly post: (requestId: string, answer: string) => Promise<Request>,
    private readonly apply: (request: Request) => void
  ) {}

  /** Answers a question once; while an answer is on its way, another one is not sent. @returns whether it counted. */
  async answer(requestId: string, text: string): Promise<boolean> {
    const before = this._said.peek().get(requestId);
    const words = text.trim();
    if (!words || (before && !before.problem)) return false;
    this.note(requestId, { text: words, problem: null, status: 0 });
    try {
      this.apply(await this.post(requestId, words));
      this.note(requestId, null);
      this.drafts.delete(requestId);
      return true;
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0;
      this.note(requestId, { text: words, problem: problemOf(error), status });
      if (status === 409) this._late.value = { requestId, text: words };
      return false;
    }
  }

  /** The person has read that their answer came too late. */
  dismissLate(): void {
    this._late.value = null;
  }

  private note(requestId: string, said: Said | null): void {
    const next = new Map(this._said.peek());
    if (said) next.set(requestId, said);
    else next.delete(requestId);
    this._said.value = next;
  }
}
