import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Host, SettingsSection } from '../host';
import type { Agent, Change, Message, ModelRef, ModelWish, Request, SessionSummary, Status } from '../protocol';
import { AgentSettings } from './agent-settings';
import { Api } from './api';
import { Approvals } from './approvals';
import { Connection, type ConnectionState } from './connection';
import { Draft } from './draft';
import { History } from './history';
import { modelOf, wantsOf } from './model-in-use';
import { changesFiles, changesSessions } from './news';
import type { Notice } from './notices';
import { Outbox, type Sending } from './outbox';
import { PermissionLog } from './permission-log';
import { type Problem, problemOf, refusalOf } from './problem';
import { Questions } from './questions';
import { SessionStore } from './session-store';
import { Setup } from './setup';
import { Dismissals, Trust } from './trust';

const IDLE: ConnectionState = { kind: 'closed', problem: null };

/**
 * What one view of Dispatch shows and does: a session or the start of one, with the thread of one of its agents, its
 * connection, and the commands. Every view has its own; nothing is shared but the server.
 */
export class Chat {
  readonly api: Api;
  readonly draft: Draft;
  readonly approvals: Approvals;
  readonly questions: Questions;
  readonly permissionLog: PermissionLog;
  readonly trust: Trust;
  readonly dismissals: Dismissals;
  readonly setup: Setup;
  readonly agentSettings: AgentSettings;

  private readonly outbox: Outbox;
  private readonly history: History;
  private readonly _sessionId = signal<string | null>(null);
  private readonly _agentId = signal<string | null>(null);
  private readonly _store = signal<SessionStore | null>(null);
  private readonly connection = signal<Connection | null>(null);
  private readonly _status = signal<Status | null>(null);
  private readonly _sessions = signal<readonly SessionSummary[] | null>(null);
  private readonly _problem = signal<Problem | null>(null);
  private readonly stopEffects: () => void;
  private _begun: string | null = null;
  private wasBusy = false;
  private wasLive = false;
  private endWatch: () => void = () => {};
  private watching = false;

  /** `null`: the first message makes a session. */
  readonly sessionId: ReadonlySignal<string | null> = this._sessionId;
  /** Whose thread it shows; `null`: the root agent's. */
  readonly agentId: ReadonlySignal<string | null> = this._agentId;
  readonly store: ReadonlySignal<SessionStore | null> = this._store;
  readonly status: ReadonlySignal<Status | null> = this._status;
  /** Newest first; `null` until asked for. */
  readonly sessions: ReadonlySignal<readonly SessionSummary[] | null> = this._sessions;
  /** The last command that did not work. */
  readonly problem: ReadonlySignal<Problem | null> = this._problem;
  readonly sending: ReadonlySignal<Sending | null>;
  readonly loadingEarlier: ReadonlySignal<boolean>;

  readonly connectionState = computed<ConnectionState>(() => this.connection.value?.state.value ?? IDLE);
  /** Whose thread it shows, and to whom all commands go. */
  readonly agent = computed<Agent | null>(() => this.store.value?.agent.value ?? null);
  /** The agent is at work or waits for something; a message sent now is queued. */
  readonly busy = computed(() => ['running', 'waiting', 'waiting_for_key'].includes(this.agent.value?.status ?? ''));
  /** What the model is chosen from, the first that can be used: the person's choice, else the template's. */
  readonly wants = computed<readonly ModelWish[]>(() =>
    wantsOf(this.agent.value, this.setup.config.value.value, this.agentSettings.template.value)
  );
  /** The model that answers, or will answer the next message. */
  readonly model = computed<ModelRef | null>(() => {
    const byDefault = this.status.value?.readiness.model ?? null;
    return modelOf(this.agent.value, byDefault, this.busy.value, this.wants.value);
  });

  /** Nothing has been said yet: there is no session, or one without a message. */
  readonly blank = computed(() => {
    const store = this.store.value;
    if (!this.connection.value) return false; // what is shown is still being looked up
    if (!store) return true;
    if (this._agentId.value !== null) return false; // it was summoned with something to do
    if (!store.loaded.value || this.outbox.sending.value) return false;
    return !store.thread.value.length && !store.queued.value.length && !store.earlier.value;
  });

