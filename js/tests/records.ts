import type {
  Agent,
  FileChange,
  Message,
  ModelRef,
  Session,
  SessionSummary,
  Snapshot,
  Status,
  ToolCall,
  Usage
} from '../src/protocol';

const TIME = '2026-01-02T03:04:05Z';
export const SESSION = 'feedfacefeedface';
export const AGENT = `${SESSION}-0badcafe`;
export const INSTANCE = 'server-1';

export const DEMO: ModelRef = { id: 'demo/rules', provider: 'demo', label: 'demo', demo: true };
export const MODEL: ModelRef = { id: 'acme/large', provider: 'acme', label: 'large', demo: false };
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
    template: 'dispatch',
    name: 'dispatch',
    brief: '',
    status: 'idle',
    waiting_on: null,
    note: null,
    error: null,
    model: MODEL,
    model_pinned: false,
    limits: { root: '/home/ada/project', max_steps: 50 },
    usage: USAGE,
    context_tokens: 6_200,
    created_at: TIME,
    ...fields
  };
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
    earlier: 0,
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
    sandbox: 'none',
    live_sessions: 0,
    counts: {},
    agents: [],
    ...fields
  };
}
