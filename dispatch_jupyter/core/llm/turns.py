"""Whose turn it is: agents that wait are served in the order in which they came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..protocol.ids import AgentId
from ..protocol.parts import ModelWish
from .estimate import Size

GRACE = timedelta(seconds=5)
"""How long a place is kept for an agent that was woken and has not come yet: it may be gone."""


@dataclass(slots=True)
class Ticket:
    """A place in the queue."""

    agent_id: AgentId
    wants: Sequence[ModelWish]
    size: Size
    away_since: datetime | None
    """When it was told to wait or was woken; None while it waits."""


class Turns:
    """The queue. Not for threads; an agent has one place."""

    def __init__(self) -> None:
        self._tickets: dict[AgentId, Ticket] = {}

    def ahead_of(self, agent_id: AgentId, now: datetime) -> list[Ticket]:
        """Those who came before an agent and still wait, the first first; all of them where it has no place yet."""
        for gone in [t.agent_id for t in self._tickets.values() if t.away_since and now - t.away_since > GRACE]:
            del self._tickets[gone]
        return list(self._until(agent_id))

    def join(self, agent_id: AgentId, wants: Sequence[ModelWish], size: Size, now: datetime) -> None:
        """Take a place at the end, or keep the one it has."""
        ticket = self._tickets.setdefault(agent_id, Ticket(agent_id, wants, size, now))
        ticket.wants, ticket.size, ticket.away_since = wants, size, now

    def leave(self, agent_id: AgentId) -> None:
        """Give the place up."""
        self._tickets.pop(agent_id, None)

    def sleeps(self, agent_id: AgentId) -> None:
        """It waits now."""
        if ticket := self._tickets.get(agent_id):
            ticket.away_since = None

    def woken(self, agent_id: AgentId, now: datetime) -> None:
        """It was told to come again."""
        if ticket := self._tickets.get(agent_id):
            ticket.away_since = now

    def _until(self, agent_id: AgentId) -> Iterator[Ticket]:
        for ticket in self._tickets.values():
            if ticket.agent_id == agent_id:
                return
            yield ticket
