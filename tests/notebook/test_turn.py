"""A turn whose connection breaks; whole ones are in `test_magic.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dispatch_jupyter.core.protocol.changes import Delta, Snapshot
from dispatch_jupyter.core.protocol.commands import Accepted
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import Agent, Message, Session
from dispatch_jupyter.notebook.errors import Unreachable
from dispatch_jupyter.notebook.transcript import Block, Doing, Text
from dispatch_jupyter.notebook.turn import Turn

MODEL = ModelRef(id="openai/test", provider="openai", label="test")
AGENT = Agent(id="s-a", model=MODEL, limits=Limits(root="/p"), status="running")
ASKED = Message(id="m", agent_id="s-a", role="user", order=1, status="delivered", text="hi")
REPLY = Message(id="r", agent_id="s-a", role="assistant", order=2, status="streaming")
ACCEPTED = Accepted(session_id="s", agent_id="s-a", message_id="m")
SNAPSHOT = Snapshot(
    seq=1,
    instance="i",
    session=Session(id="s", project="/p", root_agent_id="s-a"),
    agents=[AGENT],
    messages=[ASKED, REPLY],
    calls=[],
    requests=[],
)


class Line:
    """A connection that says this much and breaks."""

    def __init__(self, *events: Any) -> None:
        self._events = events

    def chat(self, *_: Any) -> Iterator[Any]:
        yield from self._events
        raise Unreachable("The connection broke.", "It may go on.")


class Kept:
    """A screen that keeps what it was last shown."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def show(self, blocks: Sequence[Block], *, final: bool = False) -> None:
        self.blocks = list(blocks)

    def wait(self) -> float | None:
        return None


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ([], []),
        ([ACCEPTED], []),
        ([ACCEPTED, SNAPSHOT], [Doing("thinking…")]),
        (
            [ACCEPTED, SNAPSHOT, Delta(table="messages", id="r", field="text", at=0, text="So far")],
            [Text("So far", done=False)],
        ),
    ],
)
def test_what_had_come_before_the_connection_broke_is_shown(events: list[Any], shown: list[Block]) -> None:
    screen = Kept()
    turn = Turn(Line(*events), screen)
    with pytest.raises(Unreachable):
        turn.run("hi", None, None)
    assert screen.blocks == shown
    assert turn.accepted == (ACCEPTED if events else None)
