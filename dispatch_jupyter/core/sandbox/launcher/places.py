"""From a name in another process to the thing it names, opened here: what is judged and what is used are the same.

A name that leads through a magic link of /proc (`/dev/stdin`, `/dev/fd/63`) is not followed: it means something else to
the other process than to this one.
"""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH112, PTH115, PTH116, PTH123

import ctypes
import errno
import os
import stat
from dataclasses import dataclass

from .linux import AT_FDCWD, RESOLVE_NO_MAGICLINKS, call, openat2

_DELETED = " (deleted)"


class NotHere(Exception):
    """The kernel itself should say what is wrong with this name, or it must not be resolved from outside."""


@dataclass
class Thing:
    """Something that exists, opened without any rights on it. `close` it."""

    file: int
    real: str
    info: os.stat_result

    @property
    def link(self) -> str:
        """A name for it in this process, which cannot be made to mean anything else."""
        return f"/proc/self/fd/{self.file}"

    @property
    def plain(self) -> bool:
        """A file or a folder."""
        return stat.S_ISREG(self.info.st_mode) or stat.S_ISDIR(self.info.st_mode)

    @property
    def folder(self) -> bool:
        return stat.S_ISDIR(self.info.st_mode)

    def moved(self) -> bool:
        """Whether it has another path by now."""
        return _real(self.file, self.info) != self.real

    def close(self) -> None:
        os.close(self.file)


@dataclass
class Entry:
    """A name in a folder, there or not."""

    parent: Thing
    name: bytes
    info: os.stat_result | None
    """What has that name now, not followed."""

    @property
    def real(self) -> str:
        return f"{self.parent.real.rstrip('/')}/{os.fsdecode(self.name)}"

    def moved(self) -> bool:
        return self.parent.moved()

    def close(self) -> None:
        self.parent.close()


def thing(thread: int, folder: int, path: bytes, *, follow: bool = True) -> Thing:
    """What a name of another process leads to. Raises NotHere, FileNotFoundError."""
    if path.startswith(b"/"):
        return thing_from(AT_FDCWD, path, follow=follow)
    start = folder_of(thread, folder)
    try:
        return thing_from(start, path, follow=follow)
    finally:
        os.close(start)


def thing_from(start: int, path: bytes, *, follow: bool = True) -> Thing:
    """What a name leads to, relative to a folder that is opened here. Raises NotHere, FileNotFoundError."""
    if not path:
        raise NotHere("the empty name")
    try:
        opened = openat2(start, path, os.O_PATH | (0 if follow else os.O_NOFOLLOW), RESOLVE_NO_MAGICLINKS)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotHere(str(error)) from error
    return here(opened)


def opened_file(thread: int, number: int) -> Thing:
    """What a descriptor of another process is open on. Raises NotHere."""
    return here(_open_link(f"/proc/{thread}/fd/{number}"))


def taken(thread: int, number: int) -> int:
    """A descriptor of another process, here as well. Raises OSError: EBADF, or it is not allowed in this container."""
    try:
        handle = os.pidfd_open(thread)
    except OSError:  # not the first thread of its process
        handle = os.pidfd_open(_process(thread))
    try:
        return call("pidfd_getfd", handle, ctypes.c_int(number), 0)
    finally:
        os.close(handle)


def here(opened: int) -> Thing:
    """What a descriptor of this process is open on. It is closed on failure. Raises NotHere."""
    try:
        info = os.fstat(opened)
        return Thing(opened, _real(opened, info), info)
    except OSError as error:
        os.close(opened)
        raise NotHere(errno.errorcode.get(error.errno or 0, "")) from error


def entry(thread: int, folder: int, path: bytes) -> Entry:
    """The name a path ends with, in the folder it leads to. Raises NotHere, FileNotFoundError (no such folder)."""
    above, _, name = path.rstrip(b"/").rpartition(b"/")
    if name in (b"", b".", b".."):
        raise NotHere("no name to make or to remove")
    where = above or (b"/" if path.startswith(b"/") else b".")
    parent = thing(thread, folder, where)
    if not parent.folder:
        parent.close()
        raise NotHere("no folder")
    try:
        info = os.stat(name, dir_fd=parent.file, follow_symlinks=False)
    except FileNotFoundError:
        info = None
    except OSError as error:
        parent.close()
        raise NotHere(str(error)) from error
    return Entry(parent, name, info)


def creation_mask(thread: int) -> int:
    """The umask of another process; all but its owner's rights where it is not told."""
    try:
        with open(f"/proc/{thread}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("Umask:"):
                    return int(line.split()[1], 8)
    except OSError:
        return 0o077
    return 0o077


def on_proc(info: os.stat_result) -> bool:
    """Whether it is part of the process file system, wherever that is mounted."""
    return info.st_dev == _PROC


def folder_of(thread: int, folder: int = AT_FDCWD) -> int:
    """A folder another process has open, or its working folder, opened without any rights on it. Raises NotHere."""
    return _open_link(f"/proc/{thread}/cwd" if folder == AT_FDCWD else f"/proc/{thread}/fd/{folder}")


def _process(thread: int) -> int:
    with open(f"/proc/{thread}/status", encoding="ascii", errors="replace") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("Tgid:"))


def _open_link(link: str) -> int:
    try:
        return os.open(link, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        raise NotHere(str(error)) from error


def _real(opened: int, info: os.stat_result) -> str:
    real = os.readlink(f"/proc/self/fd/{opened}")
    return real.removesuffix(_DELETED) if info.st_nlink == 0 else real


_PROC = os.stat("/proc").st_dev if os.path.isdir("/proc") else -1