  constructor(
    readonly host: Host,
    view: string
  ) {
    this.api = new Api(host);
    this.draft = new Draft(host.storage, view);
    this.draft.open(null);
    this.outbox = new Outbox(this.draft, text => this.deliver(text));
    this.sending = this.outbox.sending;
    this.history = new History(this.api, this._store, this._sessionId, this._agentId);
    this.loadingEarlier = this.history.loading;
    const take = (record: Request) => this._store.peek()?.apply([{ type: 'put', table: 'requests', record }]);
    this.approvals = new Approvals(this.api, take);
    this.questions = new Questions((id, answer) => this.api.answerQuestion(id, answer), take);
    this.permissionLog = new PermissionLog(this.api, this._store, this._sessionId);
    this.setup = new Setup(this.api);
    this.agentSettings = new AgentSettings(
      this.api,
      () => this.agent.peek(),
      record => this._store.peek()?.apply([{ type: 'put', table: 'agents', record }]),
      command => this.attempt(command)
    );
    this.trust = new Trust(this.api, () => void this.refreshStatus());
    this.dismissals = new Dismissals(host.storage);
    const stops = [
      effect(() => this.outbox.settle(this._store.value)),
      effect(() => this.lookAfterTurns()),
      effect(() => this.lookAfterBreaks()),
      () => this.permissionLog.dispose(),
      () => this.setup.dispose(),
      () => this.endWatch(),
      this.host.notices?.(notice => this.hear(notice)) ?? (() => {})
    ];
    this.stopEffects = () => {
      for (const stop of stops) stop();
    };
  }

  /** The session that a message from this view has made last: it was there from the beginning. */
  get begun(): string | null {
    return this._begun;
  }

  dispose(): void {
    this.stopEffects();
    this.connection.peek()?.close();
    this.connection.value = null;
  }

  /** Shows that session, with the thread of one of its agents (`null`: the root's); `null`: the start of a new one. */
  open(sessionId: string | null, agentId: string | null = null): void {
    if (this.connection.peek() && sessionId === this._sessionId.peek()) {
      this.showThread(agentId);
      return;
    }
    this.connection.peek()?.close();
    batch(() => {
      this._sessionId.value = sessionId;
      this._agentId.value = agentId;
      this._store.value = sessionId ? new SessionStore(agentId) : null;
      this._problem.value = null;
      this.permissionLog.show(false);
      if (!this.host.converse) this.setup.show(null);
      if (sessionId) this.agentSettings.forget();
      this.draft.open(sessionId, agentId);
      this.connection.value = this.connect();
    });
    if (!this._status.peek()) void this.refreshStatus();
    if (this.watching) return;
    this.watching = true;
    this.endWatch = this.setup.config.watch();
  }

  /** Turns to the thread of another agent of the session (`null`: the root's); the tree stays as it is. */
  showThread(agentId: string | null): void {
    const store = this._store.peek();
    const wanted = agentId === store?.rootAgent.peek()?.id ? null : agentId;
    if (!store || wanted === this._agentId.peek()) return;
    if (this.connectionState.peek().kind === 'live') this.wasLive = false; // nothing was missed
    this.connection.peek()?.close();
    batch(() => {
      this._agentId.value = wanted;
      this._problem.value = null;
      this.outbox.clear();
      store.showThread(wanted);
      this.draft.open(this._sessionId.peek(), wanted);
      this.connection.value = this.connect();
    });
  }

  /** Shows an agent's thread in a tab of its own; in this view where the page has no tabs. */
  openThread(agentId: string): void {
    const session = this._sessionId.peek();
    if (session && this.host.openThread) this.host.openThread(session, agentId);
    else this.showThread(agentId);
  }

  /** The start of a new session, with an agent made from that template. */
  begin(template: string | null): void {
    if (this.host.converse) {
      this.host.converse(null, template);
      return;
    }
    this.agentSettings.pickTemplate(template);
    this.setup.show(null);
    this.permissionLog.show(false);
    this.open(null);
  }

  /** Shows the conversation of a session. */
  converse(sessionId: string): void {
    if (this.host.converse) {
      this.host.converse(sessionId, null);
      return;
    }
    this.showSettings(null);
    this.open(sessionId);
  }

  /** Shows the permission log in place of the conversation, or the conversation again. */
  showPermissionLog(shown: boolean): void {
    batch(() => {
      this.setup.show(null);
      this.permissionLog.show(shown);
    });
  }

  /** Shows a part of the settings in place of the conversation; null: the conversation again. */
  showSettings(section: SettingsSection | null): void {
    batch(() => {
      this.permissionLog.show(false);
      this.setup.show(section);
    });
  }

  /** What a view begins with: the wanted session if it is there, else the newest one, else a new one. */
  async openLatest(wanted: string | null = null): Promise<void> {
    if (this.connection.peek()) return;
    await this.refreshSessions();
    if (this.connection.peek()) return; // meanwhile somebody has asked for something else
    if (this.sending.peek()) return this.open(null); // meanwhile they have spoken: that begins a session
    const usable = (this._sessions.peek() ?? []).filter(summary => !summary.error);
    const found = usable.find(summary => summary.id === wanted) ?? usable[0];
    this.open(found?.id ?? null);
  }

  reconnect(): void {
    this.connection.peek()?.retryNow();
    void this.refreshStatus();
  }

  /** Sends what is in the composer, once the server has what was sent before. It comes back there if that fails. */
  sendDraft(): Promise<void> {
    return this.outbox.sendDraft();
  }

  /** @returns whether the server has taken it. */
  send(text: string): Promise<boolean> {
    return this.outbox.send(text);
  }

