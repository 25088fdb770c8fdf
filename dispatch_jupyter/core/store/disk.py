"""The few things the store asks of a file system, with errors a person can act on.

Every function takes and gives plain paths and descriptors; what a journal or a blob is, others know.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from ..protocol.errors import StoreError, StoreFull

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# a FIFO in the folder must not hang the server at `open`; Windows wants to be told that bytes are bytes
_ALWAYS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def store_error(error: OSError, doing: str, path: Path) -> StoreError:
    """The `StoreError` for an `OSError`, e.g. `store_error(error, "write to", path)`."""
    why = error.strerror or str(error)
    if error.errno in _FULL:
        return StoreFull(
            f"Cannot {doing} {path}: {why}.",
            "Free some space there (or raise the quota) and try again; nothing stored before is lost.",
        )
    if error.errno in _REFUSED:
        return StoreError(f"Cannot {doing} {path}: {why}.", f"Check who owns {path} and its folder, and their modes.")
    return StoreError(f"Cannot {doing} {path}: {why}.")


def open_regular(path: Path, flags: int) -> int:
    """A descriptor of a regular file, made with mode 0600 where `flags` say so.

    Raises:
        OSError: as `os.open` does.
        StoreError: it is a folder, a FIFO, a device.
    """
    fd = os.open(path, flags | _ALWAYS, FILE_MODE)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise StoreError(f"{path} is not a regular file.", "Move it out of the way.")
    return fd


def write_all(fd: int, data: bytes) -> None:
    """Write all of it: one system call, unless the kernel takes only a part.

    Raises:
        OSError: where it stopped; some of `data` may then be in the file.
    """
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, memoryview(data)[written:])


def sync_data(fd: int) -> None:
    """Wait until the file's bytes and its length are on the disk."""
    # fdatasync does not exist on macOS and Windows
    getattr(os, "fdatasync", os.fsync)(fd)


def sync_folder(folder: Path) -> None:
    """Wait until names made or replaced in the folder are on the disk."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        # some network file systems cannot sync a folder, and need not
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Make a folder only its owner may enter; one that exists is left as it is.

    Raises:
        StoreError: it cannot be made, or something else has its name.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise store_error(error, "make the folder", folder) from error


def write_file(path: Path, data: bytes, *, sync: bool) -> None:
    """Put a whole file in place at once: readers see the old one or the new one.

    Raises:
        OSError: nothing has changed then.
    """
    # one process writes a path at a time, so one fixed name will do and leaves no litter after a crash
    temporary = path.with_name(path.name + ".tmp")
    fd = open_regular(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        try:
            write_all(fd, data)
            if sync:
                sync_data(fd)
        finally:
            os.close(fd)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    if sync:
        sync_folder(path.parent)
