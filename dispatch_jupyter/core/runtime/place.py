"""The order of calls that run side by side, as far as people see it."""

import asyncio
from collections.abc import Sequence

PATIENCE = 0.2
"""Seconds: a call before it may take long, and then does not hold up the question of one behind it."""


class Place:
    """Where a call stands among its neighbours.

    They race to where they need leave. People are asked in the order of the calls all the same, so a call that is to
    ask waits a moment for those before it.
    """

    def __init__(self) -> None:
        self._before: Sequence[Place] = ()
        self._left = asyncio.Event()

    def behind(self, before: "Sequence[Place]") -> None:
        """Those that run with it and ask first."""
        self._before = before

    async def reached(self) -> None:
        """Returns once those before it have left, and after a moment in any case."""
        left = [asyncio.ensure_future(place._left.wait()) for place in self._before if not place._left.is_set()]
        if not left:
            return
        try:
            await asyncio.wait(left, timeout=PATIENCE)
        finally:
            for one in left:
                one.cancel()

    def leave(self) -> None:
        """It asks, or is done."""
        self._left.set()
