"""Held calls that change modes, owners and times. Landlock does not know them: every one is made here.

The kernel is never told to proceed: between the look and the call the process could put something else in place.
"""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH101

import errno
import os
import stat
import struct
from collections.abc import Callable
from dataclasses import dataclass

from . import linux, places
from .linux import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW
from .notify import Held, Memory
from .places import NotHere, Thing
from .plans import Act, Answer, Fail, Plan, Scene
from .verdicts import Verdict

_ANONYMOUS = ("pipe:[", "socket:[", "anon_inode:", "/memfd:")
_OWN_FILES = (b"/proc/self/fd/", b"/dev/fd/")


@dataclass(frozen=True)
class _Change:
    """What a call is about, whichever variant it is."""

    folder: int
    path: bytes | None
    """None: the descriptor `folder` itself."""
    follow: bool
    apply: Callable[[Thing], None]


def plan_metadata(scene: Scene, memory: Memory) -> Plan:
    """For the families of chmod, chown and utimes."""
    change = _change(scene.held, memory)
    try:
        there = _find(scene.held.thread, change)
    except FileNotFoundError:
        return Fail(errno.ENOENT)
    except NotHere as why:
        cause = why.__cause__
        return Fail((cause.errno if isinstance(cause, OSError) and cause.errno else 0) or errno.EACCES)

    def do() -> Answer:
        change.apply(there)
        return Answer()

    need = ("write", there.real)
    if there.real in scene.granted or _is_anonymous(there):
        return Act(do, [there])
    if places.on_proc(there.info) or not there.real.startswith("/"):
        there.close()
        return Fail(errno.EPERM)
    outside = scene.judge.file("write", there.real) is Verdict.OUTSIDE
    # the kernel's own answer, without asking anybody
    if outside and there.info.st_uid != os.geteuid():
        there.close()
        return Fail(errno.EPERM)
    return Act(do, [there], [need] if outside else [])


def _find(thread: int, change: _Change) -> Thing:
    if change.path is None:
        return places.opened_file(thread, change.folder)
    for start in _OWN_FILES:  # how the C library changes what a descriptor is open on
        number = change.path.removeprefix(start)
        if number != change.path and number.isdigit():
            return places.opened_file(thread, int(number))
    return places.thing(thread, change.folder, change.path, follow=change.follow)


def _is_anonymous(there: Thing) -> bool:
    return there.real.startswith(_ANONYMOUS) and not (there.real.startswith("/") and there.info.st_nlink)


def _change(held: Held, memory: Memory) -> _Change:
    """Reads all arguments, once."""
    name = held.name
    if name.startswith(("chmod", "fchmod")):
        return _mode(held, memory)
    if "chown" in name:
        return _owner(held, memory)
    return _times(held, memory)


def _mode(held: Held, memory: Memory) -> _Change:
    flags = 0
    path: bytes | None
    match held.name:
        case "chmod":
            folder, path, mode = AT_FDCWD, _path(memory, held.arguments[0]), held.low(1)
        case "fchmod":
            folder, path, mode = held.signed(0), None, held.low(1)
        case _:
            folder, path, mode = held.signed(0), _path(memory, held.arguments[1]), held.low(2)
            flags = held.low(3) if held.name == "fchmodat2" else 0

    def apply(there: Thing) -> None:
        if stat.S_ISLNK(there.info.st_mode):
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        # a program that runs with the rights of the person's group; the kernel, too, leaves this bit out at times
        withheld = stat.S_ISGID if stat.S_ISREG(there.info.st_mode) else 0
        os.chmod(there.link, mode & 0o7777 & ~withheld)

    return _Change(folder, _or_itself(path, flags), not flags & AT_SYMLINK_NOFOLLOW, apply)


def _owner(held: Held, memory: Memory) -> _Change:
    flags = AT_SYMLINK_NOFOLLOW if held.name == "lchown" else 0
    path: bytes | None
    match held.name:
        case "chown" | "lchown":
            folder, path, place = AT_FDCWD, _path(memory, held.arguments[0]), 1
        case "fchown":
            folder, path, place = held.signed(0), None, 1
        case _:
            folder, path, place = held.signed(0), _path(memory, held.arguments[1]), 2
            flags = held.low(4)
    user, group = held.signed(place), held.signed(place + 1)

    def apply(there: Thing) -> None:
        linux.fchownat(there.file, b"", user, group, AT_EMPTY_PATH)

    return _Change(folder, _or_itself(path, flags), not flags & AT_SYMLINK_NOFOLLOW, apply)


def _times(held: Held, memory: Memory) -> _Change:
    flags = 0
    path: bytes | None
    match held.name:
        case "utime" | "utimes":
            folder, path, place = AT_FDCWD, _path(memory, held.arguments[0]), 1
        case _:
            folder, place = held.signed(0), 2
            path = _path(memory, held.arguments[1]) if held.arguments[1] else None
            flags = held.low(3) if held.name == "utimensat" else 0
    times = _timespecs(held.name, memory, held.arguments[place])

    def apply(there: Thing) -> None:
        if stat.S_ISLNK(there.info.st_mode):
            linux.utimensat(there.file, b"", times, AT_EMPTY_PATH)
        else:
            linux.utimensat(AT_FDCWD, there.link.encode(), times, 0)

    return _Change(folder, _or_itself(path, flags), not flags & AT_SYMLINK_NOFOLLOW, apply)


def _timespecs(name: str, memory: Memory, address: int) -> bytes | None:
    """Two times as utimensat has them; None: now."""
    if not address:
        return None
    if name == "utime":
        accessed, modified = struct.unpack("qq", memory.bytes(address, 16))
        return struct.pack("qqqq", accessed, 0, modified, 0)
    times = memory.bytes(address, 32)
    if name == "utimensat":
        return times
    accessed, micro, modified, micros = struct.unpack("qqqq", times)
    if not (0 <= micro < 1_000_000 and 0 <= micros < 1_000_000):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return struct.pack("qqqq", accessed, micro * 1000, modified, micros * 1000)


def _path(memory: Memory, address: int) -> bytes:
    return memory.text(address)


def _or_itself(path: bytes | None, flags: int) -> bytes | None:
    return None if path == b"" and flags & AT_EMPTY_PATH else path
