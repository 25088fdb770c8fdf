"""What exists: the records of a session. State is these, and nothing else.

Records are immutable; a change is a new version put through `Session.put`, which stamps `seq`.
Times are aware UTC. Text is unbounded unless a field says otherwise.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from .ids import AgentId, CallId, DecisionId, GrantId, JobId, KeyId, MessageId, RequestId, SessionId, TaskId
from .parts import Effort, LoadedSkill, ModelWish, Part, Place

AgentStatus = Literal["idle", "running", "waiting", "waiting_for_key", "done", "error"]
WaitingOn = Literal["request", "children", "user"]
MessageRole = Literal["user", "assistant", "notice"]
MessageStatus = Literal["queued", "withdrawn", "delivered", "streaming", "complete", "interrupted", "failed"]
CallKind = Literal["read", "edit", "delete", "move", "search", "execute", "think", "fetch", "other"]
CallStatus = Literal["pending", "in_progress", "completed", "failed"]
Operation = Literal["read", "write", "execute"]
"""`write` and `execute` include `read`."""
OPERATIONS: tuple[Operation, ...] = ("read", "write", "execute")
Scope = Literal["once", "session", "always"]
JobStatus = Literal["running", "exited", "stopped", "lost"]
TaskStatus = Literal["pending", "in_progress", "done", "blocked"]
TableName = Literal["session", "agents", "messages", "calls", "requests", "grants", "jobs", "log", "tasks"]


def now() -> datetime:
    """The time now, aware UTC."""
    return datetime.now(UTC)


class Record(Part):
    """A row of one table. `seq` is the session's change number that wrote this version (0: not yet put)."""

    id: str
    seq: int = 0


class ErrorInfo(Part):
    """An error as people and clients see it; `code` as in `errors`."""

    code: str
    message: str
    hint: str | None = None
    place: Place | None = None
    """Where to correct it."""


class Usage(Part):
    """Tokens and money of one or more model calls, as the provider reported them."""

    input_tokens: int = 0
    """All input, cached input included."""
    output_tokens: int = 0
    """All output, reasoning included."""
    cached_tokens: int = 0
    """The part of the input that was read from the provider's prompt cache."""
    cost_usd: float | None = 0.0
    """None where the price of any of the calls is unknown."""

    def __add__(self, other: "Usage") -> "Usage":
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cost_usd=(self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
        )


class ModelRef(Part):
    """Which model an agent talks to."""

    id: str
    """As litellm names it, `provider/name`; `demo/rules` for the built-in demo."""
    provider: str
    label: str
    """Short name for a badge."""
    demo: bool = False
    """True: rules, not a language model."""
    key: KeyId | None = None
    """Which key it is called with; None before the first call, and for models that need none."""
    effort: Effort | None = None


class Limits(Part):
    """What an agent may do at most. A child's are its parent's, narrowed."""

    root: str
    """Absolute path of the folder it works in."""
    max_steps: int = Field(default=50, ge=1)
    """Model calls in one turn."""
    operations: list[Operation] = Field(default_factory=lambda: list(OPERATIONS))
    """What it may do to files, in the project as well; without `execute` it has no shell."""


class FileChange(Part):
    """What a tool call did to one file."""

    path: str
    """Relative to the project, with forward slashes."""
    diff: str
    """Unified diff without the two file lines; cut at 400 lines (`diff_cut`)."""
    added: int
    removed: int
    created: bool = False
    diff_cut: bool = False


class Session(Record):
    """A persisted tree of agents."""

    id: SessionId
    schema_version: int = 3
    project: str
    """Absolute path of the project folder."""
    title: str = ""
    root_agent_id: AgentId
    created_at: AwareDatetime = Field(default_factory=now)


