"""Word of keys that stand otherwise than before, for those who wait for them."""

import asyncio
from collections.abc import Collection
from datetime import datetime

from ..protocol.ids import KeyId
from .clock import Clock


class News:
    """Changes, numbered.

    Who asks again looks at all that wait before it, and many may wait for one key while others go on with another. So
    only those are woken whom a change concerns.
    """

    def __init__(self) -> None:
        self.version = 0
        """Of the latest change."""
        self._of: dict[KeyId | None, int] = {}
        """The latest of each key; None: of models that need none."""
        self._of_all = 0
        self._told = asyncio.Event()

    def tell(self, *keys: KeyId | None) -> None:
        """Something changed with these keys; without any, with all there are."""
        self.version += 1
        self._of.update(dict.fromkeys(keys, self.version))
        if not keys:
            self._of_all = self.version
        told, self._told = self._told, asyncio.Event()
        told.set()

    async def wait(self, keys: Collection[KeyId | None], since: int, until: datetime, clock: Clock) -> None:
        """Return once one of these keys has changed since that version, at the latest at `until`."""
        while not self._concerns(keys, since) and clock.now() < until:
            await clock.sleep_until(until, self._told)

    def _concerns(self, keys: Collection[KeyId | None], since: int) -> bool:
        return max([self._of_all, *(self._of.get(key, 0) for key in keys)]) > since
