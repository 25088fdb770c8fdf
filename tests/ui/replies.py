"""Answers that last as long as a test needs them to, however slow the machine: no time is guessed."""

import asyncio
import threading
from collections.abc import Callable

from model_server import Received, Reply


def slow(count: int, pace: float = 0.03) -> Reply:
    """An answer of so many words that takes longer than anybody looks at it; to be hurried then."""
    return Reply.tokens(count, pace=pace)


def hurry(reply: Reply) -> None:
    """The rest of an answer that is on its way comes at once: the server looks at the pace before each word."""
    object.__setattr__(reply, "pace", 0.0)


def held(gate: threading.Event, *replies: Reply) -> Callable[[Received], object]:
    """A script whose first reply waits for the gate."""
    entries = iter(replies)

    async def script(received: Received) -> Reply:
        reply = next(entries)
        if received.number == 0:
            await asyncio.to_thread(gate.wait, 60)
        return reply

    return script
