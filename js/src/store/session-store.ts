import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type {
  Agent,
  Change,
  Decision,
  Delta,
  Grant,
  Job,
  Message,
  Put,
  Request,
  Session,
  Snapshot,
  State,
  TableName,
  Task,
  ToolCall,
  Transition
} from '../protocol';
import { Table } from './table';
import { AgentTree, hasEnded } from './tree';

/** What became of a change: `gap` means text before it was missed, and the stream should be taken up anew. */
export type Applied = 'applied' | 'stale' | 'gap';

interface Tables {
  readonly session: Table<Session>;
  readonly agents: Table<Agent>;
  readonly messages: Table<Message>;
  readonly calls: Table<ToolCall>;
  readonly requests: Table<Request>;
  readonly grants: Table<Grant>;
  readonly jobs: Table<Job>;
  readonly log: Table<Decision>;
  readonly tasks: Table<Task>;
  readonly transitions: Table<Transition>;
}

/**
 * One session as its client knows it: `snapshot` replaces, `put` replaces a row by a newer version, `delta`
 * writes text into a row that is still being written. It knows the records and nothing of how they arrive.
 *
 * It has all agents, and the thread of one of them.
 */
export class SessionStore {
  readonly tables: Tables = {
    session: new Table(),
    agents: new Table(),
    messages: new Table(),
    calls: new Table(),
    requests: new Table(),
    grants: new Table(),
    jobs: new Table(),
    log: new Table(),
    tasks: new Table(),
    transitions: new Table()
  };

  private readonly _seq = signal(0);
  private readonly _instance = signal('');
  private readonly _earlier = signal(0);
  private readonly _loaded = signal(false);
  private readonly _shown: Signal<string | null>;
  /** Counts the changes that add, order or regroup rows, as against those that only write into one. */
  private readonly shape = signal(0);
  private readonly callIds = new Map<string, string[]>();
  private readonly requestIds = new Map<string, string[]>();

  /** Up to this change the stream has been heard. */
  get seq(): number {
    return this._seq.peek();
  }
  /** The server process the numbers belong to. */
  get instance(): string {
    return this._instance.peek();
  }
  /** How many messages are older than the oldest one here. */
  readonly earlier: ReadonlySignal<number> = this._earlier;
  /** False until there is a snapshot with the thread that is shown. */
  readonly loaded: ReadonlySignal<boolean> = this._loaded;
  /** Number of the latest structural change; see `shape`. */
  readonly structure: ReadonlySignal<number> = this.shape;

