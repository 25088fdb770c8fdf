"""The system's word that something happened in a folder: inotify and its like, through watchdog."""

import errno
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..protocol.records import ErrorInfo
from .looking import is_editors

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

MAX_WATCHED = 16
"""Folders: each costs one of the few inotify instances a person has, and two threads. The rest is looked at."""
MAX_FAILURES = 4
"""watchdog leaves a few handles open when the system refuses; so it is not tried for ever."""
_FULL = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM})

Identity = tuple[int, int]


class _Folder:
    """A folder that is watched: what in it matters."""

    def __init__(self, happened: Callable[[], None], identity: Identity) -> None:
        self.identity = identity
        self.names: frozenset[str] | None = None
        """None: all but editors' own files."""
        self.path = ""
        self.handle: Any = None
        self._happened = happened

    def dispatch(self, event: Any) -> None:
        """Called by watchdog, in a thread of its own."""
        if any(self._matters(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path):
            self._happened()

    def _matters(self, path: str) -> bool:
        folder, name = os.path.split(path)
        if path == self.path or folder != self.path:
            return True
        return not is_editors(name) if self.names is None else name in self.names


class SystemEvents:
    """Watches folders, none below them. Used by one thread.

    Args:
        happened: called in another thread when something that may matter happened.
    """

    def __init__(self, happened: Callable[[], None]) -> None:
        self.problem: ErrorInfo | None = None
        """Set where the system cannot tell."""
        self._happened = happened
        self._watched: dict[Path, _Folder] = {}
        self._failures = 0
        self._observer: BaseObserver | None = None
        self._filter: list[Any] = []
        try:
            self._filter = _event_types()
            self._observer = _observer()
        except (ImportError, OSError, AttributeError) as error:
            self._give_up(f"The system cannot say when files change ({error}).")

    def watch(self, wanted: Iterable[tuple[Path, bool]], folders: Iterable[Path]) -> bool:
        """Watch what has to be watched now, and nothing else. Tells whether that is something new.

        Args:
            wanted: paths that matter, there or not.
            folders: folders of which everything matters.
        """
        if self._observer is None:
            return False
        began = False
        needed = _needed(wanted, folders)
        for path in [path for path in self._watched if path not in needed or not self._lives(path)]:
            self._end(path)
        for path, names in needed.items():
            if path not in self._watched:
                began = self._begin(path) or began
            if path in self._watched:
                began = began or self._watched[path].names != names
                self._watched[path].names = names
        return began

    def stop(self) -> None:
        """End all of it; no thread is left."""
        if self._observer is None:
            return
        self._observer.stop()
        self._observer.join()
        self._observer = None
        self._watched.clear()

    def _begin(self, path: Path) -> bool:
        identity = _identity(path)
        if self._observer is None or self._failures >= MAX_FAILURES or identity is None:
            return False
        folder = _Folder(self._happened, identity)
        folder.path = str(path)
        try:
            folder.handle = self._observer.schedule(folder, folder.path, event_filter=self._filter)  # type: ignore[arg-type]
        except OSError as error:
            full = error.errno in _FULL
            self._failures = MAX_FAILURES if full else self._failures + 1
            if self._failures >= MAX_FAILURES:
                self._give_up(f"The system cannot watch all folders of settings ({error.strerror or error}).")
            return False
        self._watched[path] = folder
        return True

    def _end(self, path: Path) -> None:
        folder = self._watched.pop(path)
        if self._observer is not None:
            self._observer.unschedule(folder.handle)

    def _lives(self, path: Path) -> bool:
        """Whether the folder that is watched is still the one of that name."""
        folder = self._watched[path]
        if self._observer is None or _identity(path) != folder.identity:
            return False
        return any(emitter.watch == folder.handle and emitter.is_alive() for emitter in self._observer.emitters)

    def _give_up(self, message: str) -> None:
        hint = "They are looked at every two seconds instead."
        if sys.platform == "linux":
            hint += " The limits are fs.inotify.max_user_instances and fs.inotify.max_user_watches."
        self.problem = ErrorInfo(code="invalid", message=message, hint=hint)


def _needed(wanted: Iterable[tuple[Path, bool]], folders: Iterable[Path]) -> dict[Path, frozenset[str] | None]:
    """Folders to be watched, and the names that matter in each; None: all."""
    whole = list(folders)
    paths = [path for path, _ in wanted]
    needed: dict[Path, set[str]] = {}
    for path in [*paths, *whole]:
        if not _is_folder(path):
            for place in dict.fromkeys((path, Path(os.path.realpath(path)))):  # of a link both ends
                folder, name = _nearest(place)
                needed.setdefault(folder, set()).add(name)
    for path in paths:
        if path.parent in needed:  # a folder that is exchanged for another is seen from above
            needed[path.parent].add(path.name)
    ordered = dict.fromkeys([*needed, *whole])
    all_of = set(whole)
    return {folder: None if folder in all_of else frozenset(needed[folder]) for folder in list(ordered)[:MAX_WATCHED]}


def _nearest(path: Path) -> tuple[Path, str]:
    """The folder above a path that is there, and the name in it that leads to the path."""
    name, parent = path.name, path.parent
    while not _is_folder(parent) and parent != parent.parent:
        name, parent = parent.name, parent.parent
    return parent, name


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - the method raises where a folder above may not be entered


def _identity(path: Path) -> Identity | None:
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_dev, info.st_ino


def _observer() -> "BaseObserver":
    from watchdog.observers import Observer

    observer = Observer()
    observer.start()
    return observer


def _event_types() -> list[Any]:
    """What we want to hear of. Not that files are opened: we open them ourselves when we look."""
    from watchdog import events

    # where the system says that a file was closed after it was written, nobody needs to hear of every write
    written = events.FileClosedEvent if sys.platform == "linux" else events.FileModifiedEvent
    return [
        written,
        events.FileCreatedEvent,
        events.FileDeletedEvent,
        events.FileMovedEvent,
        events.DirCreatedEvent,
        events.DirDeletedEvent,
        events.DirMovedEvent,
    ]
