"""What came between two frames: of much its two ends."""

import time
from collections import deque

KEPT = 64 * 1024
"""Bytes at either end that are passed on whatever comes between."""
PERIOD = 0.1
"""Seconds between two frames."""


class Window:
    """Takes bytes and gives them on some times a second. Never holds more than its two ends."""

    def __init__(self) -> None:
        self.total = 0
        self._first = bytearray()
        self._last: deque[bytes] = deque()
        self._last_size = 0
        self._skipped = 0
        self._given = 0.0

    def take(self, data: bytes) -> None:
        """The beginning fills up first, then the end is kept."""
        self.total += len(data)
        if not self._last and (room := KEPT - len(self._first)) > 0:
            self._first += data[:room]
            data = data[room:]
        if not data:
            return
        self._last.append(data)
        self._last_size += len(data)
        while self._last_size > KEPT:
            surplus = self._last_size - KEPT
            oldest = self._last.popleft()
            if len(oldest) > surplus:
                self._last.appendleft(oldest[surplus:])
                oldest = oldest[:surplus]
            self._last_size -= len(oldest)
            self._skipped += len(oldest)

    def due(self) -> float | None:
        """Seconds until there is something to give; None where there is nothing."""
        if not (self._first or self._last):
            return None
        return max(0.0, self._given + PERIOD - time.monotonic())

    def give(self) -> tuple[bytes, int, bytes]:
        """What came since the last time: the beginning, how much was left out after it, the end."""
        self._given = time.monotonic()
        given = bytes(self._first), self._skipped, b"".join(self._last)
        self._first, self._last, self._last_size, self._skipped = bytearray(), deque(), 0, 0
        return given
