import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Asker, Decision, Grant } from '../protocol';
import { sessionOf } from './agent-ids';
import type { Api } from './api';
import { DecisionHistory } from './decision-history';
import { type Problem, problemOf } from './problem';
import type { SessionStore } from './session-store';

export type Revoking =
  | { readonly state: 'asked' | 'revoked' }
  | { readonly state: 'failed'; readonly problem: Problem };

/**
 * The permission log of the session that is shown, and the leave in force in it: what the session's own records say,
 * as they change, and what only the server knows (older lines, and the leave in the person's dispatch.yaml). Where the
 * person wants to see all sessions, what was decided in the others as well.
 */
export class PermissionLog {
  private readonly _shown = signal(false);
  private readonly _always = signal<readonly Grant[]>([]);
  private readonly _elsewhere = signal<readonly Grant[]>([]);
  private readonly _fetched = signal<readonly Decision[]>([]);
  private readonly _everywhere = signal(false);
  private readonly _askers = signal<readonly Asker[]>([]);
  private readonly _problems = signal<readonly Problem[]>([]);
  private readonly _loading = signal(false);
  private readonly _revoking = signal<ReadonlyMap<string, Revoking>>(new Map());
  private wanted = 0;
  private readonly stopEffect: () => void;

  /** The person looks at the log rather than at the conversation. */
  readonly shown: ReadonlySignal<boolean> = this._shown;
  readonly loading: ReadonlySignal<boolean> = this._loading;
  /** The log is of all sessions, not only of the one that is shown. */
  readonly everywhere: ReadonlySignal<boolean> = this._everywhere;
  readonly history: DecisionHistory;
  /** What the server could not read, or why it could not be asked. */
  readonly problems = computed<readonly Problem[]>(() =>
    this._everywhere.value ? [...this._problems.value, ...this.history.problems.value] : this._problems.value
  );
  /** By agent id: who asked, where that is no agent of the session that is shown. */
  readonly askers = computed<ReadonlyMap<string, Asker>>(
    () => new Map([...this._askers.value.map(asker => [asker.agent_id, asker] as const), ...this.history.askers.value])
  );
  /** By grant id: what became of taking it back. */
  readonly revoking: ReadonlySignal<ReadonlyMap<string, Revoking>> = this._revoking;

  /** Newest first. */
  readonly lines = computed<readonly Decision[]>(() => {
    const fetched = this._everywhere.value ? this.history.lines.value : this._fetched.value;
    const known = new Map(fetched.map(line => [keyOf(line), line]));
    const from = this._everywhere.value && this.history.earlier.value ? Date.parse(fetched.at(-1)?.at ?? '') : 0;
    // older ones of this session come when those of the others do
    const own = (this.store.value?.log.value ?? []).filter(({ at }) => !(Date.parse(at) < from));
    for (const line of own) known.set(keyOf(line), line);
    return [...known.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.seq - a.seq);
  });
  /** Newest first, those for always last; what was revoked here stays in sight until the view is closed. */
  readonly grants = computed<readonly Grant[]>(() => [
    ...this.ownGrants.value,
    ...(this._everywhere.value ? this._elsewhere.value : []),
    ...this._always.value
  ]);
  private readonly ownGrants = computed<readonly Grant[]>(() => {
    const revoked = this._revoking.value;
    const own = (this.store.value?.grants.value ?? []).filter(grant => !grant.revoked_at || revoked.has(grant.id));
    return [...own].reverse();
  });
  /** How much leave beyond the project is in force. */
  readonly inForce = computed(
    () =>
      [...this.ownGrants.value, ...this._always.value].filter(
        grant => !grant.revoked_at && this._revoking.value.get(grant.id)?.state !== 'revoked'
      ).length
  );

  constructor(
    private readonly api: Api,
    private readonly store: ReadonlySignal<SessionStore | null>,
    private readonly sessionId: ReadonlySignal<string | null>
  ) {
    this.history = new DecisionHistory(api);
    // an answer in this session may have changed the leave for always, which is in none of its records
    let known = 0;
    this.stopEffect = effect(() => {
      const lines = this.store.value?.log.value.length ?? 0;
      if (lines === known) return;
      known = lines;
      if (this._shown.peek()) void this.refresh();
    });
  }

