"""Blocking work that must be over before its call is."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

CANCEL_SECONDS = 5.0


async def to_the_end(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `asyncio.to_thread`, for work that changes things.

    A thread cannot be stopped. When the caller is cancelled, this waits (not for ever: a network disk may hang)
    until the work is over, so that nothing is written after the cancel was acknowledged.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running}, timeout=CANCEL_SECONDS)
        if running.done() and not running.cancelled():
            running.exception()  # the call is cancelled: how its work ended is of no interest any more
        raise
