"""Which part of a session a client follows: everything, or of messages and calls one agent's only.

Two hundred agents may write at the same time; a view that shows one thread is not sent the others.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ..protocol.ids import AgentId
from ..protocol.records import Message, Record, ToolCall
from .tables import Tables

ALL = ""
NONE = "none"
"""No messages and calls at all: of a view that shows the tree only."""
ROOT = "root"


class Item(NamedTuple):
    """A change, encoded."""

    of: AgentId | None
    """Whose thread it belongs to; None: it concerns everybody."""
    text: str


def thread_of(record: Record) -> AgentId | None:
    """Whose thread a record belongs to; None for what every client gets."""
    return record.agent_id if isinstance(record, Message | ToolCall) else None


def resolve(wanted: str, tables: Tables) -> str:
    """`ALL`, `NONE` or an agent's id.

    Raises:
        NotFound: there is no such agent.
    """
    if wanted in (ALL, NONE):
        return wanted
    return tables.session.root_agent_id if wanted == ROOT else tables.agent(AgentId(wanted)).id


def part(items: Sequence[Item], thread: str) -> list[str]:
    """What a client that follows `thread` gets of a frame."""
    return [item.text for item in items if thread == ALL or item.of is None or item.of == thread]
