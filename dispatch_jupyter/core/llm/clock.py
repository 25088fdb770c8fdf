"""The time, handed in: whoever waits for a key or counts a budget asks a clock, so that tests can turn it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

LONGEST_NAP = 30.0
"""Seconds. The timers of a machine that sleeps stand still, its time does not: it is looked at again this often."""


class Clock(Protocol):
    """What time it is, and waiting for a time."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    async def sleep_until(self, when: datetime | None, event: asyncio.Event) -> None:
        """Return once it is `when`, or `event` is set. None: only the event counts."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime | None, event: asyncio.Event) -> None:
        """See `Clock`. Notices within seconds when the machine has slept, or its clock was set."""
        while not event.is_set():
            left = LONGEST_NAP if when is None else (when - self.now()).total_seconds()
            if left <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, LONGEST_NAP)):
                    await event.wait()
