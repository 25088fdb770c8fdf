"""One writer a session: a lock that goes away with its owner, and a note that says who the owner is.

The lock is on `<id>.lock`. Who holds it stands in `<id>.owner`, a file of its own, because taking a lock may empty the
locked file. The note is only for messages: it may be stale, the lock never is.
"""

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from ..protocol.errors import Locked
from .disk import FILE_MODE, store_error, write_file

_UNSUPPORTED = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has a session open."""

    server_url: str = ""
    """Where people reach it, without any token."""
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def __str__(self) -> str:
        where = f", {self.server_url}" if self.server_url else ""
        return f"process {self.pid} on {self.host}{where}, since {self.started}"


class SessionLock:
    """The lock of one session, held from construction to `release`."""

    def __init__(self, stem: Path, owner: Owner) -> None:
        """`stem` is the journal's path without its suffix.

        Raises:
            Locked: another process, or another `SessionLock` of this one, holds it; names the owner.
            StoreError: the folder cannot be written, or knows no locks at all.
        """
        self._note = stem.with_suffix(".owner")
        self._lock = self._acquire(stem, owner)
        try:
            write_file(self._note, json.dumps(asdict(owner)).encode(), sync=False)
        except OSError as error:
            # a full disk must not keep people from reading what they have
            self._note.unlink(missing_ok=True)
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                self._lock.release()
                raise store_error(error, "write", self._note) from error

    def release(self) -> None:
        """Let others have it. Harmless when done twice."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def _acquire(self, stem: Path, owner: Owner) -> BaseFileLock:
        path = stem.with_suffix(".lock")
        try:
            return _take(FileLock(path, mode=FILE_MODE, thread_local=False), 0)
        except Timeout:
            raise self._locked(stem.name, owner) from None
        except (OSError, NotImplementedError) as error:
            if isinstance(error, OSError) and error.errno not in _UNSUPPORTED:
                raise store_error(error, "lock", path) from error
        return self._acquire_by_existence(stem, owner)

    def _acquire_by_existence(self, stem: Path, owner: Owner) -> BaseFileLock:
        """For file systems without locks (some network ones): the file is the lock.

        One left by a process that died on this host is taken over; of another host's, nobody can tell.
        """
        path = stem.with_suffix(".held")
        try:
            # the first attempt may only clear what a dead process left
            return _take(SoftFileLock(path, mode=FILE_MODE, thread_local=False), 0.2)
        except Timeout:
            raise self._locked(stem.name, owner, path) from None
        except OSError as error:
            raise store_error(error, "lock", path) from error

    def _locked(self, session_id: str, owner: Owner, leftover: Path | None = None) -> Locked:
        holder = self._holder()
        if holder and (holder.host, holder.pid) == (owner.host, owner.pid):
            return Locked(f"Session {session_id} is already open in this server.")
        who = f" ({holder})" if holder else ""
        where = f"at {holder.server_url}" if holder and holder.server_url else "there"
        hint = f"Go on with it {where}, or close it there first."
        if leftover:
            hint += f" If that server is gone, delete {leftover}."
        return Locked(f"Session {session_id} is open in another server{who}.", hint)

    def _holder(self) -> Owner | None:
        try:
            return Owner(**json.loads(self._note.read_bytes()))
        except (OSError, ValueError, TypeError):
            # just taken, or released this moment: there is nobody to name
            return None


def _take(lock: BaseFileLock, timeout: float) -> BaseFileLock:
    lock.acquire(timeout=timeout, poll_interval=0.02)
    return lock


@contextmanager
def short_lock(path: Path, timeout: float) -> Iterator[bool]:
    """Hold a lock for one piece of work. Gives False where it cannot be had in time (seconds), or at all."""
    try:
        lock = _take(FileLock(path, mode=FILE_MODE, thread_local=False), timeout)
    except (OSError, NotImplementedError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
