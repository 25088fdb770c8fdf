import { signal } from '@preact/signals';
import { english, type Host } from '../src/host';
import type { Change } from '../src/protocol';
import { AGENT, SESSION, status } from './records';

/** A socket whose other end is the test. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error('No socket was opened.');
    return socket;
  }

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  open(): this {
    this.onopen?.();
    return this;
  }

  say(...changes: Change[]): void {
    this.onmessage?.({ data: JSON.stringify(changes.length === 1 ? changes[0] : changes) });
  }

  end(code = 1006, reason = ''): void {
    this.closed = true;
    this.onclose?.({ code, reason });
  }

  close(): void {
    this.closed = true;
  }
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Answer = unknown | ((asked: Asked) => unknown);

/** An answer that is not 200. */
export class Fail {
  constructor(
    readonly status: number,
    readonly body: unknown
  ) {}
}

/** A server that answers what the test sets, and remembers what it was asked. */
export class FakeServer {
  readonly asked: Asked[] = [];
  readonly answers = new Map<string, Answer>([
    ['GET status', status()],
    ['GET sessions', { sessions: [] }],
    [`POST agents/${AGENT}/resume`, {}],
    ['POST chat', { session_id: SESSION, agent_id: `${SESSION}-0badcafe`, message_id: 'sent' }]
  ]);
  readonly host: Host;

  constructor(extra: Partial<Host> = {}) {
    FakeSocket.all = [];
    this.host = {
      trans: english,
      settings: { showReasoning: signal(false), sendOn: signal('enter') },
      storage: sessionStorage,
      WebSocket: FakeSocket as unknown as Host['WebSocket'],
      fetch: (path, init) => this.answer(path, init),
      streamUrl: query => `ws://server/dispatch/stream?${query}`,
      ...extra
    };
  }

  of(method: string, path: string): Asked[] {
    return this.asked.filter(asked => asked.method === method && asked.path === path);
  }

  private async answer(path: string, init: RequestInit = {}): Promise<Response> {
    const asked = { method: init.method ?? 'GET', path, body: init.body ? JSON.parse(String(init.body)) : undefined };
    this.asked.push(asked);
    const answer = this.answers.get(`${asked.method} ${path}`);
    const body = await (typeof answer === 'function' ? answer(asked) : answer);
    if (body === undefined) return new Response('<html>not found</html>', { status: 404 });
    if (body instanceof Fail) return new Response(JSON.stringify(body.body), { status: body.status });
    return new Response(JSON.stringify(body), { status: 200 });
  }
}
