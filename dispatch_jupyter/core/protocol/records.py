"""What exists: the records of a session. State is these, and nothing else.

Records are immutable; a change is a new version put through `Session.put`, which stamps `seq`.
Times are aware UTC. Text is unbounded unless a field says otherwise.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from .errors import DispatchError
from .ids import AgentId, CallId, DecisionId, GrantId, JobId, MessageId, RequestId, SessionId, TaskId, TransitionId
from .parts import Limits, LoadedSkill, ModelRef, ModelWish, Operation, Part, Place, Usage

AgentStatus = Literal["idle", "running", "waiting", "waiting_for_key", "done", "error"]
WaitingOn = Literal["request", "children", "user"]
MessageRole = Literal["user", "assistant", "notice"]
MessageStatus = Literal["queued", "withdrawn", "delivered", "streaming", "complete", "interrupted", "failed"]
CallKind = Literal["read", "edit", "delete", "move", "search", "execute", "think", "fetch", "other"]
CallStatus = Literal["pending", "in_progress", "completed", "failed"]
Scope = Literal["once", "session", "always"]
JobStatus = Literal["running", "exited", "stopped", "lost"]
TaskStatus = Literal["pending", "in_progress", "done", "blocked"]
TableName = Literal[
    "session", "agents", "messages", "calls", "requests", "grants", "jobs", "log", "tasks", "transitions"
]
MessagePurpose = Literal["message", "brief", "result"]


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

    @classmethod
    def of(cls, error: DispatchError) -> "ErrorInfo":
        """What an exception says."""
        return cls(code=error.code, message=error.message, hint=error.hint)


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
    schema_version: int = 4
    project: str
    """Absolute path of the project folder."""
    title: str = ""
    root_agent_id: AgentId
    created_at: AwareDatetime = Field(default_factory=now)


class Agent(Record):
    """A node of the tree.

    One with a parent ends: done, or error, and then its thread is closed; only one that was `interrupted` goes on.
    One without rests between its turns.
    """

    id: AgentId
    parent_id: AgentId | None = None
    summoned_by: AgentId | None = None
    """Its parent; of an agent without one, who started it, if that was an agent."""
    background: bool = False
    """Its parent goes on without waiting for it; its result comes as a message."""
    detached: bool = False
    """As `background`, in a thread of its own for people: it rests between its turns until it reports."""
    template: str = "dispatch"
    name: str = "dispatch"
    brief: str = ""
    """What it was summoned for."""
    at_most: Limits | None = None
    """What was asked for when it was summoned; its `limits` are never more."""
    result: str | None = None
    """What it handed back, set when it ends; of one that failed, what it had done by then."""
    told: bool = False
    """Its parent has the result: as what a call gave back, or as a message."""
    status: AgentStatus = "idle"
    waiting_on: WaitingOn | None = None
    waits_for: list[AgentId] = Field(default_factory=list)
    """Of `waiting_on: children`."""
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
    ended_at: AwareDatetime | None = None
    """When it came to its end; None for one that may go on."""


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
    """Who wrote a message of role `user`: the server's user name, or the name of `from_agent`."""
    from_agent: AgentId | None = None
    """The agent that wrote it; it has no person's authority."""
    purpose: MessagePurpose = "message"
    """Of an agent's message: the `brief` a child begins with, the `result` of a child that ended, or in between."""
    woke: bool = False
    """An agent's message that began a turn by itself."""
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
    seconds: float | None = None
    """How long it ran, without waiting for people; None while it runs."""
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
    child_id: AgentId | None = None
    """The agent it summoned, from the moment there is one."""
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
    is_file: bool = False
    """`covers` is a file that is there, so that nothing is below it."""
    secret: str | None = None
    """What is kept there ("SSH keys"), where it is a place of secrets: leave is given `once` only."""
    caution: str | None = None
    """A sentence to read before allowing it."""
    guarded: bool = False
    """Others run what it says (a git hook, an editor's settings): leave for a folder around it does not include it."""
    limit: Scope = "always"
    """The furthest that leave for it goes."""
    spans: list[tuple[int, int]] = Field(default_factory=list)
    """Where in the command the words stand that reach there: [start, end) in UTF-16 code units."""


class Request(Record):
    """A question that waits for a person: open → answered | expired.

    A permission is allowed or denied, a question of `ask_user` answered in words.

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
    """Of a permission: `allow` or `deny`. Of a question: the words; None where a message was written instead."""
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
    """Who asked; the leave holds for the whole session, or, for always, everywhere. None where nobody asked."""
    operation: Operation
    path: str
    """It covers this and all below it, places of secrets excepted."""
    scope: Literal["session", "always"]
    granted_by: str = ""
    """User name; empty where an entry was typed into dispatch.yaml by hand."""
    place: Place | None = None
    """Where leave for always is written down."""
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
    seconds: float | None = None
    """How long the command ran, its time in the foreground included, without waiting for people; None while it runs
    and where it was lost."""
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
    `not stored` (the answer), `changed by a command` (and not put back), `put back` (after a command changed it), or
    the rule of the policy that refused."""
    by: str = ""
    """User name, where a person decided."""
    note: str | None = None
    at: AwareDatetime = Field(default_factory=now)


class Transition(Record):
    """An agent came into this state: a line of its history. Written with every change of its status."""

    id: TransitionId
    agent_id: AgentId
    status: AgentStatus
    waiting_on: WaitingOn | None = None
    waits_for: list[AgentId] = Field(default_factory=list)
    code: str | None = None
    """Of `error`: why."""
    at: AwareDatetime = Field(default_factory=now)


AnyRecord = Session | Agent | Message | ToolCall | Request | Grant | Job | Decision | Task | Transition

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
    "transitions": Transition,
}
"""Table names and what each holds. The order is the order of a snapshot."""

TABLE_OF: dict[type[Record], TableName] = {record: table for table, record in TABLES.items()}
