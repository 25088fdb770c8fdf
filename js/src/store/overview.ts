import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { SessionSummary, Status } from '../protocol';
import type { Api } from './api';
import { Backoff } from './backoff';
import { oneAtATime } from './one-at-a-time';
import { type Problem, problemOf, refusalOf } from './problem';
import type { Trust } from './trust';

/** What is known of the project as a whole, whatever session is shown: how it stands, and which sessions it has. */
export class Overview {
  private readonly _status = signal<Status | null>(null);
  private readonly _sessions = signal<readonly SessionSummary[] | null>(null);
  private readonly _away = signal(false);
  private wake: () => void = () => {};

  readonly status: ReadonlySignal<Status | null> = this._status;
  /** Newest first; `null` until asked for. */
  readonly sessions: ReadonlySignal<readonly SessionSummary[] | null> = this._sessions;
  /** The sessions are being looked for, and the server does not answer. */
  readonly away: ReadonlySignal<boolean> = this._away;

  /** @param report told of what did not work, but not that the server is away: the connection's state says that. */
  constructor(
    private readonly api: Api,
    private readonly trust: Trust,
    private readonly report: (problem: Problem) => void
  ) {}

  readonly refreshSessions = oneAtATime(async () => {
    await this.lookForSessions();
  });

  async refreshStatus(): Promise<void> {
    await this.look(async () => {
      this._status.value = await this.api.status();
    });
    const untrusted = this._status.peek()?.readiness.problems.some(problem => problem.code === 'untrusted');
    if (untrusted) await this.trust.refresh();
    else if (this.trust.waiting.peek().length) this.trust.forget();
  }

  /** A turn may have changed what is said of the project, its dispatch.yaml say. @returns what ends it. */
  follow(busy: ReadonlySignal<boolean>): () => void {
    let before = false;
    return effect(() => {
      const now = busy.value;
      if (before && !now) void this.refreshStatus();
      before = now;
    });
  }

  /** Asks for the sessions until there is an answer, be it a refusal, for as long as that is wanted. */
  async findSessions(wanted: () => boolean): Promise<void> {
    const backoff = new Backoff();
    while (!(await this.lookForSessions()) && wanted()) {
      this._away.value = true;
      await this.pause(backoff.next());
      if (!wanted()) break;
    }
    this._away.value = false;
  }

  /** Ends the pause before the sessions are asked for again. */
  retryNow(): void {
    this.wake();
  }

  private lookForSessions(): Promise<boolean> {
    return this.look(async () => {
      this._sessions.value = await this.api.sessions();
    });
  }

  /** @returns whether it makes no sense to ask again: there is an answer, or a refusal that would be the same. */
  private async look(question: () => Promise<void>): Promise<boolean> {
    try {
      await question();
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== 'network' && problem.code !== 'conflict') this.report(problem);
      return refusalOf(error) !== null;
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
