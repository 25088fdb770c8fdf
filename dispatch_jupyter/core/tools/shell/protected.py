"""Files in the project that something outside the sandbox runs later: git's hooks, editors' tasks, Jupyter's settings.

The kernel cannot keep a part of a folder from a command that may write the folder. So what they say is kept before a
command and compared afterwards. All functions here block.
"""

import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ...permissions.guards import FILES, FOLDERS, GIT_FILES, GIT_FOLDERS, IN_FOLDERS, JUPYTER_CONFIG, WORKSPACE
from .git_folder import below, is_harmless, named_by
from .kept import POSSIBLE, Disk, Kept, unreadable

MAX_FILES = 1_000
"""In one folder that are kept as they are; of more only that they changed is known."""
MAX_BYTES = 8_000_000
MAX_DEPTH = 4
"""Repositories in one another, as submodules are."""
MAX_IN_TREE = 5_000
"""Files and folders in what is looked at whole."""
MAX_LOOKED_INTO = 4_000
"""Folders in which repositories and the like are looked for; those that are known are looked at in any case."""
MAX_REPOSITORIES = 300
PASSED_BY = frozenset((
    "node_modules", "site-packages", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache",
))  # fmt: skip
"""Folders that hold very much that nobody works in."""
_TOO_MANY = Kept(None, mark=(-1,))
_LAST_OF_TWO = frozenset(name for _, name in IN_FOLDERS)
_LINKED = ("hooks", "info", "objects", "modules", "worktrees", "rebase-merge", "sequencer", "remotes", "branches")
"""Below a repository: a link in place of one of these would lead git elsewhere."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The protected files of a project at one time. Paths are relative to it."""

    files: dict[str, Kept] = field(default_factory=dict)
    crowded: frozenset[str] = frozenset()
    """Folders with more in them than is looked at."""
    repositories: frozenset[str] = frozenset()
    """Folders of git repositories, as `.git` and `.git/modules/x`."""
    project: str = ""
    cut: bool = False
    """Whether there were more folders than are searched."""


def snapshot(
    project: Path, guarded: Iterable[Path] = (), known: Snapshot | None = None, *, is_later: bool = False
) -> Snapshot:
    """What the protected files say now. Links are kept as links and not followed.

    Args:
        guarded: more of them, files or folders, as far as they are in the project.
        known: an earlier one: what it has is looked at too, wherever it is.
        is_later: `known` is to be compared with. Where that one searched all folders, the same is done now: making
            very many is no way to hide.

    Raises:
        OSError: the project itself cannot be looked into. What else cannot be is part of what is kept.
    """
    if not POSSIBLE:
        return Snapshot()
    look = _Look(project)
    try:
        look.repository(".git")
        if known is not None:
            for repository in sorted(known.repositories):
                look.repository(repository)
            for name in known.files:
                look.file(name)
        for path in guarded:
            if path.is_relative_to(project) and path != project:
                look.tree(path.relative_to(project).as_posix())
        whole = is_later and known is not None and not known.cut
        look.around(MAX_LOOKED_INTO * (50 if whole else 1))
    finally:
        look.close()
    return Snapshot(look.files, frozenset(look.crowded), frozenset(look.repositories), str(project), look.cut)


def is_run_by_git(top: Path, target: Path) -> bool:
    """Whether a repository on the way from a folder down to a file runs that file, or reads it for commands.

    Args:
        target: real path of a file that is there, or is to be.
    """
    if not POSSIBLE:
        return False
    try:
        look = _Look(top)
    except OSError:
        return True  # nobody can tell
    try:
        *folders, _ = target.relative_to(top).parts
        for depth in range(len(folders) + 1):
            look.repositories_at("/".join(folders[:depth]))
        path = target.relative_to(top).as_posix()
        return path in look.files.keys() | look.named or path.rpartition("/")[0] in look.hooks
    finally:
        look.close()


def changed(before: Snapshot, after: Snapshot) -> list[str]:
    """Files, and folders with too much in them, that are not as they were; what git itself writes left out.

    In an order in which they can be put back: folders first.
    """
    crowded = sorted(after.crowded - before.crowded)
    paths = sorted(before.files.keys() | after.files.keys())
    again = {path for path in before.files for folder in crowded if path.startswith(f"{folder}/")}
    return [*crowded, *(path for path in paths if path in again or _differs(path, before, after))]


def _differs(path: str, before: Snapshot, after: Snapshot) -> bool:
    old, new = before.files.get(path), after.files.get(path)
    if old == new:
        return False
    if new is not None:
        return not is_harmless(path, old, new, after.repositories, after.project)
    return not _may_go(path, before, after)


def _may_go(path: str, before: Snapshot, after: Snapshot) -> bool:
    """Whether nothing runs for want of it: it goes with its repository, or is no hook."""
    if path.rpartition("/")[2] == ".git":
        return True
    owners = [one for one in before.repositories if path.startswith(below(one, ""))]
    if not owners:
        return False
    if max(owners, key=len) not in after.repositories:
        return True
    if path.endswith(("/config", "/config.worktree")):
        return is_harmless(path, before.files[path], Kept(b""), after.repositories, after.project)
    return any(path == below(one, inside) for one in owners for inside in GIT_FILES)