  readonly session = computed<Session | null>(() => this.tables.session.watch()[0] ?? null);
  readonly rootAgent = computed<Agent | null>(() => this.agentOf(this.session.value?.root_agent_id));
  /** Whose thread is shown: the root's where nobody else was asked for; null before the first snapshot. */
  readonly agentId = computed<string | null>(() => this._shown.value ?? this.session.value?.root_agent_id ?? null);
  readonly agent = computed<Agent | null>(() => this.agentOf(this.agentId.value));
  /** The thread that is shown is over: its agent has ended, and takes no message any more. */
  readonly closed = computed(() => hasEnded(this.agent.value));
  /** All agents of the session: who belongs to whom, how they stand, and for whom a person is waited for. */
  readonly tree = new AgentTree(this.tables.agents, this.tables.requests, this.session);
  /** The shown agent's messages in order, without queued and withdrawn ones. */
  readonly thread = computed<readonly string[]>(() =>
    this.ordered(m => m.status !== 'queued' && m.status !== 'withdrawn')
  );
  /** The last that was said in it; what the server notes after that, a change of the model, say, is not said. */
  readonly lastSaid = computed<string | null>(
    () => this.thread.value.findLast(id => this.tables.messages.peek(id)?.role !== 'notice') ?? null
  );
  readonly queued = computed<readonly string[]>(() => this.ordered(m => m.status === 'queued'));
  /** What waits for a person, leave or an answer, of all agents, in the order it was asked. */
  readonly open = computed<readonly Request[]>(() =>
    this.tables.requests
      .watch()
      .filter(request => request.status === 'open')
      .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at))
  );
  /** The part of `open` that waits for leave. */
  readonly permissions = computed<readonly Request[]>(() =>
    this.open.value.filter(request => request.kind === 'permission')
  );
  /** The part of `open` that waits for an answer. */
  readonly questions = computed<readonly Request[]>(() =>
    this.open.value.filter(request => request.kind === 'question')
  );
  /** Shell commands in the background, also those that have ended, in the order they were started. */
  readonly jobs = computed<readonly Job[]>(() => this.tables.jobs.watch());
  /** Leave given in this session, also what was revoked since. */
  readonly grants = computed<readonly Grant[]>(() => this.tables.grants.watch());
  /** The shown agent's to-do list in its order, without what was taken off it. */
  readonly tasks = computed<readonly Task[]>(() => {
    const owner = this.agentId.value;
    const listed = this.tables.tasks.watch().filter(task => task.agent_id === owner && !task.removed);
    return listed.sort((a, b) => a.order - b.order || a.number - b.number);
  });
  /** The permission log as far as it is here. */
  readonly log = computed<readonly Decision[]>(() => this.tables.log.watch());
  /** Who came into which state when, as far as it is here, in that order. */
  readonly transitions = computed<readonly Transition[]>(() =>
    this.tables.transitions.watch().sort((a, b) => a.seq - b.seq)
  );

  /** @param agentId whose thread is shown; null: the root's. */
  constructor(agentId: string | null = null) {
    this._shown = signal(agentId);
  }

  /**
   * Turns to another agent's thread (null: the root's). What was here of the one before is dropped, all else stays;
   * the next snapshot is to bring its messages.
   */
  showThread(agentId: string | null): void {
    batch(() => {
      this._shown.value = agentId;
      this.tables.messages.replaceAll([]);
      this.tables.calls.replaceAll([]);
      this.callIds.clear();
      this._earlier.value = 0;
      this._loaded.value = false;
      this.shape.value++;
    });
  }

  /** The calls of one message, in their order. Read `structure` to hear of new ones. */
  callsOf(messageId: string): readonly string[] {
    return this.callIds.get(messageId) ?? [];
  }

  /** What was asked of a person for one call, in that order. Read `structure` to hear of more and of answers. */
  requestsOf(callId: string): readonly Request[] {
    return (this.requestIds.get(callId) ?? []).flatMap(id => this.tables.requests.peek(id) ?? []);
  }

  /** Applies changes in their order, as one update of the view. The worst outcome is returned. */
  apply(changes: readonly Change[]): Applied {
    return batch(() => {
      const outcomes = new Set(changes.map(change => this.applyOne(change)));
      if (outcomes.has('gap')) return 'gap';
      return outcomes.has('applied') ? 'applied' : 'stale';
    });
  }

  /**
   * Takes a record that came as the answer to a command. What changed before it may still be on its way, so the
   * position in the stream stays where it is; and another session may be shown by now, whose agents are others.
   */
  learn(table: 'agents' | 'messages' | 'requests', record: Agent | Message | Request): void {
    const agent = 'agent_id' in record ? record.agent_id : record.id;
    if (this.tables.agents.peek(agent)) batch(() => this.file({ type: 'put', table, record }));
  }

  /** Adds a page of older messages (`GET sessions/{id}?before=`). What is here already stays if it is newer. */
  addEarlier(page: State): void {
    batch(() => {
      for (const message of page.messages) this.tables.messages.put(message);
      for (const call of page.calls) this.putCall(call);
      this._earlier.value = page.earlier;
      this.shape.value++;
    });
  }

  /** Puts the whole output of a call in the place of the cut one. */
  fillCall(call: ToolCall): void {
    if (!this.tables.calls.put(call)) this.tables.calls.patch(call.id, { output: call.output });
  }

  private applyOne(change: Change): Applied {
    switch (change.type) {
      case 'snapshot':
        this.reset(change);
        return 'applied';
      case 'put':
        return this.put(change);
      case 'delta':
        return this.write(change);
      case 'notice':
        return 'stale';
    }
  }

  private reset(snapshot: Snapshot): void {
    this.tables.session.replaceAll([snapshot.session]);
    this.tables.agents.replaceAll(snapshot.agents);
    this.tables.messages.replaceAll(snapshot.messages);
    this.tables.calls.replaceAll(snapshot.calls);
    this.tables.requests.replaceAll(snapshot.requests);
    this.tables.grants.replaceAll(snapshot.grants);
    this.tables.jobs.replaceAll(snapshot.jobs);
    this.tables.log.replaceAll(snapshot.log);
    this.tables.tasks.replaceAll(snapshot.tasks);
    this.tables.transitions.replaceAll(snapshot.transitions ?? []); // a server older than this page has none
    this.callIds.clear();
    this.requestIds.clear();
    for (const call of snapshot.calls) this.fileCall(call);
    for (const request of snapshot.requests) this.fileRequest(request);
    this._seq.value = snapshot.seq;
    this._instance.value = snapshot.instance;
    this._earlier.value = snapshot.earlier;
    this._loaded.value = true;
    this.shape.value++;
  }

  private put(change: Put): Applied {
    const { seq } = change.record;
    if (seq > this._seq.peek()) this._seq.value = seq;
    return this.file(change);
  }

  private file({ table, record }: Put): Applied {
    if (!(table in this.tables)) return 'stale'; // of a server that is newer than this page
    const changed = table === 'calls' ? this.putCall(record as ToolCall) : this.putRow(table, record);
    if (changed === 'new') this.shape.value++;
    return changed === 'stale' ? 'stale' : 'applied';
  }

  private putRow(table: Exclude<TableName, 'calls'>, record: Put['record']): 'new' | 'changed' | 'stale' {
    const rows: Table<Put['record']> = this.tables[table] as unknown as Table<Put['record']>;
    const before = rows.put(record);
    if (before === undefined) return 'stale';
    if (before === null) {
      if (table === 'requests') this.fileRequest(record as Request);
      return 'new';
    }
    if (table === 'requests') return 'new'; // its line in the thread comes with the answer
    return table === 'messages' && regroups(before as Message, record as Message) ? 'new' : 'changed';
  }

  private putCall(call: ToolCall): 'new' | 'changed' | 'stale' {
    const before = this.tables.calls.put(call);
    if (before === undefined) return 'stale';
    if (before !== null) return 'changed';
    this.fileCall(call);
    return 'new';
  }

  private fileCall(call: ToolCall): void {
    const ids = [...this.callsOf(call.message_id), call.id];
    ids.sort((a, b) => (this.tables.calls.peek(a)?.index ?? 0) - (this.tables.calls.peek(b)?.index ?? 0));
    this.callIds.set(call.message_id, ids);
  }

  private fileRequest({ id, call_id }: Request): void {
    if (call_id) this.requestIds.set(call_id, [...(this.requestIds.get(call_id) ?? []), id]);
  }

  private write({ table, id, field, at, text }: Delta): Applied {
    if (table === 'messages' && (field === 'text' || field === 'reasoning')) {
      const message = this.tables.messages.peek(id);
      if (!message) return 'gap';
      if (message.status !== 'streaming') return 'stale';
      const old = message[field];
      if (at > old.length) return 'gap';
      this.tables.messages.patch(id, { [field]: old.slice(0, at) + text });
      if (!old && text) this.shape.value++;
      return 'applied';
    }
    if (table === 'calls' && (field === 'arguments_text' || field === 'output')) {
      const call = this.tables.calls.peek(id);
      if (!call) return 'gap';
      if (call.status !== 'pending' && call.status !== 'in_progress') return 'stale';
      if (at > call[field].length) return 'gap';
      this.tables.calls.patch(id, { [field]: call[field].slice(0, at) + text });
      return 'applied';
    }
    return 'stale';
  }

  private agentOf(id: string | null | undefined): Agent | null {
    this.tables.agents.members.value;
    return (id && this.tables.agents.get(id)?.value) || null;
  }

  private ordered(wanted: (message: Message) => boolean): string[] {
    this.shape.value;
    const owner = this.agentId.value;
    const messages = this.tables.messages.values().filter(m => m.agent_id === owner && wanted(m));
    return messages.sort((a, b) => a.order - b.order).map(m => m.id);
  }
}

/** Whether this version of a message stands elsewhere, or is grouped otherwise, than the one before. */
function regroups(before: Message, after: Message): boolean {
  return (
    before.order !== after.order ||
    before.status !== after.status ||
    !before.text !== !after.text ||
    !before.reasoning !== !after.reasoning ||
    !before.error !== !after.error
  );
}
