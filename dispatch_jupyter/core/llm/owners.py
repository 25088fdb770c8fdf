"""Who is alive: each server that has calls under way holds a lock of its own, which goes away with it.

A process id may be given again and a heartbeat may be late; a lock does neither. It is one of the file system, as the
ones SQLite needs next to it.
"""

import secrets
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..protocol.errors import StoreError
from ..store.disk import FILE_MODE, make_folder, store_error

SWEEP_AFTER = 24 * 3600.0
"""Seconds after which the file of a lock nobody holds is taken away."""


class Owner:
    """A server, as others see it."""

    def __init__(self, folder: Path) -> None:
        """Takes the lock, in `folder`, which is made where it is missing.

        Raises:
            StoreError: the folder cannot be written, or knows no locks.
        """
        self._folder = folder
        self.id = secrets.token_hex(8)
        make_folder(folder)
        path = self._path(self.id)
        self._lock = FileLock(path, mode=FILE_MODE, thread_local=False)
        try:
            self._lock.acquire(timeout=1)
        except OSError as error:
            raise store_error(error, "lock", path) from error
        except NotImplementedError as error:
            raise StoreError(f"Cannot lock {path}: the file system knows no locks.") from error

        self._sweep()

    def is_dead(self, owner: str) -> bool:
        """Whether another server is gone. Its lock's file is taken away then."""
        if owner == self.id:
            return False
        path = self._path(owner)
        if not path.exists():
            return True
        lock = FileLock(path, mode=FILE_MODE, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError, NotImplementedError):
            return False  # it is held, or nobody can tell
        path.unlink(missing_ok=True)
        lock.release()
        return True

    def close(self) -> None:
        """Let go of the lock; what this server reserved and did not settle counts as used up then."""
        self._path(self.id).unlink(missing_ok=True)
        self._lock.release()

    def _sweep(self) -> None:
        """Take away what servers left that died; young ones may only be about to take their lock."""
        for path in self._folder.glob("*.lock"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > SWEEP_AFTER:
                    self.is_dead(path.stem)

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"
