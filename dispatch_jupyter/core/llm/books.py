"""The ledger as the ring uses it: one that fails now and then. What it cannot take is kept, and given to it later."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..protocol.errors import StoreError
from ..protocol.ids import KeyId
from ..protocol.parts import ModelWish
from ..protocol.settings import KeyEvent, Resolution
from .choosing import choose
from .estimate import Size
from .key_facts import Gathered
from .ledger import Caller, Claim, Closed, Counted, Ledger, Reservation, Snapshot
from .period import Window
from .standing import Refusal
from .turns import Ticket

log = logging.getLogger(__name__)


class Books:
    """See above. A ledger that fails is said once in the server's log, and in what `states` and `models` give."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._owed: list[tuple[Reservation, Counted | None]] = []
        self._paying = asyncio.Lock()
        self._failing = False
        self.unwritten: dict[KeyId, Refusal] = {}
        """What providers said and the ledger could not take."""

    async def reserve(
        self, gathered: Gathered, ahead: Sequence[Ticket], wants: Sequence[ModelWish], size: Size, caller: Caller
    ) -> tuple[Resolution, Reservation | None, bool]:
        """Choose, and reserve what was chosen. Also says whether another server has calls under way.

        Without a ledger keys with a budget are not used, and for the others nothing is reserved.
        """
        made: list[Resolution] = []

        def decide(snapshot: Snapshot) -> Claim | None:
            resolution, claim = choose(gathered, snapshot, ahead, wants, size)
            made[:] = [resolution]
            return claim

        try:
            await self._pay()
            snapshot, reservation = await self._ledger.decide(
                gathered.windows(), gathered.marked(), decide, caller=caller, now=gathered.now
            )
        except StoreError as error:
            self._failed(error)
            resolution, claim = choose(replace(gathered, broken=error), Snapshot(), (), wants, size)
            return resolution, Reservation("", claim, caller, gathered.now) if claim else None, False
        self._failing = False
        return made[0], reservation, any(sums.elsewhere for sums in snapshot.sums.values())

    async def look(self, gathered: Gathered) -> tuple[Gathered, Snapshot]:
        """The ledger as it is; where it cannot be read, what was gathered says so."""
        try:
            await self._pay()
            return gathered, await self._ledger.look(gathered.windows())
        except StoreError as error:
            self._failed(error)
            return replace(gathered, broken=error), Snapshot()

    async def close(
        self, reservation: Reservation, used: Counted | None, window: Window, *, worked: bool
    ) -> Closed | None:
        """Count what a call used; None: it is kept until the ledger can take it. Until then it stays reserved."""
        key = reservation.claim.key
        if worked and key:
            self.unwritten.pop(key, None)
        try:
            return await self._ledger.close_call(reservation, used, window, worked=worked)
        except StoreError as error:
            self._failed(error)
            self._owed.append((reservation, used))
            return None

    async def refuse(self, key: KeyId, refusal: Refusal, mark: str) -> None:
        """Keep what a provider said."""
        try:
            await self._ledger.refuse(key, refusal, mark)
            self.unwritten.pop(key, None)
        except StoreError as error:
            self._failed(error)
            self.unwritten[key] = refusal

    async def forgive(self) -> None:
        """Drop what providers said. What the ledger cannot let go of holds until the time that is kept."""
        self.unwritten.clear()
        try:
            await self._ledger.forget_refusals()
        except StoreError as error:
            self._failed(error)

    async def note(self, event: KeyEvent) -> None:
        """Add a line to the key log. One that cannot be written is in the server's log."""
        try:
            await self._ledger.note([event])
        except StoreError as error:
            self._failed(error)
            log.warning("Key %s: %s", event.key, event.text)

    async def bury(self, now: datetime) -> bool:
        """Count what dead servers reserved as used up. Says whether there was anything."""
        try:
            return bool(await self._ledger.bury(now))
        except StoreError as error:
            self._failed(error)
            return False

    async def _pay(self) -> None:
        """Give the ledger what it could not take before."""
        async with self._paying:  # several look at the same time: each debt is paid once
            while self._owed:
                reservation, used = self._owed[0]
                await self._ledger.close_call(reservation, used, _NOTHING, worked=False)
                self._owed.pop(0)

    def _failed(self, error: StoreError) -> None:
        if not self._failing:
            log.error("%s %s", error.message, error.hint or "")
        self._failing = True


_NOTHING = Window("", "", None)
