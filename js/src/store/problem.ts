import type { ErrorInfo } from '../protocol';

/** An error as a person sees it. Codes of our own: `network` (no answer), `http_NNN` (an answer that is not Dispatch's). */
export type Problem = Omit<ErrorInfo, 'place'> & Partial<Pick<ErrorInfo, 'place'>>;

/** A request that did not work. */
export class RequestError extends Error {
  constructor(
    readonly problem: Problem,
    /** The HTTP status; 0 without an answer. */
    readonly status: number
  ) {
    super(problem.message);
  }
}

/** Whatever was thrown, as a problem; what is not a `RequestError` is a fault of ours and is shown as one. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem;
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: null };
}

/** Answers that asking again does not change. */
const FINAL: readonly number[] = [401, 403, 404, 423];

/** What was thrown, where it is a refusal that asking again would not help. */
export function refusalOf(error: unknown): Problem | null {
  return error instanceof RequestError && FINAL.includes(error.status) ? error.problem : null;
}
