"""What files say now: all files of some folders with a digest of each, read again only where something moved."""

import errno
import fnmatch
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MAX_FILES = 3000
MAX_DEPTH = 12
MAX_DIGESTED = 8_000_000
"""Bytes; of larger files size and times are compared."""
MAX_TOTAL_DIGESTED = 64_000_000
"""The same, of all files that are read in one look: many links may lead to one large file."""
HOT_NS = 100_000_000
"""A file changed this recently may be changed once more without its times showing it: their clock is coarse."""
SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".ipynb_checkpoints"})
"""Folders that nobody keeps settings in, and that may be huge."""
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
_EDITORS = re.compile("|".join(map(fnmatch.translate, (".*.sw?", "*~", ".#*", "#*#", "4913", "*.tmp", ".~*"))))

Signature = tuple[int, ...]


def is_editors(name: str) -> bool:
    """Whether a file is one that an editor makes for itself: swap files, backups, the first half of a save."""
    return _EDITORS.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """A file, as it was."""

    signature: Signature
    digest: str
    hot: bool = False
    """To be read again in any case."""

    @property
    def size(self) -> int:
        """In bytes."""
        return self.signature[2]

    @property
    def changed_at(self) -> float:
        """When it was written, renamed or given other rights; seconds since 1970."""
        return self.signature[4] / 1e9


@dataclass(frozen=True, slots=True)
class View:
    """All files that matter, at one moment."""

    files: Mapping[Path, Seen] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    """Those that were looked through, the outer ones first."""
    left_out: bool = False
    """True: there were too many files."""

    @property
    def hot(self) -> bool:
        return any(seen.hot for seen in self.files.values())


def look(wanted: Iterable[tuple[Path, bool]], before: View) -> View:
    """All files there are now. Blocks on the disk.

    Args:
        wanted: files, or folders and whether all below them is meant too. What is not there is left out.
        before: what was there before; files whose size and times are the same are not read again.

    Raises:
        OSError: the system has no handles or no memory left, so that nothing can be said of what is there.
    """
    files: dict[Path, Seen] = {}
    folders: dict[Path, None] = {}
    left_out = False
    room = MAX_TOTAL_DIGESTED
    for path, recursive in wanted:
        for found in _files(path, folders, MAX_DEPTH if recursive else 0):
            if len(files) >= MAX_FILES:
                left_out = True
                break
            old, most = before.files.get(found), min(room, MAX_DIGESTED)
            if found not in files and (seen := _seen(found, old, most)):
                files[found] = seen
                room -= seen.size if seen is not old and seen.size <= most else 0
    return View(files, tuple(folders), left_out)


def changes(before: View, after: View) -> frozenset[Path]:
    """Files whose content is another, that are new, or that are gone."""
    return frozenset(
        path
        for path in {*before.files, *after.files}
        if (old := before.files.get(path)) is None or (new := after.files.get(path)) is None or old.digest != new.digest
    )


def _files(path: Path, folders: dict[Path, None], depth: int) -> Iterator[Path]:
    """A file; or the files of a folder, breadth first. A link to a folder is followed where it is asked for itself."""
    if not os.path.isdir(path):  # noqa: PTH112 - the method raises where a folder above may not be entered
        yield path
        return
    level = [path]
    for left in range(depth, -1, -1):
        deeper: list[Path] = []
        for folder in level:
            if len(folders) >= MAX_FILES:
                return
            folders[folder] = None
            for entry in _entries(folder):
                if _is_folder(entry):
                    if left and entry.name not in SKIPPED:
                        deeper.append(Path(entry.path))
                elif not is_editors(entry.name):
                    yield Path(entry.path)
        level = deeper


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)[: MAX_FILES + 1]
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise
        return []  # gone, or not ours to read: as if it were empty


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _seen(path: Path, before: Seen | None, most: int) -> Seen | None:
    try:
        info = path.stat()
    except (OSError, ValueError):  # gone, or no name that a file can have
        return None
    if stat.S_ISDIR(info.st_mode):
        return None
    signature = (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_mode)
    if before and before.signature == signature and not before.hot:
        return before
    hot = abs(time.time_ns() - max(info.st_mtime_ns, info.st_ctime_ns)) < HOT_NS
    if not stat.S_ISREG(info.st_mode) or info.st_size > most:
        return Seen(signature, f"not read {signature}", hot)
    return Seen(signature, _digest(path), hot)


def _digest(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(handle, "rb") as file:
            return hashlib.sha256(file.read(MAX_DIGESTED + 1) or b"").hexdigest()
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise
        return f"unreadable {error.errno}"