  /** Ends what follows the session. */
  dispose(): void {
    this.stopEffect();
  }

  /** Shows it in place of the conversation, or the conversation again. */
  show(shown: boolean): void {
    if (shown === this._shown.peek()) return;
    batch(() => {
      this._shown.value = shown;
      if (!shown) this.forget();
    });
    if (shown) void this.refresh();
  }

  /** The log of all sessions, or of the one that is shown again. It stays so while the chat is open. */
  showEverywhere(everywhere: boolean): void {
    if (everywhere === this._everywhere.peek()) return;
    this._everywhere.value = everywhere;
    if (this._shown.peek()) void this.refresh();
  }

  /** It may be another session's log that is looked at next. Leave for always is the same in all. */
  private forget(): void {
    this.wanted++; // what is on its way is of this one
    this._loading.value = false;
    this._revoking.value = new Map();
    this._fetched.value = [];
    this._askers.value = [];
    this._problems.value = [];
  }

  /** Something about permissions has changed on the server. */
  async heard(): Promise<void> {
    if (this._shown.peek()) await this.refresh();
  }

  async refresh(): Promise<void> {
    const turn = ++this.wanted;
    this._loading.value = true;
    const [known] = await Promise.all([this.look(), this._everywhere.peek() ? this.history.refresh() : null]);
    if (turn !== this.wanted) return; // asked again meanwhile: that answer is newer
    batch(() => {
      this._loading.value = false;
      this._problems.value = known.problems;
      if (!known.grants) return;
      this._always.value = this.withRevoked(
        known.grants.filter(grant => grant.scope === 'always'),
        this._always.peek()
      );
      const own = new Set((this.store.peek()?.grants.peek() ?? []).map(({ id }) => id));
      this._elsewhere.value = this.withRevoked(
        this.history.grants.peek().filter(({ id }) => !own.has(id)),
        this._elsewhere.peek()
      );
      this._fetched.value = known.log;
      this._askers.value = known.askers;
    });
  }

  /** Loads what all sessions decided before what is shown. */
  async earlier(): Promise<void> {
    this._loading.value = true;
    await this.history.more();
    this._loading.value = false;
  }

  /** Takes leave back; it ends at once. */
  async revoke(grantId: string): Promise<void> {
    if (this._revoking.peek().get(grantId)?.state === 'asked') return;
    this.note(grantId, { state: 'asked' });
    const elsewhere = this._elsewhere.peek().find(({ id }) => id === grantId)?.agent_id;
    try {
      await this.api.revoke(grantId, elsewhere ? sessionOf(elsewhere) : null);
      this.note(grantId, { state: 'revoked' });
    } catch (error) {
      this.note(grantId, { state: 'failed', problem: problemOf(error) });
    }
    await this.refresh();
  }

  /** A revoked one is not in force any more: it is kept, to say so where it was. */
  private withRevoked(grants: readonly Grant[], before: readonly Grant[]): readonly Grant[] {
    const kept = before.filter(({ id }) => this._revoking.peek().has(id));
    return [...grants, ...kept.filter(grant => !grants.some(({ id }) => id === grant.id))];
  }

  private async look(): Promise<{
    log: readonly Decision[];
    askers: readonly Asker[];
    grants: readonly Grant[] | null;
    problems: readonly Problem[];
  }> {
    try {
      return await this.api.permissions(this.sessionId.peek());
    } catch (error) {
      return { log: [], askers: [], grants: null, problems: [problemOf(error)] };
    }
  }

  private note(grantId: string, revoking: Revoking): void {
    this._revoking.value = new Map(this._revoking.peek()).set(grantId, revoking);
  }
}

/** That leave for always was taken back is written into each open session: it is the same line in all of them. */
function keyOf({ id, rule, grant_id, at }: Decision): string {
  return rule === 'revoked' && grant_id?.startsWith('always-') ? `${grant_id} ${at}` : id;
}
