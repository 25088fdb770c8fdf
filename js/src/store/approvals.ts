import { type ReadonlySignal, signal } from '@preact/signals';
import type { AnswerRequest, Request } from '../protocol';
import type { Api } from './api';
import { type Problem, problemOf, RequestError } from './problem';

/** How far the answer to one request has come; a request nobody has answered here has none. */
export interface Answering {
  readonly answer: AnswerRequest;
  /** Why it did not arrive; null while it is on its way. */
  readonly problem: Problem | null;
  /** The HTTP status of the problem; 0 without an answer. */
  readonly status: number;
}

/** The answers a person gives to requests for leave. What became of them is told by the records. */
export class Approvals {
  private readonly _answering = signal<ReadonlyMap<string, Answering>>(new Map());
  /** By request id. */
  readonly answering: ReadonlySignal<ReadonlyMap<string, Answering>> = this._answering;

  /**
   * @param apply takes the request as the server has it now.
   * @param allowed whether the person may answer, as far as the server has said.
   */
  constructor(
    private readonly api: Api,
    private readonly apply: (request: Request) => void,
    readonly allowed: ReadonlySignal<boolean>
  ) {}

  /** Answers a request once; while an answer is on its way, another one is not sent. */
  async answer(requestId: string, answer: AnswerRequest): Promise<void> {
    const given = this._answering.peek().get(requestId);
    if (given && !given.problem) return;
    this.note(requestId, { answer, problem: null, status: 0 });
    try {
      this.apply(await this.api.answer(requestId, answer));
      this.note(requestId, null);
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0;
      this.note(requestId, { answer, problem: problemOf(error), status });
    }
  }

  private note(requestId: string, answering: Answering | null): void {
    const next = new Map(this._answering.peek());
    if (answering) next.set(requestId, answering);
    else next.delete(requestId);
    this._answering.value = next;
  }
}
