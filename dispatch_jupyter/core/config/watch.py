"""Hot reload: says which files changed, soon after they did.

The system's word that something happened (watchdog) only makes us look; what changed is found by comparing digests,
and every few seconds we look in any case. So nothing depends on which events an editor, a network disk or a
container gives, in what order, or whether at all.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ..protocol.records import ErrorInfo
from .looking import View, changes, look
from .system_events import SystemEvents

QUIET_SECONDS = 0.15
"""Nothing is said before nothing has happened for that long: a save is several events."""
AT_MOST_SECONDS = 1.0
"""Unless things happen for that long without a pause."""
LOOK_SECONDS = 2.0
"""How often we look where the system said nothing."""
HOT_SECONDS = 0.12
CLOCK_SECONDS = 0.1
"""By how much the times of files may be behind."""
STOP_SECONDS = 10.0

_log = logging.getLogger(__name__)
Wanted = Callable[[], Iterable[tuple[Path, bool]]]
Changed = Callable[[frozenset[Path]], None]


class Watch:
    """Watches files and folders, there or not.

    Args:
        folders: gives the paths that matter: a file, or a folder and whether all below it matters too. Called in a
            thread, again and again: it may give others later.
        changed: is told of the files whose content is another, that are new or gone; called on the event loop.
        loop: the event loop.
    """

    def __init__(self, folders: Wanted, changed: Changed, loop: asyncio.AbstractEventLoop) -> None:
        self._folders = folders
        self._changed = changed
        self._loop = loop
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._view = View()
        self._wanted: tuple[tuple[Path, bool], ...] = ()
        self._problem: ErrorInfo | None = None
        self._looked_at = 0.0

    @property
    def problem(self) -> ErrorInfo | None:
        """Why changes are noticed more slowly than they could be, or not all of them; None where all is well."""
        return self._problem

    def start(self) -> None:
        """Begin: what changes from now on is told. Blocks on the disk for a moment: call it in a thread."""
        if self._thread is not None:
            raise RuntimeError("a watch is started once")
        self._wanted = tuple(dict.fromkeys(self._folders()))
        self._looked_at = time.time()
        self._view = self._seen(self._wanted) or View()
        self._thread = threading.Thread(target=self._run, name="dispatch-watch", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Look soon: other paths matter now, or something may have changed that the system does not tell."""
        self._wake.set()

    def stop(self) -> None:
        """End it; afterwards nothing is told and no thread is left. Blocks for up to a second: call it in a thread."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_SECONDS)

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        events = SystemEvents(self._wake.set)
        try:
            at_once = False
            while not self._stopped.is_set():
                # what happened before a folder was watched the system does not say: then we look at once, but once
                at_once = events.watch(self._wanted, self._view.folders) and not at_once
                if not at_once:
                    self._wait()
                self._note(events.problem)
                if not self._stopped.is_set():
                    self._look()
        finally:
            events.stop()

    def _wait(self) -> None:
        if self._wake.wait(HOT_SECONDS if self._view.hot else LOOK_SECONDS):
            self._wait_for_quiet()

    def _wait_for_quiet(self) -> None:
        until = time.monotonic() + AT_MOST_SECONDS
        while not self._stopped.is_set() and time.monotonic() < until:
            self._wake.clear()
            if not self._wake.wait(QUIET_SECONDS):
                return
        self._wake.clear()

    def _look(self) -> None:
        looked_at = time.time()
        try:
            wanted = tuple(dict.fromkeys(self._folders()))
        except Exception:  # noqa: BLE001 - whatever it is, what was asked for before is still to be watched
            _log.exception("What is to be watched could not be found out; what was watched before still is.")
            wanted = self._wanted
        view = self._seen(wanted)
        if view is None:
            return
        found = changes(self._view, view)
        if wanted != self._wanted:
            found = self._without_known(found, wanted, view)
        self._view, self._wanted, self._looked_at = view, wanted, looked_at
        if view.left_out:
            self._note(_TOO_MANY)
        if found:
            self._tell(found)

    def _seen(self, wanted: Iterable[tuple[Path, bool]]) -> View | None:
        """What is there now; None where that cannot be found out for the moment."""
        try:
            return look(wanted, self._view)
        except OSError as error:
            _log.warning("Files of settings cannot be looked at: %s", error)
            return None

    def _without_known(
        self, found: frozenset[Path], wanted: tuple[tuple[Path, bool], ...], view: View
    ) -> frozenset[Path]:
        """What changed, where what matters did too: files that only begin or cease to matter have not changed.

        Unless they did so since we last looked: then whoever reads them may have read them before.
        """
        added = {path for path, _ in set(wanted) - set(self._wanted)}
        removed = {path for path, _ in set(self._wanted) - set(wanted)}

        def counts(path: Path) -> bool:
            if path not in view.files:
                return not _below(path, removed)
            return not _below(path, added) or self._since_looked(view, path)

        return frozenset(filter(counts, found))

    def _since_looked(self, view: View, path: Path) -> bool:
        return view.files[path].changed_at >= self._looked_at - CLOCK_SECONDS

    def _tell(self, found: frozenset[Path]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._told, found)
        except RuntimeError:  # the loop is closed: there is nobody to tell
            self._stopped.set()

    def _told(self, found: frozenset[Path]) -> None:
        if not self._stopped.is_set():
            self._changed(found)

    def _note(self, problem: ErrorInfo | None) -> None:
        if problem is not None and self._problem is None:
            self._problem = problem
            _log.warning("%s %s", problem.message, problem.hint)


_TOO_MANY = ErrorInfo(
    code="invalid",
    message="There are too many files in the folders of skills and agents: changes of some are not noticed.",
    hint="Keep only what is meant for agents there.",
)


def _below(path: Path, folders: set[Path]) -> bool:
    return not folders.isdisjoint((path, *path.parents))