class _Look:
    """Gathers what is there. Nothing that goes wrong on the way hides anything: it is kept as a thing that differs."""

    def __init__(self, project: Path) -> None:
        self._project = str(project)
        self._disk = Disk(self._project)
        self._room = MAX_BYTES
        self.files: dict[str, Kept] = {}
        self.crowded: set[str] = set()
        self.repositories: set[str] = set()
        self.hooks: set[str] = set()
        """Folders whose files git runs."""
        self.named: set[str] = set()
        """Files that git obeys, there or not: in a repository, and where configuration and links to hooks lead."""
        self.cut = False

    def close(self) -> None:
        self._disk.close()

    def file(self, path: str, room: int | None = None) -> Kept | None:
        """Keep a file, or the link in its place, as far as there is room."""
        if path not in self.files:
            kept = self._disk.keep(path, self._room if room is None else room)
            if kept is None:
                return None
            self.files[path] = kept
            self._room -= len(kept.data or b"")
        return self.files[path]

    def tree(self, folder: str) -> None:
        """All files below a folder, and itself where it is a file or a link. Of very many only marks are kept."""
        self.file(folder)
        found: list[str] = []
        waiting = deque([folder])
        while waiting and len(found) + len(waiting) <= MAX_IN_TREE:
            at = waiting.popleft()
            for name, is_folder in self._entries(at).items():
                (waiting if is_folder else found).append(below(at, name))
        if waiting:
            self.crowded.add(folder)
        for number, path in enumerate(sorted(found)):
            self.file(path, room=0 if number >= MAX_FILES else None)

    def repository(self, folder: str, depth: int = MAX_DEPTH) -> None:
        """What git obeys in a repository; `folder` may be a file that leads to one, or a link."""
        self.file(folder)  # where it is a file or a link, it says which repository counts
        if folder in self.repositories or not self._entries(folder):
            return
        if len(self.repositories) >= MAX_REPOSITORIES:
            self.files[folder] = _TOO_MANY
            return
        self.repositories.add(folder)
        self.named |= {below(folder, name) for name in GIT_FILES}
        for name in (*GIT_FILES, *_LINKED):
            self.file(below(folder, name))
        for name in GIT_FOLDERS:
            self._hooks(below(folder, name))
        for name in ("config", "config.worktree"):
            self._named_by(folder, below(folder, name))
        if depth:
            self._inside(below(folder, "worktrees"), 0)
            self._inside(below(folder, "modules"), depth - 1)

    def repositories_at(self, folder: str) -> None:
        """Look at the repository of a folder, and at the folder as one without a work tree."""
        self.repository(below(folder, ".git"))
        if _is_repository(self._names(folder)):
            self.repository(folder)

    def _named_by(self, repository: str, config: str, depth: int = MAX_DEPTH) -> None:
        """What a configuration leads to: hooks elsewhere, and more configuration."""
        for path, is_hooks in named_by(repository, config, self.file(config)):
            if is_hooks:
                self._hooks(path)
            elif depth:
                self.named.add(path)
                self._named_by(repository, path, depth - 1)

    def around(self, limit: int) -> None:
        """Look for repositories in the project, those without a work tree too, and for what goes by its name."""
        waiting = deque([""])
        looked = 0
        while waiting and looked < limit:
            at = waiting.popleft()
            looked += 1
            there = self._names(at)
            if _is_repository(there):
                self.repository(at)
            for name, is_folder in there.items():
                path = below(at, name)
                if name == ".git":
                    self.repository(path)
                elif name in FOLDERS:
                    self.tree(path)
                elif is_folder and name not in PASSED_BY and path not in self.repositories:
                    waiting.append(path)
                elif _goes_by_name(at, name):
                    self.file(path)
        self.cut = bool(waiting)

    def _hooks(self, folder: str) -> None:
        """The files right in a folder, or where a link in its place leads; git runs none of its samples."""
        if target := self._target(folder, self.file(folder)):
            folder = target
        self.hooks.add(folder)
        names = [name for name in self._entries(folder) if not name.endswith(".sample")]
        for number, name in enumerate(sorted(names)):
            self._hook(below(folder, name), room=0 if number >= MAX_FILES else None)

    def _hook(self, path: str, room: int | None) -> None:
        """A hook, and what it leads to in the project where it is a link."""
        if target := self._target(path, self.file(path, room)):
            self.named.add(target)
            self.file(target, room)

    def _target(self, path: str, kept: Kept | None) -> str:
        """Where a link leads, as far as its text tells; empty where that is not in the project, or it is none."""
        if kept is None or kept.link is None:
            return ""
        whole = os.path.normpath(os.path.join(self._project, path.rpartition("/")[0], kept.link))  # noqa: PTH118
        return whole.removeprefix(f"{self._project}/") if whole.startswith(f"{self._project}/") else ""

    def _inside(self, folder: str, depth: int) -> None:
        """Repositories of work trees and submodules; the names of submodules may have slashes in them."""
        names = sorted(name for name, is_folder in self._entries(folder).items() if is_folder)
        if len(names) > MAX_REPOSITORIES:
            self.crowded.add(folder)
        for name in names[:MAX_REPOSITORIES]:
            path = below(folder, name)
            self.repository(path, depth)
            if depth and "HEAD" not in self._entries(path):
                self._inside(path, depth - 1)

    def _entries(self, folder: str) -> dict[str, bool]:
        try:
            return self._disk.entries(folder) or {}
        except OSError as error:
            self.files[folder] = unreadable(error)
            return {}

    def _names(self, folder: str) -> dict[str, bool]:
        """What is in any folder of the project. Those of others, which we may not look into, are there too."""
        try:
            return self._disk.entries(folder) or {}
        except OSError:
            return {".git": True}  # git could find one there


def _goes_by_name(folder: str, name: str) -> bool:
    if name in _LAST_OF_TWO and (folder.rpartition("/")[2], name) in IN_FOLDERS:
        return True
    return name in FILES or name.endswith(WORKSPACE) or JUPYTER_CONFIG.fullmatch(name) is not None


def _is_repository(names: dict[str, bool]) -> bool:
    """Whether git takes a folder for a repository without a work tree."""
    return "HEAD" in names and "objects" in names and "refs" in names