  /** Stops an agent, the shown one where none is named. */
  async stop(agentId = this.agent.peek()?.id): Promise<void> {
    if (agentId) await this.attempt(() => this.api.interrupt(agentId));
  }

  /** Lets an agent go on where an error, a stop or a restart of the server left off. */
  async resume(agentId = this.agent.peek()?.id): Promise<void> {
    if (agentId) await this.attempt(() => this.api.resume(agentId));
  }

  async withdraw(message: Message): Promise<void> {
    await this.attempt(async () => {
      const record = await this.api.withdraw(message.agent_id, message.id);
      this._store.peek()?.apply([{ type: 'put', table: 'messages', record }]);
    });
  }

  /** Fetches the page of messages before the oldest one here. */
  loadEarlier(): Promise<void> {
    return this.attempt(() => this.history.earlier());
  }

  /** Replaces a call's cut output by the whole one. */
  loadCall(callId: string): Promise<void> {
    return this.attempt(() => this.history.whole(callId));
  }

  async refreshSessions(): Promise<void> {
    await this.look(async () => {
      this._sessions.value = await this.api.sessions();
    });
  }

  async refreshStatus(): Promise<void> {
    await this.look(async () => {
      this._status.value = await this.api.status();
    });
    const untrusted = this._status.peek()?.readiness.problems.some(problem => problem.code === 'untrusted');
    if (untrusted) await this.trust.refresh();
    else if (this.trust.waiting.peek().length) this.trust.forget();
  }

  dismissProblem(): void {
    this._problem.value = null;
  }

  /** @returns the id of the message it became, or null where the server has not taken it. */
  private async deliver(text: string): Promise<string | null> {
    const session = this._sessionId.peek();
    const agent = this._agentId.peek();
    this._problem.value = null;
    try {
      const whom = session === null ? this.agentSettings.ofNewSession() : agent !== null ? { agent_id: agent } : {};
      const accepted = await this.api.send({ text, session_id: session, ...whom });
      if (session === null && this._sessionId.peek() === null) this.adopt(accepted.session_id);
      return accepted.message_id;
    } catch (error) {
      this._problem.value = problemOf(error);
      return null;
    }
  }

  /** The session that the first message made: the same view, so the draft and the message on its way stay. */
  private adopt(sessionId: string): void {
    this._begun = sessionId;
    const since = this.draft.text.peek();
    this.draft.set('');
    this.open(sessionId);
    if (since) this.draft.set(since);
  }

  private async attempt(command: () => Promise<void>): Promise<void> {
    try {
      await command();
    } catch (error) {
      this._problem.value = problemOf(error);
    }
  }

  /** As `attempt`, for what nobody asked for: that the server is away, or goes, is said by the connection's state. */
  private async look(question: () => Promise<void>): Promise<void> {
    try {
      await question();
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== 'network' && problem.code !== 'conflict') this._problem.value = problem;
    }
  }

  private connect(): Connection {
    const store = this._store.peek();
    const session = this._sessionId.peek();
    return new Connection({
      url: query => this.host.streamUrl(query),
      WebSocket: this.host.WebSocket,
      position: () => ({
        session,
        thread: this._agentId.peek() ?? 'root',
        resume: store?.loaded.peek() ? { seq: store.seq, instance: store.instance } : null
      }),
      onChanges: changes => this.take(store, changes),
      diagnose: () => this.diagnose()
    });
  }

  private take(store: SessionStore | null, changes: readonly Change[]): void {
    const server = store?.instance;
    const applied = store?.apply(changes);
    if (applied === 'gap') this.connection.peek()?.resync();
    if (changes.some(changesFiles)) this.host.filesChanged?.();
    if (server && server !== store?.instance) void this.refreshStatus();
    if (changes.some(change => change.type === 'put' && change.table === 'agents')) this.setup.keysChanged();
    if (this.host.notices) return; // they come another way, also while a session is watched
    for (const change of changes) if (change.type === 'notice') this.hear(change);
  }

  private hear(notice: Notice): void {
    this.setup.heard(notice);
    if (notice.kind === 'config_changed' || notice.kind === 'permissions_changed') void this.permissionLog.heard();
    if (notice.kind === 'config_changed') void this.refreshStatus();
    else if (changesSessions(notice) && this._sessions.peek()) void this.refreshSessions();
  }

  /** Why the stream is refused, if asking again would not help. */
  private async diagnose(): Promise<Problem | null> {
    const session = this._sessionId.peek();
    try {
      await (session ? this.api.look(session) : this.api.status());
      return null;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** A turn may have changed what is said of the project as a whole: its dispatch.yaml, say. */
  private lookAfterTurns(): void {
    const busy = this.busy.value;
    if (this.wasBusy && !busy) void this.refreshStatus();
    this.wasBusy = busy;
  }

  /** What was changed while the connection was lost was not heard. */
  private lookAfterBreaks(): void {
    if (this.connectionState.value.kind !== 'live') return;
    if (this.wasLive) this.setup.missed();
    this.wasLive = true;
  }
}
