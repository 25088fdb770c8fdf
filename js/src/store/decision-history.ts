import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Asker, Decision, Grant, DecisionHistory as Page } from '../protocol';
import type { Api } from './api';
import { type Problem, problemOf } from './problem';

/** What was decided in all sessions of the project, as far as it has been asked for: from the newest backwards. */
export class DecisionHistory {
  private readonly _lines = signal<readonly Decision[]>([]);
  private readonly _grants = signal<readonly Grant[]>([]);
  private readonly _askers = signal<ReadonlyMap<string, Asker>>(new Map());
  private readonly _earlier = signal(0);
  private readonly _leftOut = signal(0);
  private readonly _problems = signal<readonly Problem[]>([]);
  private wanted = 0;

  /** Newest first. */
  readonly lines: ReadonlySignal<readonly Decision[]> = this._lines;
  /** Those of all sessions that are in force, newest first. */
  readonly grants: ReadonlySignal<readonly Grant[]> = this._grants;
  /** By agent id: who that is. */
  readonly askers: ReadonlySignal<ReadonlyMap<string, Asker>> = this._askers;
  /** Decisions the server has beyond these. */
  readonly earlier: ReadonlySignal<number> = this._earlier;
  /** Sessions the server did not look into. */
  readonly leftOut: ReadonlySignal<number> = this._leftOut;
  readonly problems: ReadonlySignal<readonly Problem[]> = this._problems;

  constructor(private readonly api: Api) {}

  /** Asks for the newest again; what was loaded behind them stays. */
  async refresh(): Promise<void> {
    const page = await this.ask(null);
    if (!page) return;
    const total = page.log.length + page.earlier;
    const first = new Set(page.log.map(({ id }) => id));
    // older ones follow on only where the page reaches them: else there would be a gap nobody sees
    const known = this._lines.peek();
    const joins = known.some(({ id }) => first.has(id));
    const lines = joins ? [...page.log, ...known.filter(({ id }) => !first.has(id))] : page.log;
    this.take(page, lines, Math.max(0, total - lines.length));
  }

  /** More, behind the last. */
  async more(): Promise<void> {
    const last = this._lines.peek().at(-1);
    if (!last) return;
    const page = await this.ask(last.id);
    if (page) this.take(page, [...this._lines.peek(), ...page.log], page.earlier);
  }

  private async ask(before: string | null): Promise<Page | null> {
    const turn = ++this.wanted;
    try {
      const page = await this.api.permissionHistory(before);
      return turn === this.wanted ? page : null; // asked again meanwhile: that answer is newer
    } catch (error) {
      if (turn === this.wanted) this._problems.value = [problemOf(error)];
      return null;
    }
  }

  private take(page: Page, lines: readonly Decision[], earlier: number): void {
    batch(() => {
      this._lines.value = lines;
      this._grants.value = page.grants;
      this._askers.value = new Map([
        ...this._askers.peek(),
        ...page.askers.map(asker => [asker.agent_id, asker] as const)
      ]);
      this._earlier.value = earlier;
      this._leftOut.value = page.left_out;
      this._problems.value = page.problems;
    });
  }
}
