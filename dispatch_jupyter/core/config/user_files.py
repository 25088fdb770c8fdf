"""Writing the person's own files: under a lock, whole or not at all, through links, as private as they were."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..protocol.errors import StoreError, StoreFull

LOCK_SECONDS = 10.0


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone among all that write the files of a folder, which is made where it is missing (mode 0700).

    Raises:
        StoreError: somebody else holds it too long, or the folder cannot be used.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=LOCK_SECONDS, mode=0o600)
        lock.acquire()
    except Timeout as error:
        raise StoreError(f"Another program keeps {folder} locked.", "Try again in a moment.") from error
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
        mode = _mode_if_writable(target)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(handle, mode)
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


def _mode_if_writable(target: Path) -> int:
    """The mode the new version gets. A file that may not be written is not replaced behind its back either."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError:
        return 0o600
    try:
        info = os.fstat(handle)
    finally:
        os.close(handle)
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EINVAL, "it is not a file")
    return stat.S_IMODE(info.st_mode) & 0o777


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot; the file itself is on disk
            os.fsync(handle)
    finally:
        os.close(handle)
