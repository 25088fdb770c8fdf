"""Held system calls: seccomp's user notifications, as the kernel has them."""

import errno
import fcntl
import os
import select
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from .syscalls import NAMES

_RECEIVE = 0xC0502100
_SEND = 0xC0182101
_STILL_HELD = 0x40082102
_ADD_FILE = 0x40182103
_SET_FLAGS = 0x40082104
_CONTINUE = 1
_ADD_AND_ANSWER = 2
_SYNC_WAKE_UP = 1
_RESTART = 512
"""ERESTARTSYS, which a program never sees."""
_NOTIFICATION = struct.Struct("QIIiIQ6Q")
_PATH_MAX = 4096


@dataclass(frozen=True)
class Held:
    """A system call that waits for an answer."""

    id: int
    thread: int
    """Its id as this process sees it; 0 where it cannot be seen."""
    name: str
    arguments: tuple[int, ...]
    """Six, unsigned, 64 bits."""

    def signed(self, argument: int) -> int:
        """A C int."""
        value = self.arguments[argument] & 0xFFFFFFFF
        return value - (1 << 32) if value >> 31 else value

    def low(self, argument: int) -> int:
        """A C unsigned int."""
        return self.arguments[argument] & 0xFFFFFFFF


def prepare(listener: int) -> None:
    """Ask the kernel to switch straight between the two processes (Linux 6.6)."""
    try:
        fcntl.ioctl(listener, _SET_FLAGS, _SYNC_WAKE_UP)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTTY):
            raise


def receive(listener: int, timeout: float | None = None) -> Held | None:
    """The next held call; None where its process died meanwhile or the time (seconds) is up. Raises OSError."""
    if timeout is not None:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        if not poll.poll(timeout * 1000):
            return None
    buffer = bytearray(_NOTIFICATION.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, buffer)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINTR):
            return None
        raise
    number, thread, _, call, _, _, *arguments = _NOTIFICATION.unpack(buffer)
    return Held(number, thread, NAMES.get(call, ""), tuple(arguments))


def still_held(listener: int, held: Held) -> bool:
    """Whether the process still waits: only then is `held.thread` surely the one that was heard of."""
    try:
        fcntl.ioctl(listener, _STILL_HELD, struct.pack("Q", held.id))
    except OSError:
        return False
    return True


def proceed(listener: int, held: Held) -> None:
    """Let the kernel make the call. Whatever the process has put into its arguments by now is what counts: only for
    calls that something else confines.
    """
    _send(listener, struct.pack("QqiI", held.id, 0, 0, _CONTINUE))


def fail(listener: int, held: Held, error: int) -> None:
    """The call fails with this errno."""
    _send(listener, struct.pack("QqiI", held.id, 0, -error, 0))


def interrupt(listener: int, held: Held) -> None:
    """A signal is to be seen to; whether the call is then made again is said by how it is handled."""
    _send(listener, struct.pack("QqiI", held.id, 0, -_RESTART, 0))


def succeed(listener: int, held: Held, value: int) -> None:
    """The call was made by somebody else and returns this."""
    _send(listener, struct.pack("QqiI", held.id, value, 0, 0))


def hand_over(listener: int, held: Held, file: int, *, inherited: bool) -> None:
    """The call returns a descriptor of this open file."""
    flags = 0 if inherited else os.O_CLOEXEC
    try:
        fcntl.ioctl(listener, _ADD_FILE, struct.pack("QIIII", held.id, _ADD_AND_ANSWER, file, 0, flags))
    except OSError as error:
        if error.errno == errno.ENOENT:
            return
        # it has no room for another file
        fail(listener, held, error.errno or errno.EMFILE)


class Memory:
    """The memory of a held process, to be read once: other threads of it may write what they like in between."""

    def __init__(self, thread: int) -> None:
        self._file = os.open(f"/proc/{thread}/mem", os.O_RDONLY | os.O_CLOEXEC)

    def text(self, address: int) -> bytes:
        """A string up to its NUL. Raises OSError: EFAULT, ENAMETOOLONG."""
        found = b""
        while len(found) < _PATH_MAX:
            # not across the end of a page: the next one may not be there
            place = address + len(found)
            part = self.bytes(place, min(256, 4096 - (place & 4095)))
            end = part.find(b"\0")
            if end >= 0:
                return found + part[:end]
            found += part
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))

    def bytes(self, address: int, size: int) -> bytes:
        """Exactly so many. Raises OSError EFAULT."""
        try:
            found = os.pread(self._file, size, address)
        except (OSError, OverflowError, ValueError) as error:
            raise OSError(errno.EFAULT, os.strerror(errno.EFAULT)) from error
        if len(found) < size:
            raise OSError(errno.EFAULT, os.strerror(errno.EFAULT))
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        os.close(self._file)


def _send(listener: int, response: bytes) -> None:
    try:
        fcntl.ioctl(listener, _SEND, response)
    except OSError as error:
        if error.errno != errno.ENOENT:  # the process is gone
            raise
