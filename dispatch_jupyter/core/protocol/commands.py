"""What a person may ask. REST bodies are these; handlers turn them into calls on the runtime."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .ids import AgentId, MessageId, SessionId
from .parts import ModelRef, Part, Usage
from .records import Agent, AgentStatus, Decision, ErrorInfo, Grant, Request, Scope, Task

SandboxLevel = Literal["kernel+live", "kernel", "parsed only", "none"]
"""`kernel+live`: the kernel confines, and what it stops is asked for while the command waits; `kernel`: it confines;
`parsed only`: commands are read before they start, nothing holds them afterwards."""

MAX_MESSAGE_CHARS = 200_000

Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARS, strip_whitespace=True)]


class SendMessage(Part):
    """`POST chat`: say something to an agent; without `session_id` a session is made."""

    text: Text
    session_id: SessionId | None = None
    agent_id: AgentId | None = None
    """Default: the session's root agent."""
    template: str | None = None
    """Slug of the agent template of a session that is made; default: `dispatch`."""
    model: str | None = None
    """A tag or `provider/name`: switches the agent to it."""


class QueueMessage(Part):
    """`POST agents/{id}/message`."""

    text: Text


class CreateSession(Part):
    """`POST sessions`."""

    title: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""
    template: str | None = None
    """Slug of its agent's template; default: `dispatch`."""
    model: str | None = None
    """A tag or `provider/name`; default: as the template and the settings have it."""


class AnswerRequest(Part):
    """`POST permissions/{request_id}`."""

    answer: Literal["allow", "deny"]
    scope: Scope = "once"
    """How far an `allow` goes; one of the request's `scopes`."""
    note: Annotated[str, StringConstraints(max_length=2_000, strip_whitespace=True)] = ""
    """What the agent should know, as why it is denied."""


class AnswerQuestion(Part):
    """`POST questions/{request_id}`: an answer to an agent that asked, in words or one of its options."""

    answer: Text


class AgentDetail(Part):
    """`GET agents/{agent_id}`: an agent and what belongs to it."""

    agent: Agent
    handle: str
    path: list[str]
    """Names from the top of its tree down to its own."""
    children: list[AgentId]
    tasks: list[Task]
    requests: list[Request]
    """Those that wait for a person."""
    tree_cost_usd: float | None
    """Of itself and all below it; None where a price is unknown."""


class Asker(Part):
    """An agent whose request was decided, with its session: enough to name it where neither is open."""

    agent_id: AgentId
    session_id: SessionId
    title: str = ""
    """Of the session."""
    path: list[str] = Field(default_factory=list)
    """Names from the top of its tree down to its own."""


class Permissions(Part):
    """`GET permissions`, newest last."""

    pending: list[Request]
    log: list[Decision]
    grants: list[Grant]
    """Those in force: of the sessions, and of the person's own dispatch.yaml."""
    askers: list[Asker] = Field(default_factory=list)
    """Those who asked for leave for always, where that is known."""
    problems: list[ErrorInfo] = Field(default_factory=list)


class DecisionHistory(Part):
    """`GET permissions/history`: a page of what was decided in all sessions of the project."""

    log: list[Decision]
    """Newest first."""
    askers: list[Asker]
    """Of all agents that `log` and `grants` name."""
    grants: list[Grant]
    """Those of all these sessions that are in force; leave for always is not among them."""
    earlier: int
    """How many older decisions there are behind this page."""
    left_out: int = 0
    """Sessions, the longest unused ones, that were not looked into: there are too many, or it took too long."""
    problems: list[ErrorInfo] = Field(default_factory=list)
    """Sessions that could not be read."""


class TrustedFile(Part):
    """A project file that would widen what agents may do, and whether the person trusts this version of it."""

    path: str
    digest: str
    """Of its content."""
    trusted: bool
    widens: list[str]
    """What it asks for, a line each, in words ("read and write /data")."""


class TrustedFiles(Part):
    """`GET trust`."""

    files: list[TrustedFile]


class TrustFile(Part):
    """`POST trust`: trust this content of a file, or stop trusting it."""

    path: str
    digest: str
    """As shown to the person: another version is not trusted by this."""
    trusted: bool = True


class Accepted(Part):
    """A message that is stored and will be delivered; the answer of `POST chat`."""

    session_id: SessionId
    agent_id: AgentId
    message_id: MessageId


class SessionSummary(Part):
    """A line of `GET sessions`."""

    id: SessionId
    project: str
    title: str
    created_at: str
    updated_at: str
    message_count: int = 0
    usage: Usage = Usage()
    live: bool = False
    """Open in this server."""
    error: ErrorInfo | None = None
    """Set where the journal cannot be read; the other fields are then what the catalogue knew."""


class SessionList(Part):
    """`GET sessions`."""

    sessions: list[SessionSummary]


class Failure(ErrorInfo):
    """The body of every answer with an error status; `code` as in `errors`."""


class AgentState(Part):
    """A line of `GET status`."""

    session_id: SessionId
    agent_id: AgentId
    name: str
    status: AgentStatus
    note: str | None = None


class Readiness(Part):
    """Which model new sessions get, and what is missing for a better one."""

    model: ModelRef
    source: str
    """Why this one: `DISPATCH_MODEL`, `dispatch.yaml`, the name of a variable, `ollama` or `demo`."""
    ready: bool
    """False: the demo, or a model whose key is missing."""
    problems: list[ErrorInfo] = Field(default_factory=list)
    """What is wrong or missing, each with what to do."""


class Status(Part):
    """`GET status`."""

    instance: str
    version: str
    project: str
    readiness: Readiness
    sandbox: SandboxLevel = "none"
    """Level at which the agents' shell is confined; `none`: it is switched off."""
    sandbox_reason: str = ""
    """Why this level and no higher one, and what it does not cover."""
    auth_enabled: bool = True
    """False: whoever reaches the server's port can answer for the person."""
    may_approve: bool = True
    """Whether who asks may answer for agents: give leave and take it back, trust files."""
    warnings: list[ErrorInfo] = Field(default_factory=list)
    """What about this server or its project weakens the guard: `wide_project`, `exposed_token`."""
    live_sessions: int
    counts: dict[AgentStatus, int]
    agents: list[AgentState]
