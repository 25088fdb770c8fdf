"""Fetching secrets without holding up the event loop: files are read in a thread, a keyring may wait for its owner."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import Clock
from .secret import Found, Missing, SecretRef, read_secret

KEYRING_SECONDS = 10.0
"""How long a keyring may take; a locked one asks its owner for a password first."""
KEYRING_FRESH = timedelta(seconds=60)
"""How long an answer of the keyring counts: asking costs a conversation with another process."""

KEYRING_AGAIN = timedelta(seconds=2)
"""The same, where there was no secret."""


class SecretDesk:
    """Fetches secrets, anew at every call; only those of a keyring are kept for a moment."""

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        self._environ = environ
        self._clock = clock
        self._asked: dict[SecretRef, _Asked] = {}

    def forget(self) -> None:
        """Ask the keyring again next time."""
        self._asked.clear()

    async def ask_keyrings(self, refs: Sequence[SecretRef]) -> None:
        """Have the answers of keyrings ready for `find`, which then waits no longer."""
        await asyncio.gather(*(self._ask_keyring(ref) for ref in refs if ref.kind == "keyring"))

    async def find(self, refs: Sequence[SecretRef]) -> dict[SecretRef, Found]:
        """Each secret, or why it is not to be had."""
        found: dict[SecretRef, Found] = {}
        files = list(dict.fromkeys(ref for ref in refs if ref.kind == "file"))
        if files:
            found |= await asyncio.to_thread(lambda: {ref: read_secret(ref, self._environ) for ref in files})
        for ref in dict.fromkeys(refs):
            if ref.kind == "keyring":
                found[ref] = await self._ask_keyring(ref)
            elif ref.kind != "file":
                found[ref] = read_secret(ref, self._environ)
        return found

    async def _ask_keyring(self, ref: SecretRef) -> Found:
        asked = self._asked.get(ref)
        if asked is None or self._is_old(asked):
            limit = asyncio.get_running_loop().time() + KEYRING_SECONDS
            asked = self._asked[ref] = _Asked(_in_thread(ref, self._environ), self._clock.now(), limit)
        if asked.answer.done():
            return asked.answer.result()
        try:
            # whoever asks later waits only for what is left of the time
            async with asyncio.timeout_at(asked.limit):
                return await asyncio.shield(asked.answer)
        except TimeoutError:
            return Missing(f"{ref} did not answer within {KEYRING_SECONDS:g} s. Is the keyring locked?")

    def _is_old(self, asked: "_Asked") -> bool:
        if not asked.answer.done():
            return False
        age = self._clock.now() - asked.at
        return age > (KEYRING_AGAIN if isinstance(asked.answer.result(), Missing) else KEYRING_FRESH)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to a keyring."""

    answer: asyncio.Future[Found]
    at: datetime
    limit: float
    """Time of the event loop until which an answer is waited for."""


def _in_thread(ref: SecretRef, environ: Mapping[str, str]) -> asyncio.Future[Found]:
    """A thread of its own: one that waits for its owner for ever must neither fill a pool nor hold up the end."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def ask() -> None:
        found = read_secret(ref, environ)
        if not loop.is_closed():
            loop.call_soon_threadsafe(_answer, answer, found)

    threading.Thread(target=ask, name="dispatch-keyring", daemon=True).start()
    return answer


def _answer(waiting: asyncio.Future[Found], found: Found) -> None:
    if not waiting.done():
        waiting.set_result(found)
