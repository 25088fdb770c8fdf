"""The demo as a model client: the rules' next move, told as a stream of events like any model's."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator

from ...protocol.parts import Usage
from ..types import CallDelta, Completed, ModelEvent, ModelRequest, TextDelta
from .moves import Move, next_move

SLOWEST = 0.025
FASTEST = 0.015
"""Seconds between words: a pace that can be read along with."""
MOST_PIECES = 40
"""Of a call's arguments, however long they are."""
_CHARS_PER_TOKEN = 4


class DemoModel:
    """Plays through the same loop and tools as a language model, and says that it is none. Deterministic."""

    def __init__(self, pace: float = 1.0) -> None:
        """`pace` 0 does without the pauses."""
        self._pace = pace

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The next move for this conversation. Never fails."""
        move = next_move(request.messages, [tool["function"]["name"] for tool in request.tools])
        for place, event in enumerate(_events(move, turn=len(request.messages))):
            await asyncio.sleep(self._pace * (FASTEST + (SLOWEST - FASTEST) * (place * 7 % 10) / 9))
            yield event
        yield Completed(_usage(request, move), "calls" if move.name else "end")

    async def warm_up(self, model: str) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to close."""


def _events(move: Move, turn: int) -> Iterator[ModelEvent]:
    for word in re.findall(r"\S+\s*|\s+", move.text):
        yield TextDelta(word)
    if move.name:
        yield CallDelta(0, f"demo_{turn}", move.name)
        text = json.dumps(move.arguments, ensure_ascii=False)
        size = max(12, -(-len(text) // MOST_PIECES))
        for start in range(0, len(text), size):
            yield CallDelta(0, arguments=text[start : start + size])


def _usage(request: ModelRequest, move: Move) -> Usage:
    """Roughly what a language model would count; it costs nothing."""
    said = len(request.system) + sum(len(str(message.get("content") or "")) for message in request.messages)
    answered = len(move.text) + len(json.dumps(move.arguments))
    return Usage(input_tokens=said // _CHARS_PER_TOKEN, output_tokens=answered // _CHARS_PER_TOKEN, cost_usd=0.0)
