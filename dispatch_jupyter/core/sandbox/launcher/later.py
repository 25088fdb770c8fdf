"""Held calls that were begun and take time, as connecting does: nobody waits for them but those who made them."""

import select
import time
from collections.abc import Callable
from contextlib import suppress

from . import notify
from .plans import Waiting

MOST = 128
SECONDS = 0.05
"""After which each is looked at again, whatever is heard of its socket."""


class Later:
    """Tries calls again when their sockets have news, and from time to time."""

    def __init__(self, again: Callable[[Waiting], None]) -> None:
        self._again = again
        self._news = select.epoll()
        self._waiting: dict[int, Waiting] = {}
        self._files: dict[int, int] = {}
        """Sockets, and whose they are."""
        self._signalled: set[int] = set()
        """Whose threads had a signal to see to when they were last looked at."""
        self._hearing = False
        self._looked = 0.0

    def fileno(self) -> int:
        """Readable when there is news."""
        return self._news.fileno()

    def due(self) -> float | None:
        """Seconds until `look` is to be called; None where nothing waits."""
        return max(0.0, self._looked + SECONDS - time.monotonic()) if self._waiting else None

    def full(self) -> bool:
        return len(self._waiting) >= MOST

    def add(self, waiting: Waiting, file: int | None) -> None:
        """Try it again when this socket has news, or only from time to time."""
        self._waiting[waiting.held.id] = waiting
        # a socket that has news all the time, and nothing comes of it, must not keep this process busy
        if file is not None and not self._hearing:
            with suppress(OSError):  # too many for this user
                self._news.register(file, select.EPOLLOUT | select.EPOLLONESHOT)
                self._files[file] = waiting.held.id

    def heard(self) -> None:
        """See to the news."""
        self._hearing = True
        for file, _ in self._news.poll(0):
            if file in self._files:
                self._again(self._taken(self._files[file]))
        self._hearing = False

    def look(self, listener: int) -> None:
        """See to all whose time has come: some threads are gone, some have a signal to see to."""
        if self.due() != 0.0:
            return
        self._looked = time.monotonic()
        for number, waiting in list(self._waiting.items()):
            if not notify.still_held(listener, waiting.held):
                self._taken(number).act.close()
            elif not _signalled(waiting.held.thread):
                self._again(self._taken(number))
            elif number in self._signalled:
                # as the kernel itself ends it: the handler runs, and the call is made again or fails with EINTR. Of
                # signals to all threads another one might see to it; not if it has not done so until now
                self._taken(number).act.close()
                notify.interrupt(listener, waiting.held)
            else:
                self._signalled.add(number)

    def _taken(self, number: int) -> Waiting:
        for file in [file for file, whose in self._files.items() if whose == number]:
            del self._files[file]
            self._news.unregister(file)
        self._signalled.discard(number)
        return self._waiting.pop(number)


def _signalled(thread: int) -> bool:
    """Whether there are signals for it that it does not block."""
    try:
        with open(f"/proc/{thread}/status", "rb", buffering=0) as status:  # noqa: PTH123
            fields = dict(line.split(b":\t", 1) for line in status.read().split(b"\n") if b":\t" in line)
        pending = int(fields[b"SigPnd"], 16) | int(fields[b"ShdPnd"], 16)
        return bool(pending & ~int(fields[b"SigBlk"], 16))
    except (OSError, KeyError, ValueError):
        return False
