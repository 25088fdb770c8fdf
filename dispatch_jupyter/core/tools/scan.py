"""Walking down a project: breadth first, so that what has to be left out is deep; bounded in entries and time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..permissions.folder import Entry, Folder
from ..permissions.paths import Files
from ..protocol.errors import ToolError
from .ignore import Rules, gitignore

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_LOOKED_AT = 50_000
MAX_SECONDS = 5.0
MAX_FOLDERS_WAITING = 20_000
MAX_GITIGNORE_BYTES = 200_000
NEVER = {".git"}


@dataclass(slots=True)
class Found:
    """An entry to be listed."""

    path: str
    """Relative to the project where it is inside; folders with `/` at the end."""
    entry: Entry
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Waiting:
    path: Path
    depth: int
    rules: Rules
    found: Found | None


class Scan:
    """One walk. After `run`: what was `found`, and what was left out why."""

    def __init__(
        self,
        files: Files,
        wanted: GitIgnoreSpec | None,
        depth: int,
        *,
        ignored: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.found: list[Found] = []
        self.skipped = 0
        """Entries that are ignored, not counting what is in ignored folders."""
        self.deeper = 0
        """Folders that are too deep."""
        self.stopped = ""
        """Why the walk ended early; empty where it did not."""
        self._files = files
        self._wanted = wanted
        self._depth = depth
        self._ignored = ignored
        self._clock = clock
        self._looked_at = 0
        self._start = ""

    def run(self, path: str) -> None:
        """Walk down from a folder.

        Raises:
            ToolError: as `Files.folder`; folders below that cannot be opened are only noted.
        """
        end = self._clock() + MAX_SECONDS
        with self._files.folder(path) as folder:
            first = folder.path
        self._start = self._relative(first, folder=True)
        waiting = deque([_Waiting(first, 1, self._rules_above(first), None)])
        while waiting and not self.stopped:
            here = waiting.popleft()
            try:
                with self._files.folder(str(here.path)) as folder:
                    if folder.path == here.path:  # else a link has taken its name meanwhile
                        waiting.extend(self._look(folder, here))
            except (ToolError, OSError) as error:
                if here.found is None:
                    raise
                here.found.note = str(error) if isinstance(error, OSError) else _short(error)
            if self._clock() > end:
                self.stopped = "it took too long"
            if len(waiting) > MAX_FOLDERS_WAITING:
                self.stopped = "there are too many folders"
        if not waiting:
            self.stopped = ""

    def _look(self, folder: Folder, here: _Waiting) -> list[_Waiting]:
        """List one folder; returns the folders in it."""
        rules = Rules(
            self._relative(here.path, folder=True),
            gitignore(folder.read_small(".gitignore", MAX_GITIGNORE_BYTES)),
            here.rules,
        )
        deeper: list[_Waiting] = []
        for entry in sorted(islice(folder.entries(), MAX_LOOKED_AT + 1), key=lambda entry: entry.name):
            self._looked_at += 1
            if self._looked_at > MAX_LOOKED_AT:
                self.stopped = f"there are more than {MAX_LOOKED_AT:,} entries"
                break
            full = here.path / entry.name
            path = self._relative(full, folder=entry.is_folder)
            if entry.name in NEVER:
                continue
            if not self._ignored and rules.ignores(path):
                self.skipped += 1
                continue
            found = self._add(path, entry)
            if entry.is_folder and here.depth < self._depth:
                deeper.append(_Waiting(full, here.depth + 1, rules, found))
            elif entry.is_folder:
                self.deeper += 1
        return deeper

    def _add(self, path: str, entry: Entry) -> Found:
        found = Found(path, entry)
        if self._wanted is None or (not entry.is_folder and self._matches(path)):
            self.found.append(found)
        return found

    def _matches(self, path: str) -> bool:
        return bool(self._wanted and self._wanted.match_file(path.removeprefix(self._start)))

    def _rules_above(self, first: Path) -> Rules:
        """The rules of the folders above the first one; none of them where the first one itself is ignored."""
        none = Rules("", None)
        if first == self._files.root or not first.is_relative_to(self._files.root):
            return none
        rules = none
        above = [parent for parent in first.parents if parent.is_relative_to(self._files.root)]
        for parent in reversed(above):
            with self._files.folder(str(parent)) as folder:
                spec = gitignore(folder.read_small(".gitignore", MAX_GITIGNORE_BYTES))
            rules = Rules(self._relative(parent, folder=True), spec, rules)
            below = parent / first.relative_to(parent).parts[0]
            if rules.ignores(self._relative(below, folder=True)):
                return none  # asked for by name: then it is not to be left out
        return rules

    def _relative(self, path: Path, *, folder: bool) -> str:
        """A path as it is listed; empty for the project folder itself."""
        root = self._files.root
        if path == root:
            return ""
        text = (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
        return f"{text}/" if folder else text


def _short(error: ToolError) -> str:
    return "no permission" if error.tool_code == "permission" else error.message
