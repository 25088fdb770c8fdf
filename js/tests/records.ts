import type {
  Agent,
  Decision,
  FileChange,
  Grant,
  Job,
  Message,
  ModelRef,
  Permissions,
  Reach,
  Request,
  Session,
  SessionSummary,
  Snapshot,
  Status,
  Task,
  ToolCall,
  Transition,
  Usage
} from '../src/protocol';

const TIME = '2026-01-02T03:04:05Z';
export const SESSION = 'feedfacefeedface';
export const AGENT = `${SESSION}-0badcafe`;
export const INSTANCE = 'server-1';

export const DEMO: ModelRef = {
  id: 'demo/rules',
  provider: 'demo',
  label: 'demo',
  demo: true,
  key: null,
  effort: null
};
export const MODEL: ModelRef = {
  id: 'acme/large',
  provider: 'acme',
  label: 'large',
  demo: false,
  key: null,
  effort: null
};
export const USAGE: Usage = { input_tokens: 18_000, output_tokens: 400, cached_tokens: 9_000, cost_usd: 0.07 };

export function session(fields: Partial<Session> = {}): Session {
  return {
    id: SESSION,
    seq: 1,
    schema_version: 1,
    project: '/home/ada/project',
    title: 'Fix the date tests',
    root_agent_id: AGENT,
    created_at: TIME,
    ...fields
  };
}

export function agent(fields: Partial<Agent> = {}): Agent {
  return {
    id: AGENT,
    seq: 2,
    parent_id: null,
    summoned_by: null,
    background: false,
    detached: false,
    template: 'dispatch',
    name: 'dispatch',
    brief: '',
    at_most: null,
    result: null,
    told: false,
    status: 'idle',
    waiting_on: null,
    waits_for: [],
    note: null,
    error: null,
    model: MODEL,
    model_pinned: false,
    wants: [],
    waiting_until: null,
    skills: [],
    cut_through: 0,
    limits: {
      root: '/home/ada/project',
      max_steps: 50,
      operations: ['read', 'write', 'execute'],
      summons: ['summon', 'user_agent'],
      tools: null
    },
    usage: USAGE,
    context_tokens: 6_200,
    created_at: TIME,
    ended_at: null,
    ...fields
  };
}

/** An agent that another one has summoned; `digits` are its own part of the id, the first four its handle. */
export function child(digits: string, fields: Partial<Agent> = {}): Agent {
  const parent = fields.parent_id === undefined ? AGENT : fields.parent_id;
  return agent({
    id: `${SESSION}-${digits}`,
    parent_id: parent,
    summoned_by: parent,
    template: 'researcher',
    name: 'researcher',
    brief: 'Find out how people sign in',
    status: 'running',
    ...fields
  });
}

export function message(id: string, order: number, fields: Partial<Message> = {}): Message {
  return {
    id,
    seq: order + 10,
    agent_id: AGENT,
    role: 'assistant',
    order,
    status: 'complete',
    text: '',
    reasoning: '',
    sender: '',
    from_agent: null,
    purpose: 'message',
    woke: false,
    model: null,
    usage: null,
    error: null,
    opaque: null,
    turn: 1,
    created_at: TIME,
    ended_at: null,
    ...fields
  };
}

export function said(id: string, order: number, text: string, fields: Partial<Message> = {}): Message {
  return message(id, order, { role: 'user', status: 'delivered', text, ...fields });
}

export function call(id: string, messageId: string, fields: Partial<ToolCall> = {}): ToolCall {
  return {
    id,
    seq: 50,
    agent_id: AGENT,
    message_id: messageId,
    index: 0,
    provider_id: `p-${id}`,
    name: 'read_file',
    kind: 'read',
    status: 'completed',
    arguments: { path: 'README.md' },
    arguments_text: '',
    output: '1\t# Project',
    output_chars: 11,
    spill: null,
    error: null,
    changes: [],
    command: null,
    child_id: null,
    started_at: '2026-01-02T03:04:05.000Z',
    ended_at: '2026-01-02T03:04:05.012Z',
    ...fields
  };
}

export function change(fields: Partial<FileChange> = {}): FileChange {
  return {
    path: 'hello.py',
    diff: '@@ -0,0 +1 @@\n+print("hi")\n',
    added: 1,
    removed: 0,
    created: true,
    diff_cut: false,
    ...fields
  };
}

