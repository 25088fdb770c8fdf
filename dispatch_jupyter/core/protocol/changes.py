"""What goes over the wire, server to client: a snapshot, then changes.

A client keeps one table a record type: `put` replaces by id where the record's `seq` is newer, `delta` writes
text into a field. Nothing is ever removed from a session, so there is no third verb.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from .ids import AgentId, SessionId
from .parts import Part
from .records import (
    Agent,
    AnyRecord,
    Decision,
    Grant,
    Job,
    Message,
    Request,
    Session,
    TableName,
    Task,
    ToolCall,
    Transition,
)


class State(Part):
    """A session as records, whole or its latest part; the answer of `GET sessions/{id}`."""

    seq: int
    """Every change up to this number is in it."""
    session: Session
    agents: list[Agent]
    messages: list[Message]
    """In `order`, the latest where `earlier` is not 0."""
    calls: list[ToolCall]
    """Of these messages; long outputs cut for display (`output_chars` tells)."""
    requests: list[Request]
    grants: list[Grant] = Field(default_factory=list)
    jobs: list[Job] = Field(default_factory=list)
    log: list[Decision] = Field(default_factory=list)
    """The latest; `GET permissions` has all."""
    tasks: list[Task] = Field(default_factory=list)
    transitions: list[Transition] = Field(default_factory=list)
    """The latest."""
    earlier: int = 0
    """How many older messages are not in it."""
    thread: AgentId | None = None
    """The agent whose messages and calls these are, where the client asked for one thread only; else of all agents."""


class Snapshot(State):
    """The state a client starts from. Always the first change on a socket, unless the client is still in step."""

    type: Literal["snapshot"] = "snapshot"
    instance: str
    """Id of the server process. A `seq` is only good for resuming with the same instance."""


class Put(Part):
    """A record is now this."""

    type: Literal["put"] = "put"
    table: TableName
    record: AnyRecord


class Delta(Part):
    """Text for a field of a record that is still being written.

    `at` counts UTF-16 code units, so that JavaScript can compare it with `length`:
    the field becomes `field.slice(0, at) + text`, which makes a delta safe to get twice.
    """

    type: Literal["delta"] = "delta"
    table: TableName
    id: str
    field: Literal["text", "reasoning", "arguments_text", "output"]
    at: int
    text: str


class Notice(Part):
    """Word to all clients of the server, not part of any session's state."""

    type: Literal["notice"] = "notice"
    kind: Literal[
        "session_created",
        "session_changed",
        "permissions_changed",
        "config_changed",
        "keys_changed",
        "skills_changed",
        "stopping",
    ]
    session_id: SessionId | None = None
    """`permissions_changed`: what waits for a person there, leave or an answer, is another than before."""
    message: str = ""
    """Of `config_changed` and `skills_changed`: what changed, in words, for people to see."""


Change = Annotated[Snapshot | Put | Delta | Notice, Field(discriminator="type")]
CHANGE: TypeAdapter[Snapshot | Put | Delta | Notice] = TypeAdapter(Change)
