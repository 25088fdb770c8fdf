"""What the tools of the agent tree are given: children to summon and wait for, peers to talk to, people to ask."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ..protocol.ids import AgentId
from ..protocol.records import Agent, Task


@dataclass(frozen=True, slots=True)
class Wish:
    """An agent that is to be summoned, as the model asked for it; None and empty: as its template has it."""

    task: str
    agent: str
    """Slug of its template."""
    context: str = ""
    skills: Sequence[str] = field(default=())
    model: str = ""
    """A tag or an id."""
    tools: Sequence[str] | None = None
    """Names and groups."""
    permissions: Sequence[str] | None = None
    working_directory: str = ""
    """Absolute, or relative to the summoner's."""
    background: bool = False
    detached: bool = False
    top_level: bool = False


Delivery = Literal["woken", "queued", "held", "stopped"]
"""A message began a turn; is read at the agent's next step; waits until a person speaks, as agents have woken each
other often enough; or until a person lets the agent go on, which was stopped or failed."""


class Children(Protocol):
    """The agents below the one that calls."""

    async def summon(self, wish: Wish) -> Agent:
        """A new agent, at work on its brief.

        Raises:
            DispatchError: the wish cannot be met, with what can.
        """
        ...

    async def ended(self, agent_id: AgentId) -> Agent | None:
        """Waits for its end, or for a detached one to come to rest; None where a person spoke first.

        One that a restart of the server had interrupted goes on. What is returned counts as told: it does not come as
        a message as well.
        """
        ...

    def all(self) -> Sequence[Agent]:
        """All below, a parent before its children."""
        ...

    def find(self, handle: str) -> Agent:
        """The one with that handle, or a longer part of its id.

        Raises:
            ToolError: none or several are meant; the hint lists them.
        """
        ...

    def tasks(self, agent_id: AgentId) -> Sequence[Task]:
        """Its to-do list."""
        ...


class Peers(Protocol):
    """All agents of the session, as another agent meets them."""

    def find(self, handle: str) -> Agent:
        """As `Children.find`, among all but the one that calls."""
        ...

    async def send(self, agent_id: AgentId, text: str) -> Delivery:
        """A message, marked with who sent it.

        Raises:
            ToolError: the agent has ended.
        """
        ...

    def latest_answer(self, agent_id: AgentId) -> str:
        """The last it said that is complete; empty where it has not answered yet."""
        ...


class Person(Protocol):
    """Whoever watches the agents."""

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        """The answer in words; waits for it, however long. None: a message was written instead, which comes next."""
        ...

    def report(self, result: str) -> None:
        """End the agent that calls, with its result.

        Raises:
            ToolError: somebody has just written to it.
        """
        ...
