"""Putting a new version of a file in the place of the old one, whole or not at all."""

import errno
import os
import secrets
import stat
from contextlib import suppress

from .walk import FOLDER_FLAGS

Fingerprint = tuple[int, int, int]
"""A version of a file: inode, size in bytes, time of change in ns."""


class Changed(Exception):
    """The file is not the version it should be; nothing was written."""


def fingerprint(info: os.stat_result) -> Fingerprint:
    return (info.st_ino, info.st_size, info.st_mtime_ns)


def make_folders(folder: int, names: tuple[str, ...]) -> int:
    """Open a folder below an open one, making what is missing. The caller closes it.

    Raises:
        OSError: also where a name is taken by something that is no folder (links are not followed).
    """
    current = os.dup(folder)
    try:
        for name in names:
            # made by somebody else in between, or it is no folder: the open below tells
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=current)
            deeper = os.open(name, FOLDER_FLAGS, dir_fd=current)
            os.close(current)
            current = deeper
    except BaseException:
        os.close(current)
        raise
    return current


def replace_file(folder: int, name: str, data: bytes, expected: Fingerprint | None) -> Fingerprint:
    """Write `data` as file `name` of an open folder and say which version that is.

    The data goes to a new file that then takes the name, so a reader, a crash or a full disk meets the old
    version or the new one. Mode and, where permitted, owner stay. Other hard links keep the old version.

    Raises:
        Changed: the file is not `expected` (None: it must not be there).
        OSError: as the system says; the old version is still there.
    """
    old = _checked(folder, name, expected)
    temporary = f".dispatch-{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    handle = os.open(temporary, flags, 0o600 if old else 0o666, dir_fd=folder)
    try:
        try:
            _fill(handle, data)
            if old:
                _keep_owner_and_mode(handle, old)
            new = fingerprint(os.fstat(handle))
        finally:
            os.close(handle)
        _checked(folder, name, expected)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise
    return new


def _checked(folder: int, name: str, expected: Fingerprint | None) -> os.stat_result | None:
    """The file as it is, if it is the expected version and may be written."""
    try:
        # opened for writing, not written to: the system says whether it may be replaced, and nothing is followed
        handle = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=folder)
    except FileNotFoundError:
        if expected is not None:
            raise Changed from None
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):  # a link, a pipe, a folder now
            raise Changed from error
        raise
    try:
        info = os.fstat(handle)
    finally:
        os.close(handle)
    if not stat.S_ISREG(info.st_mode) or fingerprint(info) != expected:
        raise Changed
    return info


def _fill(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _keep_owner_and_mode(handle: int, old: os.stat_result) -> None:
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) != (old.st_uid, old.st_gid):
        # only root may give files away; else the writer owns the new version
        with suppress(PermissionError):
            os.chown(handle, old.st_uid, old.st_gid)
    os.chmod(handle, stat.S_IMODE(old.st_mode) & 0o777)  # setuid bits do not survive a write