class Agent(Record):
    """A node of the tree."""

    id: AgentId
    parent_id: AgentId | None = None
    template: str = "dispatch"
    name: str = "dispatch"
    brief: str = ""
    status: AgentStatus = "idle"
    waiting_on: WaitingOn | None = None
    note: str | None = None
    """What it is busy with right now, where that is not plain from its thread ("trying again in 4 s")."""
    error: ErrorInfo | None = None
    """Why `status` is `error`; code `cancelled` when a person stopped it, `interrupted` when the server stopped."""
    model: ModelRef
    model_pinned: bool = False
    """True: a person chose the model. Else it follows its template and the settings, looked up at each step."""
    wants: list[ModelWish] = Field(default_factory=list)
    """What `model` is chosen from, the first that can be used; empty: the default."""
    waiting_until: AwareDatetime | None = None
    """Of `waiting_for_key`: when the next key is expected back; None where nobody said."""
    skills: list[LoadedSkill] = Field(default_factory=list)
    """In its prompt now."""
    cut_through: int = 0
    """Outputs of tool calls in messages up to this `order` are left out of what the model gets: it was too much."""
    limits: Limits
    usage: Usage = Usage()
    context_tokens: int = 0
    """Input tokens of its latest model call: how full the context is."""
    created_at: AwareDatetime = Field(default_factory=now)


class Message(Record):
    """One message of an agent's thread.

    A person's: queued → delivered | withdrawn. The model's: streaming → complete | interrupted | failed.
    A notice is for people only and never sent to a model.
    """

    id: MessageId
    agent_id: AgentId
    role: MessageRole
    order: int
    """Place in the thread, ascending. A queued message gets its final place when it is delivered."""
    status: MessageStatus
    text: str = ""
    reasoning: str = ""
    sender: str = ""
    """Who wrote a person's message (the server's user name)."""
    model: str | None = None
    usage: Usage | None = None
    error: ErrorInfo | None = None
    opaque: dict[str, Any] | None = None
    """What the same provider wants back with this message (signed reasoning, …); never shown."""
    turn: int = 0
    created_at: AwareDatetime = Field(default_factory=now)
    ended_at: AwareDatetime | None = None


class CommandRun(Part):
    """How a shell command went."""

    cwd: str
    """Absolute path of the folder it started in."""
    exit_code: int | None = None
    """None while it runs, and where a signal ended it."""
    signal: str | None = None
    """Name of the signal that ended it, as `SIGKILL`."""
    timed_out: bool = False
    why: str | None = None
    """Why Dispatch ended it, in words ("stopped by the user"); None where it ended by itself."""
    job_id: JobId | None = None
    """Set once it goes on in the background; the job then says how it ends."""


class ToolCall(Record):
    """One tool call of a model's message: pending → in_progress → completed | failed."""

    id: CallId
    agent_id: AgentId
    message_id: MessageId
    index: int
    """Place among the calls of its message."""
    provider_id: str
    """The id the provider gave it; not unique."""
    name: str
    kind: CallKind = "other"
    status: CallStatus = "pending"
    arguments: dict[str, Any] | None = None
    """None until they are complete and valid JSON; then `arguments_text` is empty."""
    arguments_text: str = ""
    """The arguments as they stream in, or as they came where they are not valid JSON."""
    output: str = ""
    """What the model gets, cut to the output limits."""
    output_chars: int = 0
    """Length of the whole output in characters, before any cut."""
    spill: str | None = None
    """Path of the whole output where it was cut; the agent may read it."""
    error: ErrorInfo | None = None
    changes: list[FileChange] = Field(default_factory=list)
    command: CommandRun | None = None
    """Set for shell commands, from their start."""
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class Reach(Part):
    """One thing outside the project that an agent would touch."""

    operation: Operation
    path: str
    """Absolute and real: no links and no `..` are left in it."""
    covers: str
    """What leave beyond `once` would cover: this folder and all below it. Where a folder would be too much, the path
    itself."""
    secret: str | None = None
    """What is kept there ("SSH keys"), where it is a place of secrets: leave is given `once` only."""
    caution: str | None = None
    """A sentence to read before allowing it, where it is no ordinary place (a git hook, an editor's settings)."""
    limit: Scope = "always"
    """The furthest that leave for it goes."""
    spans: list[tuple[int, int]] = Field(default_factory=list)
    """Where in the command the words stand that reach there: [start, end) in UTF-16 code units."""


