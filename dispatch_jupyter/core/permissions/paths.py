"""The one way to the file system for every tool: open first, then judge what was opened.

All methods block; tools call them in a worker thread. All failures are `ToolError`s with these codes:
`invalid_path`, `not_found`, `outside_project`, `denied`, `not_a_file`, `not_a_folder`, `too_large`, `permission`,
`no_space`, `changed`, `busy`, `io`, and `project` where the project folder itself is gone.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..protocol.errors import ToolError
from ..protocol.parts import Operation
from ..protocol.records import Reach
from .faults import missing, names_near, not_a_file, printable, quoted, tool_error
from .folder import Folder
from .policy import LOGGED, Denied, OutsideProject, Policy, PolicyNow, Verdict
from .replace import Changed, Fingerprint, fingerprint, make_folders, replace_file
from .walk import Place, walk

Note = Callable[[Reach, Verdict], None]

MAX_FILE_BYTES = 10_000_000
MAX_PATH_CHARS = 4096
MAX_SWAPS = 20
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """One version of a file."""

    data: bytes
    path: Path
    """Its real path."""
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Written:
    """A version of a file that was just written."""

    path: Path
    """Its real path."""
    fingerprint: Fingerprint
    created: bool
    links: int
    """Other names (hard links) that still have the old version."""


class Files:
    """File access for the tools of one agent, under a policy.

    Args:
        root: the project folder. Relative paths start here.
        policy: what may be touched, asked for at each access; default: the project alone. Its `project` is the
            real path of `root`.
        note: told of each access that leave beyond the project allowed. Called in the thread of the access.
    """

    def __init__(self, root: Path, policy: PolicyNow | None = None, note: Note | None = None) -> None:
        self.root = Path(os.path.realpath(root))
        alone = Policy(self.root)
        self._policy: PolicyNow = policy or (lambda: alone)
        self._note = note

    def check(self, operation: Operation, path: str) -> Path:
        """Judge an access that is about to be made, so that a person is asked for all of it at once.

        Nothing is promised by it: the access itself is judged again.

        Returns:
            The real path it would reach.

        Raises:
            ToolError: as the access would, where the policy stands in the way.
        """
        with self._place(operation, path) as place:
            return place.path

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> Content:
        """A whole file. One of more than `limit` bytes is an error, not a part."""
        for _ in range(MAX_SWAPS):
            with self._place("read", path) as place:
                self._found(place, path)
                content = _read(place, path, limit)
            if content is not None:
                return content
        raise _swapped(path)

    def read_if_there(self, path: str, limit: int = MAX_FILE_BYTES) -> Content | None:
        """As `read`; None where the path is free to be written."""
        try:
            return self.read(path, limit)
        except ToolError as error:
            if error.tool_code == "not_found":
                return None
            raise

    def write(self, path: str, data: bytes, expected: Fingerprint | None) -> Written:
        """Write a whole file, or nothing; folders on the way are made. A link stays, its target is written.

        Args:
            expected: the version to replace; None: there must be no such file yet.

        Raises:
            ToolError: code `changed` where the file is another version.
        """
        if len(data) > MAX_FILE_BYTES:
            raise ToolError(
                f"{quoted(path)} would have {len(data):,} bytes; at most {MAX_FILE_BYTES:,} can be written.",
                "Write it in several files, or make it with a program.",
                code="too_large",
            )
        with self._place("write", path) as place:
            if path.endswith("/"):
                raise ToolError(f"{quoted(path)} names a folder.", "Give the path of a file.", code="not_a_file")
            return self._write(place, path, data, expected)

    @contextmanager
    def folder(self, path: str) -> Iterator[Folder]:
        """A folder, open for listing while the block lasts."""
        with self._place("read", path) as place:
            info = self._found(place, path)
            if not stat.S_ISDIR(info.st_mode):
                hint = "Use read_file." if stat.S_ISREG(info.st_mode) else None
                raise ToolError(f"{quoted(path)} is not a folder.", hint, code="not_a_folder")
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            try:
                handle = os.open(place.name, flags, dir_fd=place.folder)
            except OSError as error:
                raise tool_error(error, path) from error
        try:
            yield Folder(handle, place.at)
        finally:
            os.close(handle)

    def show(self, path: Path) -> str:
        """A real path for people and models: relative to the project where it is inside, printable."""
        inside = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return printable(inside.as_posix())

    @contextmanager
    def _place(self, operation: Operation, path: str) -> Iterator[Place]:
        """Walk to a path and judge where it led. Nothing is looked at or told before."""
        try:
            place = walk(self._absolute(path))
        except OSError as error:  # before anything was looked at: no descriptors left, say
            raise tool_error(error, path) from error
        try:
            self._judge(operation, place, path)
            yield place
        finally:
            place.close()

    def _absolute(self, path: str) -> str:
        if not path.strip():
            raise ToolError("The path is empty.", "Give the path of a file in the project.", code="invalid_path")
        if len(path) > MAX_PATH_CHARS:
            raise ToolError(f"The path {quoted(path)} is too long.", "Use a shorter one.", code="invalid_path")
        if "\0" in path:
            raise ToolError(f"The path {quoted(path)} has a NUL character in it.", code="invalid_path")
        try:
            os.fsencode(path)
        except UnicodeEncodeError:
            raise ToolError(f"The path {quoted(path)} is not valid Unicode.", code="invalid_path") from None
        if path == "~" or path.startswith("~/"):
            path = os.path.expanduser(path)  # noqa: PTH111 - text in, text out: `walk` does the rest
        return path if path.startswith("/") else f"{self.root}/{path}"

    def _judge(self, operation: Operation, place: Place, path: str) -> None:
        if place.fault is not None and self.root.is_relative_to(place.at):
            raise ToolError(
                f"The project folder `{self.root}` cannot be used: {place.fault.strerror}.",
                "Nothing can be read or written until it is back. Tell the user.",
                code="project",
            )
        policy = self._policy()
        # nothing was opened past the part where the walk stopped, so dots after it lead nowhere
        real = place.at if ".." in place.rest else place.path
        verdict = policy.decide(operation, real)
        if verdict.outcome == "allow":
            if self._note is not None and verdict.rule in LOGGED:
                self._note(policy.reach(operation, real), verdict)
            return
        target = printable(str(real))
        named = quoted(path) if (path.rstrip("/") or "/") == target else f"{quoted(path)}, which is `{target}`,"
        if verdict.outcome == "deny":
            if self._note is not None:
                self._note(Reach(operation=operation, path=target, covers=target), verdict)
            raise Denied(f"{named} is never opened: {verdict.reason}.", "Find another way, or ask the user.")
        reach = policy.reach(operation, real, is_folder=_is_folder(place), is_file=_is_file(place))
        raise OutsideProject(
            reach, f"{named} {_why(reach, verdict)}.", f"The user decides. Free is what lies below `{self.root}`."
        )

    def _found(self, place: Place, path: str) -> os.stat_result:
        if place.info is not None:
            return place.info
        error = missing(place, path)
        # names are told only of a folder that may be read
        may = self._policy().decide("read", place.at.parent).outcome == "allow"
        if may and (near := names_near(place)):
            error.hint = f"Near it: {', '.join(quoted(self.show(place.at.parent / name)) for name in near)}."
        raise error from place.fault

    def _write(self, place: Place, path: str, data: bytes, expected: Fingerprint | None) -> Written:
        if place.info is None and not _can_be_made(place):
            raise missing(place, path) from place.fault
        if place.info is not None and not stat.S_ISREG(place.info.st_mode):
            raise not_a_file(place.info, path)
        *folders, name = (place.name, *place.rest)
        try:
            folder = make_folders(place.folder, tuple(folders))
            try:
                new = replace_file(folder, name, data, expected)
            finally:
                os.close(folder)
        except Changed:
            raise ToolError(
                f"{quoted(path)} was changed by somebody else in the meantime; nothing was written.",
                "Read it again, then repeat the change on what is there now.",
                code="changed",
            ) from None
        except OSError as error:
            raise tool_error(error, path) from error
        links = place.info.st_nlink - 1 if place.info else 0
        return Written(place.path, new, place.info is None, links)


def _is_folder(place: Place) -> bool:
    return place.info is not None and stat.S_ISDIR(place.info.st_mode)


def _is_file(place: Place) -> bool:
    return place.info is not None and stat.S_ISREG(place.info.st_mode)


def _why(reach: Reach, verdict: Verdict) -> str:
    """Why somebody has to be asked, to go on after the path."""
    if reach.secret is not None:
        return f"is a place of secrets ({reach.secret})"
    if verdict.rule == "guarded":
        return "is not written without the user's leave: it is obeyed outside any confinement"
    return "is outside the project"


def _can_be_made(place: Place) -> bool:
    return place.fault is not None and place.fault.errno == errno.ENOENT and ".." not in (place.name, *place.rest)


def _read(place: Place, path: str, limit: int) -> Content | None:
    """The file of a place that was judged; None where a link took its name since (walk again)."""
    if place.info is not None and not stat.S_ISREG(place.info.st_mode):
        raise not_a_file(place.info, path)
    # a pipe that takes the name now must not block us
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
    try:
        handle = os.open(place.name, flags, dir_fd=place.folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise tool_error(error, path) from error
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise not_a_file(info, path)
        # taken before the reading: if somebody writes meanwhile, an edit finds the file changed
        return Content(_bytes(handle, info, path, limit), place.at, fingerprint(info))
    except OSError as error:
        raise tool_error(error, path) from error
    finally:
        os.close(handle)


def _bytes(handle: int, info: os.stat_result, path: str, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = info.st_size
    got = 0
    while size <= limit and (piece := os.read(handle, CHUNK)):
        pieces.append(piece)
        got += len(piece)
        size = max(size, got)
    if size > limit:
        raise ToolError(
            f"{quoted(path)} has {size:,} bytes; at most {limit:,} can be read.",
            "Work with a smaller file, or ask the user to cut it.",
            code="too_large",
        )
    return b"".join(pieces)


def _swapped(path: str) -> ToolError:
    return ToolError(f"{quoted(path)} keeps changing while it is opened.", "Try again in a moment.", code="changed")
