import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Decision, Grant } from '../protocol';
import type { Api } from './api';
import { type Problem, problemOf } from './problem';
import type { SessionStore } from './session-store';

export type Revoking =
  | { readonly state: 'asked' | 'revoked' }
  | { readonly state: 'failed'; readonly problem: Problem };

/**
 * The permission log of the session that is shown, and the leave in force in it: what the session's own records say,
 * as they change, and what only the server knows (older lines, and the leave in the person's dispatch.yaml).
 */
export class PermissionLog {
  private readonly _shown = signal(false);
  private readonly _always = signal<readonly Grant[]>([]);
  private readonly _fetched = signal<readonly Decision[]>([]);
  private readonly _problems = signal<readonly Problem[]>([]);
  private readonly _loading = signal(false);
  private readonly _revoking = signal<ReadonlyMap<string, Revoking>>(new Map());
  private wanted = 0;
  private readonly stopEffect: () => void;

  /** The person looks at the log rather than at the conversation. */
  readonly shown: ReadonlySignal<boolean> = this._shown;
  readonly loading: ReadonlySignal<boolean> = this._loading;
  /** What the server could not read, or why it could not be asked. */
  readonly problems: ReadonlySignal<readonly Problem[]> = this._problems;
  /** By grant id: what became of taking it back. */
  readonly revoking: ReadonlySignal<ReadonlyMap<string, Revoking>> = this._revoking;

  /** Newest first. */
  readonly lines = computed<readonly Decision[]>(() => {
    const byId = new Map(this._fetched.value.map(line => [line.id, line]));
    for (const line of this.store.value?.log.value ?? []) byId.set(line.id, line);
    return [...byId.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.seq - a.seq);
  });
  /** Newest first, those for always last; what was revoked here stays in sight until the view is closed. */
  readonly grants = computed<readonly Grant[]>(() => {
    const revoked = this._revoking.value;
    const ofSession = (this.store.value?.grants.value ?? []).filter(
      grant => !grant.revoked_at || revoked.has(grant.id)
    );
    return [...[...ofSession].reverse(), ...this._always.value];
  });
  /** How much leave beyond the project is in force. */
  readonly inForce = computed(
    () =>
      this.grants.value.filter(grant => !grant.revoked_at && this._revoking.value.get(grant.id)?.state !== 'revoked')
        .length
  );

  constructor(
    private readonly api: Api,
    private readonly store: ReadonlySignal<SessionStore | null>,
    private readonly sessionId: ReadonlySignal<string | null>
  ) {
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
      if (!shown) this._revoking.value = new Map();
    });
    if (shown) void this.refresh();
  }

  /** Something about permissions has changed on the server. */
  async heard(): Promise<void> {
    if (this._shown.peek()) await this.refresh();
  }

  async refresh(): Promise<void> {
    const turn = ++this.wanted;
    this._loading.value = true;
    const known = await this.look();
    if (turn !== this.wanted) return; // asked again meanwhile: that answer is newer
    batch(() => {
      this._loading.value = false;
      this._problems.value = known.problems;
      if (!known.grants) return;
      // a revoked one is not in force any more: it is kept, to say so where it was
      const kept = this._always.peek().filter(grant => this._revoking.peek().has(grant.id));
      const always = known.grants.filter(grant => grant.scope === 'always');
      this._always.value = [...always, ...kept.filter(grant => !always.some(({ id }) => id === grant.id))];
      this._fetched.value = known.log;
    });
  }

  /** Takes leave back; it ends at once. */
  async revoke(grantId: string): Promise<void> {
    if (this._revoking.peek().get(grantId)?.state === 'asked') return;
    this.note(grantId, { state: 'asked' });
    try {
      await this.api.revoke(grantId);
      this.note(grantId, { state: 'revoked' });
    } catch (error) {
      this.note(grantId, { state: 'failed', problem: problemOf(error) });
    }
    await this.refresh();
  }

  private async look(): Promise<{
    log: readonly Decision[];
    grants: readonly Grant[] | null;
    problems: readonly Problem[];
  }> {
    try {
      return await this.api.permissions(this.sessionId.peek());
    } catch (error) {
      return { log: [], grants: null, problems: [problemOf(error)] };
    }
  }

  private note(grantId: string, revoking: Revoking): void {
    this._revoking.value = new Map(this._revoking.peek()).set(grantId, revoking);
  }
}
