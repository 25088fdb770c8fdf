"""Files in the project that something outside the sandbox runs later: git's hooks, editors' tasks, Jupyter's settings.

The kernel cannot keep a part of a folder from a command that may write the folder. So what they say is kept before a
command and compared afterwards. All functions here block.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from .git_config import only_harmless_changes

MAX_FILES = 1_000
MAX_FILE_BYTES = 2_000_000
MAX_BYTES = 8_000_000
MAX_DEPTH = 4

_HOOKS = (
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "post-index-change",
)  # fmt: skip"""The names git runs hooks by; other files beside them, as its samples, it does not run."""
_FOLDERS = (".vscode", ".idea", ".devcontainer", ".husky")
_FILES = (".envrc", ".pre-commit-config.yaml")
_JUPYTER = re.compile(r"(jupyter|ipython)\w*_config\.(py|json)", re.IGNORECASE)
_HOOKS_PATH = re.compile(r"^\s*hooksPath\s*=\s*\"?([^\"\n]+?)\"?\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it was."""

    data: bytes | None
    """None: too large to be kept; `mark` then tells versions apart."""
    mode: int = 0o644
    link: str | None = None
    """Where it leads, if it is a link; `data` is then empty."""
    mark: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The protected files of a project at one time."""

    files: dict[Path, Kept] = field(default_factory=dict)
    crowded: frozenset[Path] = frozenset()
    """Folders with more in them than is looked at."""


def snapshot(project: Path, guarded: Iterable[Path] = ()) -> Snapshot:
    """What the protected files say now. Links are kept as links and not followed.

    Args:
        guarded: more of them, files or folders, as far as they are in the project.
    """
    files: dict[Path, Kept] = {}
    crowded: set[Path] = set()
    room = MAX_BYTES
    more = (path for path in guarded if path.is_relative_to(project) and path != project)
    for path in dict.fromkeys([*_candidates(project, crowded), *chain(*(_tree(path, crowded) for path in more))]):
        kept = _keep(path, room)
        if kept is not None:
            files[path] = kept
            room -= len(kept.data or b"")
    return Snapshot(files, frozenset(crowded))


def changed(before: Snapshot, after: Snapshot) -> list[Path]:
    """Files, and folders with too much in them, that are not as they were; what git itself writes left out."""
    paths = sorted(before.files.keys() | after.files.keys())
    found = [path for path in paths if _differs(path, before.files.get(path), after.files.get(path))]
    return [*found, *sorted(after.crowded - before.crowded)]


def _differs(path: Path, old: Kept | None, new: Kept | None) -> bool:
    if old == new:
        return False
    is_config = path.name in ("config", "config.worktree")
    if is_config and new is not None and new.link is None and (old is None or old.link is None):
        return not only_harmless_changes(_text(old), _text(new) if new.data is not None else "\0")
    return not (new is None and is_config)  # no configuration runs nothing


def _text(kept: Kept | None) -> str:
    return (kept.data or b"").decode("utf-8", "replace") if kept else ""


def _keep(path: Path, room: int) -> Kept | None:
    """One file; None where there is none, or it is a folder."""
    try:
        info = path.lstat()
        if stat.S_ISLNK(info.st_mode):
            return Kept(b"", link=str(path.readlink()))
        return _kept_file(path, info, room) if stat.S_ISREG(info.st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        # not readable: whatever it is, it counts as changed once it can be told apart
        return Kept(None, mark=(error.errno or 0,))


def _kept_file(path: Path, info: os.stat_result, room: int) -> Kept:
    mode = stat.S_IMODE(info.st_mode)
    most = min(MAX_FILE_BYTES, room)
    if info.st_size <= most:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            data = file.read(most + 1)
        if len(data) <= most:
            return Kept(data, mode)
    return Kept(None, mode, mark=(info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns))


def _candidates(project: Path, crowded: set[Path]) -> Iterator[Path]:
    yield from (project / name for name in _FILES)
    yield from (Path(entry.path) for entry in _entries(project) if _JUPYTER.fullmatch(entry.name))
    for name in _FOLDERS:
        yield from _tree(project / name, crowded)
    yield from _git(project, project / ".git", crowded)


def _git(project: Path, git: Path, crowded: set[Path]) -> Iterator[Path]:
    yield git  # where it is a file or a link, it says which repository counts
    if git.is_symlink() or not git.is_dir():
        return
    folders = [git, *_repositories(git / "modules", crowded), *_children(git / "worktrees", crowded)]
    for folder in folders:
        yield folder / "config"
        yield folder / "config.worktree"
        yield folder / "hooks"
        yield from (folder / "hooks" / name for name in _HOOKS)
    config = _keep(git / "config", MAX_FILE_BYTES)
    for match in _HOOKS_PATH.finditer(_text(config)):
        hooks = Path(os.path.normpath(project / match[1]))
        if hooks.is_relative_to(project):
            yield from (hooks / name for name in _HOOKS)


def _repositories(folder: Path, crowded: set[Path], depth: int = MAX_DEPTH) -> Iterator[Path]:
    """Repositories of submodules; they may lie in one another."""
    for child in _children(folder, crowded):
        yield child
        if depth:
            yield from _repositories(child / "modules", crowded, depth - 1)
            if not (child / "HEAD").exists():
                yield from _repositories(child, crowded, depth - 1)


def _children(folder: Path, crowded: set[Path]) -> list[Path]:
    found = [Path(entry.path) for entry in _entries(folder) if entry.is_dir(follow_symlinks=False)]
    if len(found) > MAX_FILES // 10:
        crowded.add(folder)
    return sorted(found)[: MAX_FILES // 10]


def _tree(folder: Path, crowded: set[Path]) -> Iterator[Path]:
    """All files below a folder, and itself where it is a link."""
    yield folder
    found: list[Path] = []
    waiting = [(folder, 0)]
    while waiting and len(found) <= MAX_FILES:
        at, depth = waiting.pop()
        for entry in _entries(at):
            if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
                waiting.append((Path(entry.path), depth + 1))
            else:
                found.append(Path(entry.path))
    if len(found) > MAX_FILES:
        crowded.add(folder)
    yield from sorted(found)[:MAX_FILES]


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return [entry for _, entry in zip(range(100 * MAX_FILES), entries, strict=False)]
    except OSError:
        return []  # not there, not a folder, or not ours to see: then there is nothing to compare
