"""One client's view of a session: a bounded queue of encoded changes."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from ..protocol.errors import DispatchError

MAX_WAITING = 2_000
"""Frames a client may be behind before it is dropped; it comes back with its last `seq`."""
MAX_CHARS = 16_000_000
"""Of those frames together. One alone may have more, as the first of a long session."""


class Lagged(DispatchError):
    """The client read too slowly and was dropped. Reconnecting with the last `seq` loses nothing."""

    code = "lagged"


class Feed:
    """An async iterator of frames; a frame is a list of changes, each encoded as JSON."""

    def __init__(self, thread: str = "") -> None:
        """`thread`: what part of its session it is for; see `threads`."""
        self.thread = thread
        self._frames: asyncio.Queue[Sequence[str] | DispatchError | None] = asyncio.Queue()
        self._chars = 0
        """Of what waits."""
        self._open = True

    def push(self, frame: Sequence[str]) -> None:
        """Never blocks: a client that is too far behind is ended with `Lagged`."""
        if not self._open:
            return
        chars = _chars(frame)
        waiting = self._frames.qsize()
        if waiting >= MAX_WAITING or (waiting and self._chars + chars > MAX_CHARS):
            self.end(Lagged("The connection was too slow and has been dropped.", "Reconnect with the last seq."))
            return
        self._chars += chars
        self._frames.put_nowait(frame)

    def end(self, error: DispatchError | None = None) -> None:
        """No more frames; what is waiting is still delivered unless there is an error."""
        if not self._open:
            return
        self._open = False
        if error:
            self._frames = _drained(self._frames)
        self._frames.put_nowait(error)

    async def __aiter__(self) -> AsyncIterator[Sequence[str]]:
        while True:
            frame = await self._frames.get()
            if frame is None:
                return
            if isinstance(frame, DispatchError):
                raise frame
            self._chars -= _chars(frame)
            yield frame


def _chars(frame: Sequence[str]) -> int:
    return sum(map(len, frame))


def _drained(
    queue: "asyncio.Queue[Sequence[str] | DispatchError | None]",
) -> "asyncio.Queue[Sequence[str] | DispatchError | None]":
    """The same queue, empty: whoever waits on it goes on waiting on it."""
    while not queue.empty():
        queue.get_nowait()
    return queue
