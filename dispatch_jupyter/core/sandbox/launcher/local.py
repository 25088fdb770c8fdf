"""Unix sockets: a command makes them where it may write, and connects to those it has made.

What answers at a path is some program's, and none of a command's business unless it is its own (Docker, D-Bus, an ssh
agent, a database somebody runs in the project).
"""

import errno
import os
import socket
import stat
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from . import landlock, places
from .linux import AT_FDCWD
from .places import NotHere, Thing
from .plans import Act, Answer, Plan

if TYPE_CHECKING:
    from .sockets import Taken

MOST_BOUND = 256
"""Sockets of a command that can be connected to."""
_NETLINK_SOCK_DIAG = 4
_HEADER = struct.Struct("=IHHII")
_BY_FAMILY, _REQUEST = 20, 1
_QUESTION = struct.Struct("=BBHIIIII")
_ANSWER = 16
_SHOW_FILE, _FILE = 2, 1
_ANY = 0xFFFFFFFF


class Local:
    """The Unix sockets of one command."""

    def __init__(self, rules: int) -> None:
        """`rules`: the command's, for Landlock."""
        self._rules = rules
        # kept open: no other file gets the same number as long as they are
        self._bound: dict[tuple[int, int], Thing] = {}

    def find(self, thread: int, path: bytes) -> tuple[Thing | None, str]:
        """What a path leads to, if this command has bound it, and its real path. Raises NotHere, FileNotFoundError."""
        there = places.thing(thread, AT_FDCWD, path)
        if (there.info.st_dev, there.info.st_ino) in self._bound:
            return there, there.real
        there.close()
        return None, there.real

    def bind(self, thread: int, own: "Taken", path: bytes, address: bytes) -> Plan:
        """Raises NotHere, FileNotFoundError (no such folder)."""
        # through a magic link it would be another file here than there
        places.entry(thread, AT_FDCWD, path).close()
        start = places.here(places.folder_of(thread))
        mask = places.creation_mask(thread)

        def do() -> Answer:
            self._bind_confined(own, address, start, mask)
            self._remember(own, start, path)
            return Answer()

        return Act(do, [own, start])

    def _bind_confined(self, own: "Taken", address: bytes, start: Thing, mask: int) -> None:
        """In a process that has the command's rules: where the path leads by now, the kernel judges.

        The socket keeps the name it is bound with and tells it to others, so it must be the very name that was given.
        """
        binder = os.fork()
        if not binder:
            error = errno.EACCES
            try:
                os.fchdir(start.file)
                os.umask(mask)
                landlock.restrict(self._rules)
                own.make("bind", address)
                error = 0
            except OSError as why:
                error = why.errno or errno.EACCES
            finally:
                os._exit(error)
        _, status = os.waitpid(binder, 0)
        error = os.waitstatus_to_exitcode(status)
        if error:
            error = error if error > 0 else errno.EACCES
            raise OSError(error, os.strerror(error))

    def _remember(self, own: "Taken", start: Thing, path: bytes) -> None:
        """The file that was made. By now something else may have its name: then nobody connects to it."""
        with suppress(FileNotFoundError, NotHere):
            there = places.thing_from(start.file, path, follow=False)
            if not stat.S_ISSOCK(there.info.st_mode) or _file_of(own.file) != there.info.st_ino & _ANY:
                there.close()
                return
            for key, thing in list(self._bound.items()):
                if not os.fstat(thing.file).st_nlink or len(self._bound) >= MOST_BOUND:
                    self._bound.pop(key).close()
            self._bound[there.info.st_dev, there.info.st_ino] = there


def _file_of(own: int) -> int | None:
    """The inode a socket is bound to (its lower half), as the kernel has it; None where it does not say."""
    question = _QUESTION.pack(socket.AF_UNIX, 0, 0, _ANY, os.fstat(own).st_ino & _ANY, _SHOW_FILE, _ANY, _ANY)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as asking:
            asking.settimeout(1)
            asking.send(_HEADER.pack(_HEADER.size + len(question), _BY_FAMILY, _REQUEST, 0, 0) + question)
            said = asking.recv(4096)
    except OSError:
        return None
    size, kind, *_ = _HEADER.unpack_from(said)
    place = _HEADER.size + _ANSWER
    while kind == _BY_FAMILY and place + 8 <= min(size, len(said)):
        length, name = struct.unpack_from("=HH", said, place)
        if name == _FILE:
            return int(struct.unpack_from("=I", said, place + 4)[0])
        place += max(4, length + 3 & ~3)
    return None