class Request(Record):
    """A question that waits for a person: open → answered | expired.

    An expired one was never allowed: its agent was stopped, or the server was. `error` says which.
    """

    id: RequestId
    agent_id: AgentId
    call_id: CallId | None = None
    kind: Literal["permission", "question"]
    status: Literal["open", "answered", "expired"] = "open"
    question: str
    """One sentence for people and terminals ("dispatch wants to read /etc/hosts")."""
    options: list[str] = Field(default_factory=list)
    """Of a question."""
    reaches: list[Reach] = Field(default_factory=list)
    """Of a permission: everything one answer decides."""
    command: str | None = None
    """The whole shell command, where it is one that asks."""
    scopes: list[Scope] = Field(default_factory=list)
    """Of a permission: what an `allow` may be good for."""
    answer: str | None = None
    """Of a permission: `allow` or `deny`."""
    scope: Scope | None = None
    """How far an `allow` goes."""
    note: str | None = None
    """What the person wants the agent to know."""
    answered_by: str | None = None
    """User name; None where a grant given meanwhile answered it."""
    error: ErrorInfo | None = None
    """Why it expired."""
    created_at: AwareDatetime = Field(default_factory=now)
    ended_at: AwareDatetime | None = None


class Grant(Record):
    """Leave given by a person for as long as the session exists, or for always, until it is revoked."""

    id: GrantId
    request_id: RequestId | None = None
    agent_id: AgentId | None = None
    """Who asked; the leave holds for the whole session. None for what stands in a person's dispatch.yaml."""
    operation: Operation
    path: str
    """It covers this and all below it, places of secrets excepted."""
    scope: Literal["session", "always"]
    granted_by: str = ""
    created_at: AwareDatetime = Field(default_factory=now)
    revoked_at: AwareDatetime | None = None
    revoked_by: str | None = None


class Job(Record):
    """A shell command that goes on in the background: running → exited | stopped | lost (the server died)."""

    id: JobId
    agent_id: AgentId
    call_id: CallId
    command: str
    cwd: str
    status: JobStatus = "running"
    exit_code: int | None = None
    signal: str | None = None
    why: str | None = None
    """Why it was stopped, in words."""
    tail: str = ""
    """The last of its output, once it has ended, and what was denied or put back."""
    output_bytes: int = 0
    spill: str | None = None
    """Path of its output, all of it up to a limit; the agent may read it."""
    started_at: AwareDatetime = Field(default_factory=now)
    ended_at: AwareDatetime | None = None


class Task(Record):
    """An item of an agent's to-do list. One that was taken off the list is `removed`."""

    id: TaskId
    agent_id: AgentId
    number: int
    """What the agent calls it: 1, 2, … in its list."""
    order: int
    """Place in the list, ascending."""
    title: str
    description: str = ""
    status: TaskStatus = "pending"
    removed: bool = False
    created_at: AwareDatetime = Field(default_factory=now)
    ended_at: AwareDatetime | None = None
    """When it was done."""


class Decision(Record):
    """A line of the permission log: what outside the project was allowed or denied, by whom or what."""

    id: DecisionId
    agent_id: AgentId
    call_id: CallId | None = None
    request_id: RequestId | None = None
    grant_id: GrantId | None = None
    operation: Operation
    path: str
    allowed: bool
    rule: str
    """What decided: `person: once|session|always|deny`, `session grant`, `auto_allow`, `expired`, `revoked`,
    `not stored` (the answer), `changed by a command` (and not put back), or the rule of the policy that refused."""
    by: str = ""
    """User name, where a person decided."""
    note: str | None = None
    at: AwareDatetime = Field(default_factory=now)


AnyRecord = Session | Agent | Message | ToolCall | Request | Grant | Job | Decision | Task

TABLES: dict[TableName, type[Record]] = {
    "session": Session,
    "agents": Agent,
    "messages": Message,
    "calls": ToolCall,
    "requests": Request,
    "grants": Grant,
    "jobs": Job,
    "log": Decision,
    "tasks": Task,
}
"""Table names and what each holds. The order is the order of a snapshot."""

TABLE_OF: dict[type[Record], TableName] = {record: table for table, record in TABLES.items()}
