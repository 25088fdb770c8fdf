import type { Host } from '../host';
import type {
  Accepted,
  Agent,
  AgentDetail,
  AnswerRequest,
  Configuration,
  DecisionHistory,
  Effort,
  Grant,
  Job,
  Message,
  Models,
  Permissions,
  Request,
  Resolution,
  SendMessage,
  SessionSummary,
  Skill,
  Skills,
  State,
  Status,
  ToolCall,
  TrustedFiles,
  TrustFile
} from '../protocol';
import { type Problem, RequestError } from './problem';

/** The REST calls the chat makes. Each rejects with a `RequestError` whose problem can be shown. */
export class Api {
  constructor(private readonly host: Host) {}

  status(): Promise<Status> {
    return this.request('GET', 'status');
  }

  async sessions(): Promise<readonly SessionSummary[]> {
    const answer = await this.request<{ sessions: SessionSummary[] }>('GET', 'sessions');
    return answer.sessions;
  }

  send(message: SendMessage): Promise<Accepted> {
    return this.request('POST', 'chat', message);
  }

  /** The `limit` messages of an agent (null: the root) before that `order`, with their calls. */
  earlier(sessionId: string, before: number, limit: number, agentId: string | null): Promise<State> {
    const query = new URLSearchParams({ before: String(before), limit: String(limit), thread: agentId ?? 'root' });
    return this.request('GET', `sessions/${encodeURIComponent(sessionId)}?${query}`);
  }

  /** The session with its last message only: is it there, can it be opened? */
  look(sessionId: string): Promise<State> {
    return this.request('GET', `sessions/${encodeURIComponent(sessionId)}?limit=1`);
  }

  /** One call with its whole output. */
  call(sessionId: string, callId: string): Promise<ToolCall> {
    return this.request('GET', `sessions/${encodeURIComponent(sessionId)}/calls/${encodeURIComponent(callId)}`);
  }

  /** Stops the command that a call runs; its agent goes on with what came of it. */
  async stopCommand(sessionId: string, callId: string): Promise<void> {
    await this.request(
      'POST',
      `sessions/${encodeURIComponent(sessionId)}/calls/${encodeURIComponent(callId)}/stop`,
      {}
    );
  }

  /** Lets the command that a call runs go on as a job, and its agent without it. */
  async toBackground(sessionId: string, callId: string): Promise<void> {
    const call = `sessions/${encodeURIComponent(sessionId)}/calls/${encodeURIComponent(callId)}`;
    await this.request('POST', `${call}/background`, {});
  }

  /** A background job with the end of its output so far. */
  job(sessionId: string, jobId: string): Promise<Job> {
    return this.request('GET', `sessions/${encodeURIComponent(sessionId)}/jobs/${encodeURIComponent(jobId)}`);
  }

  async stopJob(sessionId: string, jobId: string): Promise<void> {
    await this.request('POST', `sessions/${encodeURIComponent(sessionId)}/jobs/${encodeURIComponent(jobId)}/stop`, {});
  }

  /** An agent with what belongs to it: its place in the tree, its tasks, what it waits for. */
  agent(agentId: string): Promise<AgentDetail> {
    return this.request('GET', `agents/${encodeURIComponent(agentId)}`);
  }

  async interrupt(agentId: string): Promise<void> {
    await this.request('POST', `agents/${encodeURIComponent(agentId)}/interrupt`, {});
  }

  /** Go on where an error, a stop or a restart of the server left off; one that waits for a key tries now. */
  async resume(agentId: string): Promise<void> {
    await this.request('POST', `agents/${encodeURIComponent(agentId)}/resume`, {});
  }

  withdraw(agentId: string, messageId: string): Promise<Message> {
    return this.request('DELETE', `agents/${encodeURIComponent(agentId)}/messages/${encodeURIComponent(messageId)}`);
  }

  /** What waits for leave, the log and the grants in force: of one session, or of all that are open. */
  permissions(sessionId: string | null): Promise<Permissions> {
    return this.request('GET', sessionId ? `permissions?session=${encodeURIComponent(sessionId)}` : 'permissions');
  }

