"""Held calls that open files or run programs."""

import errno
import fcntl
import os
import stat
from dataclasses import dataclass

from . import devices, places
from .linux import AT_EMPTY_PATH, AT_FDCWD, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, openat2
from .notify import Memory
from .places import Entry, NotHere, Thing
from .plans import Act, Answer, Fail, Plan, Proceed, Scene
from .verdicts import Verdict

_O_TMPFILE = 0o20000000
_O_PATH = 0o10000000
_KEPT = ~(os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)
_AT_NOFOLLOW = 0x100
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


@dataclass(frozen=True)
class _Open:
    """The arguments of an open, whichever call it came by."""

    folder: int
    path: bytes
    flags: int
    mode: int

    @property
    def writes(self) -> bool:
        return bool(self.flags & os.O_ACCMODE or self.flags & os.O_TRUNC)

    @property
    def follows(self) -> bool:
        exclusive = self.flags & os.O_CREAT and self.flags & os.O_EXCL
        return not (self.flags & os.O_NOFOLLOW or exclusive)

    @property
    def inherited(self) -> bool:
        return not self.flags & os.O_CLOEXEC


def plan_open(scene: Scene, memory: Memory) -> Plan:
    """For open, creat and openat."""
    wanted = _arguments(scene, memory)
    if wanted.flags & _O_PATH:
        return Proceed()  # that gives no rights
    if not wanted.writes and not wanted.flags & os.O_CREAT and scene.judge.plainly("read", os.fsdecode(wanted.path)):
        return Proceed()
    thread = scene.held.thread
    try:
        there = places.thing(thread, wanted.folder, wanted.path, follow=wanted.follows)
    except FileNotFoundError:
        return _create(scene, wanted) if wanted.flags & os.O_CREAT else Proceed()
    except NotHere:
        return Proceed()
    return _reach(scene, wanted, there)


def plan_exec(scene: Scene, memory: Memory) -> Plan:
    """For execve and execveat: a program outside cannot be handed over, only be allowed for the next time."""
    held = scene.held
    folder, place, flags = (AT_FDCWD, 0, 0) if held.name == "execve" else (held.signed(0), 1, held.low(4))
    path = memory.text(held.arguments[place])
    if not path and flags & AT_EMPTY_PATH:
        return Proceed()
    if scene.judge.plainly("execute", os.fsdecode(path)):
        return Proceed()
    try:
        there = places.thing(held.thread, folder, path, follow=not flags & _AT_NOFOLLOW)
    except (FileNotFoundError, NotHere):
        return Proceed()
    verdict = scene.judge.file("execute", there.real)
    impossible = not stat.S_ISREG(there.info.st_mode) or not os.access(there.link, os.X_OK)
    if verdict is Verdict.KERNEL or impossible or places.on_proc(there.info):
        there.close()
        return Proceed()
    need = ("execute", there.real)
    if verdict is Verdict.OURSELVES:
        there.close()
        return Fail(errno.EACCES, need)
    return Act(_not_now, [there], [need], [there.real])


def _not_now() -> Answer:
    raise PermissionError(errno.EACCES, "allowed from the next command on")


def _arguments(scene: Scene, memory: Memory) -> _Open:
    held = scene.held
    match held.name:
        case "open":
            return _Open(AT_FDCWD, memory.text(held.arguments[0]), held.low(1), held.low(2) & 0o7777)
        case "creat":
            flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
            return _Open(AT_FDCWD, memory.text(held.arguments[0]), flags, held.low(1) & 0o7777)
        case _:
            return _Open(held.signed(0), memory.text(held.arguments[1]), held.low(2), held.low(3) & 0o7777)


