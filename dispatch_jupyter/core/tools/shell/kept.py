"""Reading files of a project as they stand, while whoever writes there may be at work: never through a link."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MAX_FILE_BYTES = 2_000_000
MAX_ENTRIES = 100_000
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""What opening something says that is not there, is no folder, or is a link."""
POSSIBLE = os.open in os.supports_dir_fd
"""Not on Windows, whose calls know paths only."""
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_WAY = getattr(os, "O_PATH", os.O_RDONLY) | _FOLDER


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it was."""

    data: bytes | None
    """None: too large to be kept, or not to be read; `mark` then tells versions apart."""
    mode: int = 0o644
    link: str | None = None
    """Where it leads, if it is a link; `data` is then empty."""
    mark: tuple[int, ...] = ()


class Disk:
    """Looks below one folder. Each folder on the way is opened by its name in the one above; no link is followed."""

    def __init__(self, top: str) -> None:
        self._top = os.open(top, _WAY)

    def close(self) -> None:
        os.close(self._top)

    def entries(self, path: str) -> dict[str, bool] | None:
        """What is in a folder, with whether it is a folder itself; None where there is none, or `path` is a link.

        Args:
            path: relative to the top; empty: the top itself.

        Raises:
            OSError: it cannot be read, or there is far too much in it.
        """
        try:
            with self._opened(path) as handle, os.scandir(handle) as found:
                names = {e.name: e.is_dir(follow_symlinks=False) for e in islice(found, MAX_ENTRIES + 1)}
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise
        if len(names) > MAX_ENTRIES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return names

    def keep(self, path: str, room: int) -> Kept | None:
        """One file; None where there is none, or it is a folder. What cannot be read is kept as that.

        Args:
            room: bytes it may have at most.
        """
        folder, _, name = path.rpartition("/")
        try:
            with self._way(folder) as at:
                info = os.stat(name, dir_fd=at, follow_symlinks=False)
                if stat.S_ISLNK(info.st_mode):
                    return Kept(b"", link=os.readlink(name, dir_fd=at))
                if stat.S_ISDIR(info.st_mode):
                    return None
                return _read(at, name, info, min(MAX_FILE_BYTES, room))
        except OSError as error:
            return None if error.errno in _ABSENT else unreadable(error)

    @contextlib.contextmanager
    def _way(self, path: str) -> Iterator[int]:
        """A folder, open as far as it takes to look further."""
        at = os.dup(self._top)
        try:
            for name in filter(None, path.split("/")):
                below = os.open(name, _WAY, dir_fd=at)
                os.close(at)
                at = below
            yield at
        finally:
            os.close(at)

    @contextlib.contextmanager
    def _opened(self, path: str) -> Iterator[int]:
        folder, _, name = path.rpartition("/")
        with self._way(folder) as at:
            handle = os.open(name or ".", os.O_RDONLY | _FOLDER, dir_fd=at)
        try:
            yield handle
        finally:
            os.close(handle)


def unreadable(error: OSError) -> Kept:
    """Stands for what nobody can look into: it differs from all that somebody could."""
    return Kept(None, mark=(error.errno or 0,))


def _read(folder: int, name: str, info: os.stat_result, most: int) -> Kept:
    mode = stat.S_IMODE(info.st_mode)
    if stat.S_ISREG(info.st_mode) and info.st_size <= most:
        handle = os.open(name, _FILE, dir_fd=folder)
        with os.fdopen(handle, "rb") as file:
            # opened it may be another than the one looked at
            data = file.read(most + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else bytes(most + 1)
        if len(data) <= most:
            return Kept(data, mode)
    return Kept(None, mode, mark=(info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns))