  /** What was decided in all sessions of the project, newest first; with `before`, behind that decision. */
  permissionHistory(before: string | null): Promise<DecisionHistory> {
    return this.request('GET', `permissions/history${before ? `?before=${encodeURIComponent(before)}` : ''}`);
  }

  answer(requestId: string, answer: AnswerRequest): Promise<Request> {
    return this.request('POST', `permissions/${encodeURIComponent(requestId)}`, answer);
  }

  /** Answers what an agent asked, in words or with one of its options. */
  answerQuestion(requestId: string, answer: string): Promise<Request> {
    return this.request('POST', `questions/${encodeURIComponent(requestId)}`, { answer });
  }

  /** @param sessionId whose grant it is, where that session may not be open. */
  revoke(grantId: string, sessionId: string | null = null): Promise<Grant> {
    const query = sessionId ? `?session=${encodeURIComponent(sessionId)}` : '';
    return this.request('DELETE', `permissions/grants/${encodeURIComponent(grantId)}${query}`);
  }

  async trusted(): Promise<TrustedFiles['files']> {
    return (await this.request<TrustedFiles>('GET', 'trust')).files;
  }

  async trust(file: TrustFile): Promise<TrustedFiles['files']> {
    return (await this.request<TrustedFiles>('POST', 'trust', file)).files;
  }

  /** The settings in force, the templates of agents, and what is wrong with the files. */
  config(): Promise<Configuration> {
    return this.request('GET', 'config');
  }

  /** Keys with their budgets, models by tags, the key log. */
  models(): Promise<Models> {
    return this.request('GET', 'models');
  }

  /** What a tag, or the name of a model, means now; without one, what agents get that name none. */
  resolve(tag: string): Promise<Resolution> {
    return this.request('GET', tag ? `models/resolve?tag=${encodeURIComponent(tag)}` : 'models/resolve');
  }

  skills(): Promise<Skills> {
    return this.request('GET', 'skills');
  }

  /** One skill with its text; `id` is `global:name` or `project:name`. */
  skill(id: string): Promise<Skill> {
    return this.request('GET', `skills/${encodeURIComponent(id)}`);
  }

  /** Loads a skill into an agent's prompt from its next step on, or takes out one that was loaded by hand. */
  activateSkill(agentId: string, name: string, active: boolean): Promise<Agent> {
    return this.request('POST', `agents/${encodeURIComponent(agentId)}/skills`, { name, active });
  }

  /** Another model for an agent from its next step on; null: as its template and the settings have it. */
  switchModel(agentId: string, model: string | null, effort: Effort | null): Promise<Agent> {
    return this.request('PATCH', `agents/${encodeURIComponent(agentId)}/model`, { model, effort });
  }

  private async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    const answer = await this.fetch(path, init);
    const parsed = await parse(answer);
    if (answer.ok && parsed !== undefined) return parsed as T;
    throw new RequestError(
      isProblem(parsed) ? { ...parsed, hint: parsed.hint ?? null } : this.foreign(answer),
      answer.status
    );
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.host.fetch(path, init);
    } catch (error) {
      const { trans } = this.host;
      const reason = error instanceof Error ? error.message : String(error);
      throw new RequestError(
        {
          code: 'network',
          message: trans.__('The Jupyter server does not answer.'),
          hint: trans.__('Check that it is running and that you are connected. (%1)', reason)
        },
        0
      );
    }
  }

  /** An answer that did not come from Dispatch: a login page, a proxy, a server without the extension. */
  private foreign(answer: Response): Problem {
    const { trans } = this.host;
    const code = `http_${answer.status}`;
    if (answer.status === 401 || answer.status === 403)
      return {
        code,
        message: trans.__('The Jupyter server refused this page.'),
        hint: trans.__('Reload the page and sign in again.')
      };
    if (answer.status === 404)
      return {
        code,
        message: trans.__('Dispatch is not running in this Jupyter server.'),
        hint: trans.__('Enable it with “jupyter server extension enable dispatch_jupyter” and restart the server.')
      };
    return {
      code,
      message: trans.__('The Jupyter server answered with status %1.', answer.status),
      hint: trans.__('Its log says more.')
    };
  }
}

/** The JSON of an answer, or undefined where it is not JSON. */
async function parse(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(body: unknown): body is Problem {
  const { code, message } = (body ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof message === 'string';
}