def _reach(scene: Scene, wanted: _Open, there: Thing) -> Plan:
    """A plan for opening what is there."""
    operation = "write" if wanted.writes else "read"
    verdict = scene.judge.file(operation, there.real)
    if verdict is Verdict.OURSELVES and devices.is_terminal(there.real) and devices.is_ours(there.real):
        return Act(lambda: Answer(os.open(there.link, wanted.flags & _KEPT | os.O_NOCTTY), wanted.inherited), [there])
    if verdict is Verdict.KERNEL or _the_kernel_says_no(wanted, there):
        there.close()
        return Proceed()
    if wanted.flags & _O_TMPFILE == _O_TMPFILE:
        there.close()
        return Fail(errno.EOPNOTSUPP)  # programs make a named file then

    stand_in = None
    if verdict is Verdict.OUTSIDE and not wanted.writes and there.real not in scene.granted:
        stand_in = scene.judge.stand_ins.get(there.real)

    def do() -> Answer:
        if stand_in is not None:
            return Answer(_sealed(stand_in), wanted.inherited)
        # by the descriptor that was judged: no name is looked up again
        flags = wanted.flags & _KEPT | os.O_CLOEXEC | os.O_NOCTTY
        return Answer(os.open(there.link, flags), wanted.inherited)

    if verdict is Verdict.OURSELVES or stand_in is not None:
        return Act(do, [there])
    if not there.folder and not stat.S_ISREG(there.info.st_mode):
        there.close()
        return Proceed()
    opened = [there.real] if there.folder else []
    return Act(do, [there], [(operation, there.real)], opened)


def _sealed(text: str) -> int:
    """A file of its own that has this text and that nobody can change, opened for reading."""
    made = os.memfd_create("stand-in", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.write(made, text.encode())
        fcntl.fcntl(made, fcntl.F_ADD_SEALS, _SEALS)
        return os.open(f"/proc/self/fd/{made}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(made)


def _the_kernel_says_no(wanted: _Open, there: Thing) -> bool:
    """Whether this open fails anyway, or would open something that is never given from outside."""
    mode = there.info.st_mode
    if not there.plain or places.on_proc(there.info):
        return True
    if wanted.flags & os.O_CREAT and wanted.flags & os.O_EXCL:
        return True
    if stat.S_ISDIR(mode) and (wanted.writes or wanted.flags & os.O_CREAT) and wanted.flags & _O_TMPFILE != _O_TMPFILE:
        return True
    if wanted.flags & os.O_DIRECTORY and not stat.S_ISDIR(mode):
        return True
    access = {os.O_RDONLY: os.R_OK, os.O_WRONLY: os.W_OK}.get(wanted.flags & os.O_ACCMODE, os.R_OK | os.W_OK)
    if wanted.flags & os.O_TRUNC:
        access |= os.W_OK
    return not os.access(there.link, access)


def _create(scene: Scene, wanted: _Open) -> Plan:
    """A plan for opening what is to be made."""
    try:
        place = places.entry(scene.held.thread, wanted.folder, wanted.path)
    except (FileNotFoundError, NotHere):
        return Proceed()
    verdict = scene.judge.entry(place.parent.real, place.real)
    # a link that leads nowhere: Landlock judges what would be made at its other end
    if verdict is Verdict.KERNEL or place.info is not None or _unwritable(place):
        place.close()
        return Proceed()
    thread = scene.held.thread

    def do() -> Answer:
        flags = wanted.flags | os.O_CREAT | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK
        mode = wanted.mode & ~places.creation_mask(thread)
        resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
        made = openat2(place.parent.file, place.name, flags, resolve, mode)
        if not stat.S_ISREG(os.fstat(made).st_mode):  # somebody else made something there meanwhile
            os.close(made)
            raise PermissionError(errno.EACCES, place.real)
        os.set_blocking(made, True)
        return Answer(made, wanted.inherited)

    needs = [("write", place.real)] if verdict is Verdict.OUTSIDE else []
    return Act(do, [place], needs)


def _unwritable(place: Entry) -> bool:
    return places.on_proc(place.parent.info) or not os.access(place.parent.link, os.W_OK | os.X_OK)
