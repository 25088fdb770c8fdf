import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Host, SettingsSection } from '../host';
import type { Agent, Change, Message, ModelRef, ModelWish, Request, SessionSummary, Status } from '../protocol';
import { AgentSettings } from './agent-settings';
import { Api } from './api';
import { Approvals } from './approvals';
import type { ConnectionState } from './connection';
import { Draft } from './draft';
import { History } from './history';
import { modelOf, wantsOf } from './model-in-use';
import { changesFiles, changesSessions } from './news';
import type { Notice } from './notices';
import { Outbox, type Sending } from './outbox';
import { Overview } from './overview';
import { PermissionLog } from './permission-log';
import { type Problem, problemOf } from './problem';
import { Questions } from './questions';
import { SessionStore } from './session-store';
import { Setup } from './setup';
import { Stream } from './stream';
import { isBusy } from './tree';
import { Dismissals, Trust } from './trust';

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
  private readonly stream: Stream;
  private readonly overview: Overview;
  private readonly _problem = signal<Problem | null>(null);
  private readonly stopEffects: () => void;
  private _begun: string | null = null;
  /** Agents that are being asked to go on: the server refuses to be asked twice, and a double click means it once. */
  private readonly resuming = new Set<string>();
  private endWatch: () => void = () => {};
  private watching = false;
  private disposed = false;

  /** `null`: the first message makes a session. */
  readonly sessionId: ReadonlySignal<string | null> = this._sessionId;
  /** Whose thread it shows; `null`: the root agent's. */
  readonly agentId: ReadonlySignal<string | null> = this._agentId;
  readonly store: ReadonlySignal<SessionStore | null> = this._store;
  readonly status: ReadonlySignal<Status | null>;
  /** Newest first; `null` until asked for. */
  readonly sessions: ReadonlySignal<readonly SessionSummary[] | null>;
  /** The last command that did not work. */
  readonly problem: ReadonlySignal<Problem | null> = this._problem;
  readonly sending: ReadonlySignal<Sending | null>;
  readonly loadingEarlier: ReadonlySignal<boolean>;

  readonly connectionState = computed<ConnectionState>(() =>
    this.overview.away.value ? { kind: 'reconnecting', offline: !navigator.onLine } : this.stream.state.value
  );
  /** The person may answer for agents, as far as the server has said; another one may only watch. */
  readonly mayApprove = computed(() => this.status.value?.may_approve !== false);
  /** Whose thread it shows, and to whom all commands go. */
  readonly agent = computed<Agent | null>(() => this.store.value?.agent.value ?? null);
  /** The agent is at work or waits for something; a message sent now is queued. */
  readonly busy = computed(() => this.agent.value !== null && isBusy(this.agent.value));
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
    if (!this.stream.begun.value) return false; // what is shown is still being looked up
    if (!store) return true;
    if (this._agentId.value !== null || this.sending.value) return false; // summoned with something to do
    return store.loaded.value && !store.thread.value.length && !store.queued.value.length && !store.earlier.value;
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
    const take = (record: Request) => this._store.peek()?.learn('requests', record);
    this.approvals = new Approvals(this.api, take, this.mayApprove);
    this.questions = new Questions((id, answer) => this.api.answerQuestion(id, answer), take);
    this.permissionLog = new PermissionLog(this.api, this._store, this._sessionId);
    this.setup = new Setup(this.api);
    this.agentSettings = new AgentSettings(
      this.api,
      () => this.agent.peek(),
      record => this._store.peek()?.learn('agents', record),
      command => this.attempt(command)
    );
    this.trust = new Trust(this.api, () => void this.refreshStatus());
    this.dismissals = new Dismissals(host.storage);
    this.overview = new Overview(this.api, this.trust, problem => {
      this._problem.value = problem;
    });
    this.status = this.overview.status;
    this.sessions = this.overview.sessions;
    this.stream = new Stream(host, this.api, this, {
      changes: (changes, restarted) => this.take(changes, restarted),
      missed: () => this.setup.missed()
    });
    const stops = [
      effect(() => this.outbox.settle(this._store.value)),
      this.overview.follow(this.busy),
      // a right that was there when the page was opened may have been taken away
      effect(() => {
        if ([...this.approvals.answering.value.values()].some(({ status }) => status === 403))
          void this.refreshStatus();
      }),
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
    this.disposed = true;
    this.stopEffects();
    this.overview.retryNow(); // and see that nothing is wanted any more
    this.stream.dispose();
  }

  /** Shows that session, with the thread of one of its agents (`null`: the root's); `null`: the start of a new one. */
  open(sessionId: string | null, agentId: string | null = null): void {
    if (this.disposed) return; // an answer came when the view was closed already
    if (this.stream.begun.peek() && sessionId === this._sessionId.peek()) {
      this.uncover();
      this.showThread(agentId);
      return;
    }
    batch(() => {
      if (sessionId !== this._sessionId.peek()) this.outbox.clear();
      this._sessionId.value = sessionId;
      this._agentId.value = agentId;
      this._store.value = sessionId ? new SessionStore(agentId) : null;
      this._problem.value = null;
      this.uncover();
      if (sessionId) this.agentSettings.forget();
      this.draft.open(sessionId, agentId);
      this.stream.connect();
    });
    if (!this.status.peek()) void this.refreshStatus();
    if (this.watching) return;
    this.watching = true;
    this.endWatch = this.setup.config.watch();
  }

  /** Turns to the thread of another agent of the session (`null`: the root's); the tree stays as it is. */
  showThread(agentId: string | null): void {
    const store = this._store.peek();
    const wanted = agentId === store?.rootAgent.peek()?.id ? null : agentId;
    if (!store || wanted === this._agentId.peek()) return;
    batch(() => {
      this._agentId.value = wanted;
      this._problem.value = null;
      this.outbox.clear();
      store.showThread(wanted);
      this.draft.open(this._sessionId.peek(), wanted);
      this.stream.connect();
    });
  }

  /** Shows an agent's thread in a tab of its own; in this view where the page has no tabs. */
  openThread(agentId: string): void {
    const session = this._sessionId.peek();
    if (session && this.host.openThread) this.host.openThread(session, agentId);
    else this.showThread(agentId);
  }

  /** Opens a file of the project in an editor, or says that this page cannot. */
  async openFile(path: string): Promise<void> {
    const { openFile, trans } = this.host;
    const project = this._store.peek()?.session.peek()?.project;
    if (!project || !openFile) return;
    await this.attempt(async () => {
      if (await openFile(path, project)) return;
      const message = trans.__('“%1” cannot be opened here.', path);
      const hint = trans.__('It is not there any more, or in a folder that Jupyter does not show.');
      this._problem.value = { code: 'not_found', message, hint };
    });
  }

  /** The start of a new session, with an agent made from that template. */
  begin(template: string | null): void {
    if (this.host.converse) {
      this.host.converse(null, template);
      return;
    }
    this.agentSettings.pickTemplate(template);
    this.open(null);
  }

  /** Shows the conversation of a session. */
  converse(sessionId: string): void {
    if (this.host.converse) {
      this.host.converse(sessionId, null);
      return;
    }
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
    const undecided = () => !this.disposed && !this.stream.begun.peek();
    if (!undecided()) return;
    await this.overview.findSessions(undecided);
    if (!undecided()) return; // meanwhile somebody has asked for something else
    if (this.sending.peek()) return this.open(null); // meanwhile they have spoken: that begins a session
    const usable = (this.sessions.peek() ?? []).filter(summary => !summary.error);
    const found = usable.find(summary => summary.id === wanted) ?? usable[0];
    this.open(found?.id ?? null);
  }

  reconnect(): void {
    this.stream.retryNow();
    this.overview.retryNow();
    void this.refreshStatus();
  }

  /** Sends what is in the composer, unless a message is on its way to the server. It comes back there if that fails. */
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
    if (!agentId || this.resuming.has(agentId)) return;
    this.resuming.add(agentId);
    await this.attempt(() => this.api.resume(agentId));
    this.resuming.delete(agentId);
  }

  async withdraw(message: Message): Promise<void> {
    await this.attempt(async () => {
      this._store.peek()?.learn('messages', await this.api.withdraw(message.agent_id, message.id));
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

  refreshSessions(): Promise<void> {
    return this.overview.refreshSessions();
  }

  refreshStatus(): Promise<void> {
    return this.overview.refreshStatus();
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
    const [since, sending] = [this.draft.text.peek(), this.sending.peek()];
    this.draft.set('');
    this.open(sessionId);
    this.outbox.clear(sending);
    if (since) this.draft.set(since);
  }

  private async attempt(command: () => Promise<void>): Promise<void> {
    try {
      await command();
    } catch (error) {
      this._problem.value = problemOf(error);
    }
  }

  /** The conversation is to be seen, in the place of the permission log or the settings. */
  private uncover(): void {
    this.permissionLog.show(false);
    if (!this.host.converse) this.setup.show(null);
  }

  private take(changes: readonly Change[], restarted: boolean): void {
    if (changes.some(changesFiles)) this.host.filesChanged?.();
    if (restarted) void this.refreshStatus();
    if (changes.some(change => change.type === 'put' && change.table === 'agents')) this.setup.keysChanged();
    if (this.host.notices) return; // they come another way, also while a session is watched
    for (const change of changes) if (change.type === 'notice') this.hear(change);
  }

  private hear(notice: Notice): void {
    this.setup.heard(notice);
    if (notice.kind === 'config_changed' || notice.kind === 'permissions_changed') void this.permissionLog.heard();
    if (notice.kind === 'config_changed') void this.refreshStatus();
    else if (changesSessions(notice) && this.sessions.peek()) void this.refreshSessions();
  }
}
