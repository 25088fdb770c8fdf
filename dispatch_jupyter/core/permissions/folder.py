"""A folder that is open for listing."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder, as it is itself: links are not followed."""

    name: str
    mode: int
    """As `st_mode`."""
    size: int
    """In bytes."""
    target: str = ""
    """Where a link points, as it is written in it."""

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


class Folder:
    """What is in a folder. It stays the same folder, whatever happens to its path."""

    def __init__(self, handle: int, path: Path) -> None:
        self._handle = handle
        self.path = path
        """Its real path."""

    def entries(self) -> Iterator[Entry]:
        """Everything in it, in no order. What vanishes while looking is left out.

        Raises:
            OSError: as the system says.
        """
        with os.scandir(self._handle) as found:
            for item in found:
                try:
                    yield self._entry(item.name)
                except FileNotFoundError:
                    continue

    def read_small(self, name: str, limit: int) -> bytes | None:
        """The first `limit` bytes of a file in it; None where there is no such ordinary file (links count as none)."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        try:
            handle = os.open(name, flags, dir_fd=self._handle)
        except OSError:
            return None  # a helper file that cannot be read is as good as none
        try:
            return os.read(handle, limit) if stat.S_ISREG(os.fstat(handle).st_mode) else None
        finally:
            os.close(handle)

    def _entry(self, name: str) -> Entry:
        info = os.stat(name, dir_fd=self._handle, follow_symlinks=False)
        target = os.readlink(name, dir_fd=self._handle) if stat.S_ISLNK(info.st_mode) else ""
        return Entry(name, info.st_mode, info.st_size, target)
