"""The time a command may take."""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Clock:
    """Counts down, and stands still while a person is asked something: their time is not the command's.

    Args:
        seconds: to count down from; `math.inf` never runs out.
        now: a monotonic clock, in seconds.
    """

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._left = seconds
        self._since: float | None = now()
        self._pauses = 0
        self._paused_at = 0.0
        self._waited = 0.0
        self._changed = asyncio.Event()

    @property
    def left(self) -> float:
        """Seconds left; not below 0."""
        running = 0.0 if self._since is None else self._now() - self._since
        return max(0.0, self._left - running)

    @property
    def waited(self) -> float:
        """Seconds it has stood still in all, whatever it was set to."""
        return self._waited + (self._now() - self._paused_at if self._pauses else 0.0)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It stands still inside. May be entered several times at once."""
        self._pauses += 1
        if self._pauses == 1:
            self._left, self._since, self._paused_at = self.left, None, self._now()
            self._changed.set()
        try:
            yield
        finally:
            self._pauses -= 1
            if self._pauses == 0:
                self._since = self._now()
                self._waited += self._since - self._paused_at
                self._changed.set()

    def set(self, seconds: float) -> None:
        """Begin anew, with another time."""
        self._left = seconds
        self._since = None if self._pauses else self._now()
        self._changed.set()

    async def run_out(self) -> None:
        """Returns once the time is over."""
        while self._pauses or self.left > 0:
            self._changed.clear()
            wait = None if self._pauses or math.isinf(self.left) else self.left
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                continue
