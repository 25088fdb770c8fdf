"""Blocking work of tools: in threads of its own, and where it changes things over before its call is."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

CANCEL_SECONDS = 5.0

_LONG_WORK = ThreadPoolExecutor(2, "dispatch-long-tool")
_WORK = ThreadPoolExecutor(8, "dispatch-tool")
"""Apart from asyncio's own: agents that list big trees, or edit big files, are not to hold up the settings, the keys
and the ends of calls."""


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `asyncio.to_thread`, for what may take long."""
    return await asyncio.get_running_loop().run_in_executor(_WORK, partial(work, *args, **kwargs))


async def in_turn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `in_thread`, for what may take seconds of a processor: two at a time, so that all else gets its turn."""
    return await asyncio.get_running_loop().run_in_executor(_LONG_WORK, partial(work, *args, **kwargs))


async def to_the_end(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `in_thread`, for work that changes things.

    A thread cannot be stopped. When the caller is cancelled, this waits (not for ever: a network disk may hang)
    until the work is over, so that nothing is written after the cancel was acknowledged.
    """
    running = asyncio.ensure_future(in_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running}, timeout=CANCEL_SECONDS)
        if running.done() and not running.cancelled():
            running.exception()  # the call is cancelled: how its work ended is of no interest any more
        raise
