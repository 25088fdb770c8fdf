"""Writing the person's own files: under a lock, whole or not at all, through links, as private as they were."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..protocol.errors import StoreError, StoreFull

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK_SECONDS = 10.0

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone among all that write the files of a folder, which is made where it is missing (mode 0700).

    Raises:
        StoreError: somebody else holds it too long, or the folder cannot be used.
    """
    from filelock import Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _taken(folder)
    except Timeout as error:
        hint = f"Try again in a moment; where no Dispatch runs, remove {error.lock_file}."
        raise StoreError(f"Another program keeps {folder} locked.", hint) from error
    except OSError as error:
        raise write_error(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def replace_file(path: Path, data: bytes) -> None:
    """Put a new version in the place of a file, or make it (mode 0600). A link stays, its target is replaced.

    Raises:
        StoreError: as the system says; the old version is still there.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}-{secrets.token_hex(6)}.tmp")
    try:
        old = _current(target)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if old is not None:
                    _keep_owner_and_mode(handle, old)
                os.fsync(handle)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise write_error(path, error) from error


def write_error(path: Path, error: OSError) -> StoreError:
    """The error for a file or folder that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(f"There is no space left to write {path}.", "Free some, then try again; nothing was changed.")
    reason = error.strerror or str(error)
    return StoreError(f"{path} cannot be written: {reason}.", "Make it writable, then try again; nothing was changed.")


def _taken(folder: Path) -> "BaseFileLock":
    from filelock import FileLock, SoftFileLock

    lock: BaseFileLock = FileLock(folder / ".lock", timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except (NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
            raise
        # a file system that knows no locks, as some network ones: then the file itself is the lock
        lock = SoftFileLock(folder / ".held", timeout=LOCK_SECONDS, mode=0o600)
        lock.acquire()
    return lock


def _current(target: Path) -> os.stat_result | None:
    """The file to be replaced, if there is one. What may not be written is not replaced behind its back either."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError:
        return None
    try:
        info = os.fstat(handle)
    finally:
        os.close(handle)
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EINVAL, "it is not a file")
    return info


def _keep_owner_and_mode(handle: int, old: os.stat_result) -> None:
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) != (old.st_uid, old.st_gid):
        with suppress(PermissionError):  # only root may give files away
            os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode) & 0o777)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot; the file itself is on disk
            os.fsync(handle)
    finally:
        os.close(handle)