export function reach(path: string, fields: Partial<Reach> = {}): Reach {
  return {
    operation: 'read',
    path,
    covers: path.slice(0, path.lastIndexOf('/')) || '/',
    is_file: false,
    secret: null,
    caution: null,
    guarded: false,
    limit: 'always',
    spans: [],
    ...fields
  };
}

/** A request for leave, open. */
export function request(id: string, fields: Partial<Request> = {}): Request {
  return {
    id,
    seq: 60,
    agent_id: AGENT,
    call_id: null,
    kind: 'permission',
    status: 'open',
    question: 'dispatch wants to read /etc/hosts',
    options: [],
    reaches: [reach('/etc/hosts')],
    command: null,
    scopes: ['once', 'session', 'always'],
    answer: null,
    scope: null,
    note: null,
    answered_by: null,
    error: null,
    created_at: TIME,
    ended_at: null,
    ...fields
  };
}

export function grant(id: string, fields: Partial<Grant> = {}): Grant {
  return {
    id,
    seq: 70,
    request_id: null,
    agent_id: AGENT,
    operation: 'read',
    path: '/etc',
    scope: 'session',
    granted_by: 'ada',
    place: null,
    created_at: TIME,
    revoked_at: null,
    revoked_by: null,
    ...fields
  };
}

export function job(id: string, callId: string, fields: Partial<Job> = {}): Job {
  return {
    id,
    seq: 80,
    agent_id: AGENT,
    call_id: callId,
    command: 'sleep 600',
    cwd: '/home/ada/project',
    status: 'running',
    exit_code: null,
    signal: null,
    why: null,
    seconds: null,
    tail: '',
    output_bytes: 0,
    spill: null,
    started_at: TIME,
    ended_at: null,
    ...fields
  };
}

/** An item of the agent's to-do list. */
export function task(number: number, fields: Partial<Task> = {}): Task {
  return {
    id: `t${number}`,
    seq: 95,
    agent_id: AGENT,
    number,
    order: number,
    title: `Step ${number}`,
    description: '',
    status: 'pending',
    removed: false,
    created_at: TIME,
    ended_at: null,
    ...fields
  };
}

export function decision(id: string, fields: Partial<Decision> = {}): Decision {
  return {
    id,
    seq: 90,
    agent_id: AGENT,
    call_id: null,
    request_id: null,
    grant_id: null,
    operation: 'read',
    path: '/etc/hosts',
    allowed: true,
    rule: 'person: once',
    by: 'ada',
    note: null,
    at: TIME,
    ...fields
  };
}

/** An agent came into a state. */
export function transition(id: string, fields: Partial<Transition> = {}): Transition {
  return {
    id,
    seq: 97,
    agent_id: AGENT,
    status: 'running',
    waiting_on: null,
    waits_for: [],
    code: null,
    at: TIME,
    ...fields
  };
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    instance: INSTANCE,
    seq: 100,
    session: session(),
    agents: [agent()],
    messages: [],
    calls: [],
    requests: [],
    grants: [],
    jobs: [],
    log: [],
    tasks: [],
    transitions: [],
    earlier: 0,
    thread: null,
    ...fields
  };
}

export function summary(id: string, fields: Partial<SessionSummary> = {}): SessionSummary {
  return {
    id,
    project: '/home/ada/project',
    title: `Title of ${id}`,
    created_at: TIME,
    updated_at: TIME,
    message_count: 4,
    usage: USAGE,
    live: false,
    error: null,
    ...fields
  };
}

export function status(fields: Partial<Status> = {}): Status {
  return {
    instance: INSTANCE,
    version: '0.1.0',
    project: '/home/ada/project',
    readiness: { model: MODEL, source: 'DISPATCH_MODEL', ready: true, problems: [] },
    sandbox: 'kernel+live',
    sandbox_reason: 'Landlock, seccomp.',
    auth_enabled: true,
    may_approve: true,
    warnings: [],
    live_sessions: 0,
    counts: {},
    agents: [],
    ...fields
  };
}

/** What `GET permissions` answers. */
export function permissions(fields: Partial<Permissions> = {}): Permissions {
  return { pending: [], log: [], grants: [], askers: [], problems: [], ...fields };
}
