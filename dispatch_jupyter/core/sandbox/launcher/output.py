"""What a command prints, on its way to the server: all of it counted, as much as wanted spilled, the ends passed on."""

import os
import time
from collections import deque

from .wire import OUTPUT, SKIPPED, frame

KEPT = 64 * 1024
"""Bytes at either end that reach the server whatever comes between."""
PERIOD = 0.1
"""Seconds between two frames."""
_READ = 256 * 1024


class Output:
    """Reads the pipe, writes the spill file, makes frames. Never holds more than about half a megabyte."""

    def __init__(self, pipe: int, spill: int | None, spill_limit: int) -> None:
        self.pipe = pipe
        self.total = 0
        self.spilled = 0
        self.closed = False
        self._spill = spill
        self._spill_limit = spill_limit
        self._first = bytearray()
        self._last: deque[bytes] = deque()
        self._last_size = 0
        self._skipped = 0
        self._sent = 0.0
        os.set_blocking(pipe, False)

    def read(self) -> bool:
        """Take what is there, once. False where nothing was."""
        try:
            data = os.read(self.pipe, _READ)
        except BlockingIOError:
            return False
        if not data:
            self.close()
            return False
        self._save(data)
        self._keep(data)
        return True

    def drain(self) -> None:
        """Take all that is there now."""
        while not self.closed and self.read():
            pass

    def close(self) -> None:
        """Nothing more comes."""
        if not self.closed:
            self.closed = True
            os.close(self.pipe)

    def due(self) -> float | None:
        """Seconds until the next frame may be sent; None where there is nothing to send."""
        if not (self._first or self._last):
            return None
        return max(0.0, self._sent + PERIOD - time.monotonic())

    def frame(self) -> bytes:
        """What came since the last frame; of a flood its two ends."""
        self._sent = time.monotonic()
        last = b"".join(self._last)
        body = SKIPPED.pack(self._skipped, len(self._first)) + self._first + last
        self._first, self._last, self._last_size, self._skipped = bytearray(), deque(), 0, 0
        return frame(OUTPUT, bytes(body))

    def _save(self, data: bytes) -> None:
        if self._spill is None:
            return
        left = self._spill_limit - self.spilled
        try:
            while data and left > 0:
                written = os.write(self._spill, data[:left])
                self.spilled += written
                left -= written
                data = data[written:]
        except OSError:
            self._spill = None  # the disk is full: `spilled` says how far it came
        if left <= 0:
            self._spill = None

    def _keep(self, data: bytes) -> None:
        """The beginning of what is to be sent fills up first, then its end is kept."""
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
