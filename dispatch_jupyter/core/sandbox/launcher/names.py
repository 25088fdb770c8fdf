"""Held calls that make, remove or rename names in folders, and `truncate`."""

import errno
import os
import stat
from collections.abc import Callable, Sequence

from . import places
from .linux import AT_FDCWD, renameat2
from .notify import Held, Memory
from .places import Entry, NotHere
from .plans import Act, Answer, Fail, Need, Plan, Proceed, Scene
from .verdicts import Verdict

_AT_REMOVEDIR = 0x200
_AT_SYMLINK_FOLLOW = 0x400
_RENAME_EXCHANGE = 2


def plan_name(scene: Scene, memory: Memory) -> Plan:
    """For mkdir, mknod, rmdir, unlink, rename, link and symlink with all their variants, and truncate."""
    try:
        return _PLANS[scene.held.name](scene, memory)
    except (FileNotFoundError, NotHere):
        return Proceed()


def _make(scene: Scene, memory: Memory) -> Plan:
    """A new folder, pipe or socket."""
    held = scene.held
    at = held.name.endswith("at")
    folder, place = (held.signed(0), 1) if at else (AT_FDCWD, 0)
    mode = held.low(place + 1)
    new = places.entry(held.thread, folder, memory.text(held.arguments[place]))

    def do() -> Answer:
        allowed = mode & 0o7777 & ~places.creation_mask(held.thread)
        if held.name.startswith("mkdir"):
            os.mkdir(new.name, allowed, dir_fd=new.parent.file)
        elif stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFIFO):
            os.mknod(new.name, stat.S_IFMT(mode) | allowed, dir_fd=new.parent.file)
        else:
            raise PermissionError(errno.EACCES, new.real)
        return Answer()

    return _plan(scene, do, [new], there=False)


def _symlink(scene: Scene, memory: Memory) -> Plan:
    held = scene.held
    folder, place = (held.signed(1), 2) if held.name == "symlinkat" else (AT_FDCWD, 1)
    target = memory.text(held.arguments[0])
    new = places.entry(held.thread, folder, memory.text(held.arguments[place]))

    def do() -> Answer:
        os.symlink(target, new.name, dir_fd=new.parent.file)
        return Answer()

    return _plan(scene, do, [new], there=False)


def _remove(scene: Scene, memory: Memory) -> Plan:
    held = scene.held
    at = held.name == "unlinkat"
    folder, place = (held.signed(0), 1) if at else (AT_FDCWD, 0)
    is_folder = held.name == "rmdir" or bool(at and held.low(2) & _AT_REMOVEDIR)
    old = places.entry(held.thread, folder, memory.text(held.arguments[place]))

    def do() -> Answer:
        (os.rmdir if is_folder else os.unlink)(old.name, dir_fd=old.parent.file)
        return Answer()

    return _plan(scene, do, [old], there=True)


def _rename(scene: Scene, memory: Memory) -> Plan:
    held = scene.held
    old, new, place = _two(held, memory)
    flags = held.low(place + 1) if held.name == "renameat2" else 0
    hides = scene.judge.holds_hidden(old.real) or (flags & _RENAME_EXCHANGE and scene.judge.holds_hidden(new.real))
    if hides:
        # elsewhere it would not be hidden any more
        _close([old, new])
        return Fail(errno.EACCES, ("write", old.real))

    def do() -> Answer:
        renameat2(old.parent.file, old.name, new.parent.file, new.name, flags)
        return Answer()

    if old.info is None:
        _close([old, new])
        return Proceed()
    return _plan(scene, do, [old, new], there=None)


def _link(scene: Scene, memory: Memory) -> Plan:
    """A hard link. To what may not be written it is refused as across file systems, and programs copy instead."""
    held = scene.held
    old, new, place = _two(held, memory)
    followed = bool(held.name == "linkat" and held.low(place + 1) & _AT_SYMLINK_FOLLOW)
    source = old.info
    verdict = scene.judge.entry(old.parent.real, old.real)
    linked = source is not None and stat.S_ISLNK(source.st_mode) and followed
    if verdict is not Verdict.OURSELVES and scene.judge.entry(new.parent.real, new.real) is not Verdict.OURSELVES:
        _close([old, new])
        return Proceed()
    if verdict is Verdict.OUTSIDE or source is None or linked or not stat.S_ISREG(source.st_mode):
        _close([old, new])
        return Fail(errno.EXDEV)

    def do() -> Answer:
        os.link(
            old.name, new.name, src_dir_fd=old.parent.file, dst_dir_fd=new.parent.file, follow_symlinks=False
        )  # fmt: skip
        return Answer()

    return _plan(scene, do, [old, new], there=None)


def _truncate(scene: Scene, memory: Memory) -> Plan:
    held = scene.held
    there = places.thing(held.thread, AT_FDCWD, memory.text(held.arguments[0]))
    verdict = scene.judge.file("write", there.real)
    regular = stat.S_ISREG(there.info.st_mode)
    if verdict is Verdict.KERNEL or not regular or not os.access(there.link, os.W_OK):
        there.close()
        return Proceed()
    length = held.arguments[1]
    if length >> 63:  # a negative number
        there.close()
        return Proceed()

    def do() -> Answer:
        os.truncate(there.link, length)
        return Answer()

    return Act(do, [there], [("write", there.real)] if verdict is Verdict.OUTSIDE else [])


def _two(held: Held, memory: Memory) -> tuple[Entry, Entry, int]:
    """The two names of a rename or a link, and the last argument they took."""
    old_folder, old_place, new_folder, new_place = AT_FDCWD, 0, AT_FDCWD, 1
    if held.name not in ("rename", "link"):
        old_folder, old_place, new_folder, new_place = held.signed(0), 1, held.signed(2), 3
    old = places.entry(held.thread, old_folder, memory.text(held.arguments[old_place]))
    try:
        new = places.entry(held.thread, new_folder, memory.text(held.arguments[new_place]))
    except BaseException:
        old.close()
        raise
    return old, new, new_place


def _plan(scene: Scene, do: Callable[[], Answer], entries: Sequence[Entry], *, there: bool | None) -> Plan:
    """`there`: whether the name has to exist for the call to work; None: it does not say."""
    verdicts = {entry.real: scene.judge.entry(entry.parent.real, entry.real) for entry in entries}
    fails = there is not None and any((entry.info is not None) != there for entry in entries)
    if fails or set(verdicts.values()) == {Verdict.KERNEL} or any(map(_unwritable, entries)):
        _close(entries)
        return Proceed()
    needs: list[Need] = [("write", real) for real, verdict in verdicts.items() if verdict is Verdict.OUTSIDE]
    return Act(do, entries, needs)


def _unwritable(entry: Entry) -> bool:
    return places.on_proc(entry.parent.info) or not os.access(entry.parent.link, os.W_OK | os.X_OK)


def _close(entries: Sequence[Entry]) -> None:
    for entry in entries:
        entry.close()


_PLANS: dict[str, Callable[[Scene, Memory], Plan]] = {
    "mkdir": _make,
    "mkdirat": _make,
    "mknod": _make,
    "mknodat": _make,
    "symlink": _symlink,
    "symlinkat": _symlink,
    "rmdir": _remove,
    "unlink": _remove,
    "unlinkat": _remove,
    "rename": _rename,
    "renameat": _rename,
    "renameat2": _rename,
    "link": _link,
    "linkat": _link,
    "truncate": _truncate,
}
