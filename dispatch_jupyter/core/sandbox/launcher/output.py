"""What a command prints, on its way to the server: all of it counted, as much as wanted spilled, the ends passed on."""

import os

from .window import Window
from .wire import OUTPUT, SKIPPED, frame

_READ = 256 * 1024


class Output:
    """Reads the pipe, writes the spill file, makes frames. Never holds more than about half a megabyte."""

    def __init__(self, pipe: int, spill: int | None, spill_limit: int) -> None:
        self.pipe = pipe
        self.closed = False
        self.spilled = 0
        self.window = Window()
        self._spill = spill
        self._spill_limit = spill_limit
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
        self.window.take(data)
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

    def frame(self) -> bytes:
        """What came since the last frame."""
        first, skipped, last = self.window.give()
        return frame(OUTPUT, SKIPPED.pack(skipped, len(first)) + first + last)

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
