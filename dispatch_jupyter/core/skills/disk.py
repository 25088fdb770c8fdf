"""Looking at skill folders. They come with projects of unknown origin, and agents can write some of them."""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ..permissions.faults import missing, printable, tool_error
from ..permissions.folder import Entry
from ..permissions.paths import Files
from ..permissions.places import Places
from ..permissions.policy import Policy, Rule
from ..permissions.walk import walk
from ..protocol.errors import ToolError
from ..protocol.parts import Place as Line
from ..protocol.records import ErrorInfo

MAX_FILE_BYTES = 1_000_000
MAX_ENTRIES = 10_000
"""In one folder."""
SETTLED_NS = 2_000_000_000
"""A file that was changed so shortly before it was read may be changed again without its time showing it."""

T = TypeVar("T")
Version = tuple[int, int, int, int, int]

_SAYS: dict[str, tuple[str, str]] = {
    "not_found": ("is a link that leads nowhere", "Put the file itself there."),
    "outside_project": (
        "is not read: it leads out of the skills folders and the project",
        "Put the file itself there instead of a link.",
    ),
    "denied": ("is not read: it leads out of the skills folders and the project", "Put the file itself there."),
    "not_a_file": ("is not an ordinary file", "Put an ordinary file there, or take it away."),
    "not_a_folder": ("is not a folder", "Make it a folder, or take it away."),
    "too_large": (f"has more than {MAX_FILE_BYTES:,} bytes", "Split it, or move what is seldom needed to other files."),
    "too_many": (f"holds more than {MAX_ENTRIES:,} files, so none is read", "Take away what is no skill."),
    "permission": ("cannot be read: the system does not permit it", "Change its permissions."),
    "changed": ("keeps changing while it is read", "It is read again with the next change."),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a path leads to, links followed and judged."""

    real: Path
    is_folder: bool
    version: Version


@dataclass(slots=True)
class _Kept:
    version: Version
    read_at: int
    value: object


@dataclass(slots=True)
class Disk:
    """Reads what may be read, each file once a version.

    Free is the project, and the person's own skill folders wherever these lie; places of secrets stay closed in both.
    Paths are walked by the one resolver that also serves the agents' tools: opened first, then judged.

    Args:
        own: the person's skill folders, relative to `home`.
        shipped: the folder of those that come with the package, if any.
    """

    home: Path
    project: Path
    own: tuple[str, ...]
    places: Places
    shipped: Path | None = None
    _kept: dict[Path, _Kept] = field(default_factory=dict)
    _used: set[Path] = field(default_factory=set)
    _policy: Policy = field(init=False)
    _files: Files = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin a round: see again where the folders lead."""
        project = Path(os.path.realpath(self.project))
        home = Path(os.path.realpath(self.home))
        rules = [Rule("read", real, "kept") for real in own_folders(home, project, self.own)]
        if self.shipped is not None:
            rules.append(Rule("read", Path(os.path.realpath(self.shipped)), "kept"))
        self._policy = Policy(project, tuple(rules), self.places)
        self._files = Files(project, lambda: self._policy)
        self._used = set()

    def finish(self) -> None:
        """End a round: forget the files that were not asked for in it."""
        self._kept = {path: kept for path, kept in self._kept.items() if path in self._used}

    def look(self, path: Path) -> Looked:
        """
        Raises:
            ToolError: there is nothing, or it is not to be read.
        """
        try:
            place = walk(str(path))
        except OSError as error:  # no file descriptors left, say
            raise tool_error(error, str(path)) from error
        try:
            # nothing was opened past the part where the walk stopped, so dots after it lead nowhere
            real = place.at if ".." in place.rest else place.path
            if self._policy.decide("read", real).outcome != "allow":
                raise ToolError(f"{path} leads elsewhere.", code="outside_project")
            if place.info is None:
                raise missing(place, str(path)) from place.fault
            info = place.info
            version = (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
            return Looked(real, stat.S_ISDIR(info.st_mode), version)
        finally:
            place.close()

    def names(self, folder: Path) -> list[Entry]:
        """What is in a folder, sorted, without hidden files and those that editors leave behind.

        Raises:
            ToolError: it is not to be read, or no folder.
        """
        try:
            with self._files.folder(str(folder)) as found:
                entries = list(islice(found.entries(), MAX_ENTRIES + 1))
        except OSError as error:
            raise tool_error(error, str(folder)) from error
        if len(entries) > MAX_ENTRIES:
            raise ToolError(f"It holds more than {MAX_ENTRIES:,} files.", code="too_many")
        entries = [entry for entry in entries if is_visible(entry.name)]
        return sorted(entries, key=lambda entry: entry.name)

    def read(self, path: Path, looked: Looked, make: Callable[[bytes], T]) -> T:
        """What `make` makes of a file's bytes; of a version that was read before, what it made then.

        Raises:
            ToolError: it is not to be read.
        """
        self._used.add(path)
        kept = self._kept.get(path)
        if kept and kept.version == looked.version and kept.read_at - looked.version[3] > SETTLED_NS:
            return kept.value  # type: ignore[return-value]  # a path is always read for the same purpose
        read_at = time.time_ns()
        value = make(self._files.read(str(path), MAX_FILE_BYTES).data)
        self._kept[path] = _Kept(looked.version, read_at, value)
        return value

    def below(self, folder: Path, most: int, depth: int) -> Iterator[tuple[str, int]]:
        """Files below a folder, nearest first: path relative to it and size in bytes. Links are not followed."""
        waiting = [(folder, "", depth)]
        while waiting and most > 0:
            here, prefix, left = waiting.pop(0)
            try:
                entries = self.names(here)
            except ToolError:
                continue  # it vanished, or may not be read: then it is nothing to be offered
            for entry in entries:
                name = f"{prefix}{entry.name}"
                if entry.is_folder and left > 1:
                    waiting.append((here / entry.name, f"{name}/", left - 1))
                elif stat.S_ISREG(entry.mode) and most > 0:
                    most -= 1
                    yield name, entry.size


def is_visible(name: str) -> bool:
    """Whether a name is one that people give, not hidden and not what an editor writes while it saves."""
    return not (name.startswith((".", "#", "~$")) or name.endswith(("~", "#", ".swp", ".tmp", ".bak")))


def fault(path: Path, error: ToolError) -> ErrorInfo:
    """What is wrong with a file of which a tool would say this."""
    what, hint = _SAYS.get(error.tool_code, (f"cannot be read: {error.message}", error.hint or "Look at it."))
    return problem(path, what, hint)


def problem(path: Path, what: str, hint: str, line: int = 0) -> ErrorInfo:
    """An error of a file for people, naming the place.

    Args:
        what: goes on after the path.
        line: from 1; 0: of the whole file.
    """
    shown = printable(str(path))
    where = f"{shown}, line {line}:" if line else shown
    return ErrorInfo(code="invalid", message=f"{where} {what}.", hint=hint, place=Line(path=shown, line=line or 1))


def own_folders(home: Path, project: Path, names: Iterable[str]) -> list[Path]:
    """Where a person's folders of skills really are, those left out that agents may have bent.

    Args:
        home, project: real paths.
        names: relative to `home`.
    """
    return [real for name in names if (real := _own(home / name, project))]


def _own(folder: Path, project: Path) -> Path | None:
    """Where a folder of the person's really is; None where agents may have bent it, as it lies in their project."""
    real = Path(os.path.realpath(folder))
    return None if real != folder and folder.is_relative_to(project) else real
