"""From a path to the thing it names, one component at a time, without trusting a name twice.

`realpath` and then `open` can be fooled: a link may be swapped in between. Here each folder is opened relative to
the one before it and never through a link; links are read and their text is walked in turn. So the folder that is
open at the end really has the path that was walked, and whoever judges that path judges what is open.
Links of /proc are walked by their text like any other, so they open no back door.
"""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ..protocol.errors import ToolError

MAX_LINKS = 40
MAX_SWAPS = 100

# O_PATH needs no read permission on the folders on the way; macOS has no such thing
FOLDER_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)


@dataclass(slots=True)
class Place:
    """Where a path leads: a name in an open folder. `close` it."""

    folder: int
    """File descriptor of the folder; good for `dir_fd` only."""
    name: str
    """The thing itself; where something is missing, the first missing part."""
    at: Path
    """Real path of `name`."""
    rest: tuple[str, ...] = ()
    """Parts after `name` that could not be walked."""
    info: os.stat_result | None = None
    """What `name` is; None where there is a fault."""
    fault: OSError | None = None

    @property
    def path(self) -> Path:
        """The real path the whole would have."""
        return self.at.joinpath(*self.rest)

    def close(self) -> None:
        os.close(self.folder)


def walk(path: str) -> Place:
    """The place an absolute path leads to. What stops the walk is in `Place.fault`, to be judged first.

    Raises:
        OSError: the walk could not begin (no file descriptors left).
        ToolError: code `unsupported` where the system cannot open relative to a folder (Windows).
    """
    if os.open not in os.supports_dir_fd:
        raise ToolError("File access needs Linux or macOS.", code="unsupported")
    walker = _Walker(path)
    try:
        return walker.run()
    except BaseException:
        os.close(walker.folder)
        raise


class _Walker:
    """The state of one walk. `names` is the real path of `folder`; `todo` what is left, next part last."""

    def __init__(self, path: str) -> None:
        self.todo = _parts(path)
        self.names: list[str] = []
        self.links = 0
        self.swaps = 0
        self.folder = os.open("/", FOLDER_FLAGS)

    def run(self) -> Place:
        while self.todo:
            name = self.todo.pop()
            try:
                place = self._step(name)
            except OSError as fault:
                return Place(self.folder, name, self._real(name), tuple(reversed(self.todo)), fault=fault)
            if place is not None:
                return place
            if not self.todo and self.names:  # a link to `.` came last: a place is a name in its folder
                self.todo.extend(reversed(self.names))
                self._restart()
        return Place(self.folder, ".", Path("/"), info=os.fstat(self.folder))

    def _step(self, name: str) -> Place | None:
        if name == "..":
            # the folder may have been moved since it was opened: its parent is found by walking again
            self.todo.extend(reversed(self.names[:-1]))
            self._restart()
            return None
        info = os.stat(name, dir_fd=self.folder, follow_symlinks=False)
        if stat.S_ISLNK(info.st_mode):
            self._follow(name)
            return None
        if not self.todo:
            return Place(self.folder, name, self._real(name), info=info)
        if not stat.S_ISDIR(info.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        self._enter(name)
        return None

    def _follow(self, name: str) -> None:
        self.links += 1
        if self.links > MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        try:
            target = os.readlink(name, dir_fd=self.folder)
        except OSError as error:
            self._again(name, error, errno.EINVAL)
            return
        self.todo.extend(_parts(target))
        if target.startswith("/"):
            self._restart()

    def _enter(self, name: str) -> None:
        try:
            opened = os.open(name, FOLDER_FLAGS, dir_fd=self.folder)
        except OSError as error:
            self._again(name, error, errno.ELOOP, errno.ENOTDIR)
            return
        os.close(self.folder)
        self.folder = opened
        self.names.append(name)

    def _again(self, name: str, error: OSError, *swapped: int) -> None:
        """Look again at a name that is not what it was a moment ago; any other error is raised."""
        self.swaps += 1
        if error.errno not in swapped or self.swaps > MAX_SWAPS:
            raise error
        self.todo.append(name)

    def _restart(self) -> None:
        opened = os.open("/", FOLDER_FLAGS)
        os.close(self.folder)
        self.folder = opened
        self.names = []

    def _real(self, name: str) -> Path:
        return Path("/", *self.names, name)


def _parts(path: str) -> list[str]:
    """The parts of a path, last first."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]
