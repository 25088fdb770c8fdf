"""What a person may ask. REST bodies are these; handlers turn them into calls on the runtime."""

from typing import Annotated

from pydantic import Field, StringConstraints

from .ids import AgentId, MessageId, SessionId
from .records import AgentStatus, ErrorInfo, ModelRef, Part, Usage

MAX_MESSAGE_CHARS = 200_000

Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARS, strip_whitespace=True)]


class SendMessage(Part):
    """`POST chat`: say something to an agent; without `session_id` a session is made."""

    text: Text
    session_id: SessionId | None = None
    agent_id: AgentId | None = None
    """Default: the session's root agent."""
    template: str | None = None
    """Agent template of a session that is made; only `dispatch` so far."""
    model: str | None = None
    """`provider/name` for a session that is made."""


class QueueMessage(Part):
    """`POST agents/{id}/message`."""

    text: Text


class CreateSession(Part):
    """`POST sessions`."""

    title: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""
    model: str | None = None


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
    sandbox: str = "none"
    """Level at which the agents' shell is confined; `none`: there is no shell tool."""
    live_sessions: int
    counts: dict[AgentStatus, int]
    agents: list[AgentState]
