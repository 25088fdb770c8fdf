"""Seccomp filters: small programs the kernel runs before each system call, put together from blocks."""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from .linux import call
from .syscalls import AUDIT_ARCH, MACHINE, NUMBERS

ALLOW = 0x7FFF0000
NOTIFY = 0x7FC00000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000

_LOAD = 0x20
_EQUAL = 0x15
_GREATER_OR_EQUAL = 0x35
_ANY_BIT = 0x45
_AND = 0x54
_RETURN = 0x06

_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_X32_BIT = 0x40000000

_SET_MODE_FILTER = 1
_NEW_LISTENER = 1 << 3
_WAIT_KILLABLE = 1 << 5

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""
Block = list[Instruction]


def fail(error: int) -> int:
    """The verdict "the call fails with this error"."""
    return ERRNO | error


def answer(verdict: int) -> Block:
    return [(_RETURN, 0, 0, verdict)]


def when_equal(values: Iterable[int], block: Block) -> Block:
    """`block` where what is loaded is one of the values."""
    return [step for value in values for step in [(_EQUAL, 0, len(block), value), *block]]


def unless_one_of(values: Iterable[int], block: Block) -> Block:
    """`block` where what is loaded is none of the values."""
    listed = list(values)
    tests = [(_EQUAL, len(listed) - place - 1 + len(block), 0, value) for place, value in enumerate(listed)]
    return [*tests, *block]


def when_any_bit(bits: int, block: Block) -> Block:
    return [(_ANY_BIT, 0, len(block), bits), *block]


def low(argument: int) -> Block:
    """Load the lower half of an argument of the call. Both architectures store it first."""
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument)]


def masked(mask: int) -> Block:
    return [(_AND, 0, 0, mask)]


def on_call(name: str, block: Block) -> Block:
    """`block`, which must end in an answer, for one system call; nothing where this architecture has no such call."""
    if name not in NUMBERS:
        return []
    if len(block) > 255:
        raise ValueError(f"{len(block)} instructions for {name}: a jump reaches 255")
    return [(_EQUAL, 0, len(block), NUMBERS[name]), *block]


def program(blocks: Iterable[Block]) -> Block:
    """A whole filter: calls of other architectures end the process; what no block answers is allowed."""
    start: Block = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, AUDIT_ARCH),
        (_RETURN, 0, 0, KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if MACHINE == "x86_64":
        # the x32 calls have the same architecture and other numbers
        start += [(_GREATER_OR_EQUAL, 0, 1, _X32_BIT), (_RETURN, 0, 0, fail(errno.ENOSYS))]
    return [*start, *(step for block in blocks for step in block), (_RETURN, 0, 0, ALLOW)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def packed(steps: Block) -> bytes:
    """The program as the kernel reads it. Raises struct.error where a jump is too far."""
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def install(code: bytes, *, listen: bool) -> int:
    """Put this process and all its children under a filter, for good.

    Returns:
        The file descriptor where held calls are heard of if `listen`, else 0.

    Raises:
        OSError: the kernel refused.
    """
    buffer = ctypes.create_string_buffer(code, len(code))
    filled = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if not listen:
        return call("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(filled))
    try:
        listener = call("seccomp", _SET_MODE_FILTER, _NEW_LISTENER | _WAIT_KILLABLE, ctypes.byref(filled))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # before Linux 5.19: a signal may interrupt a held call, which is then made again
        listener = call("seccomp", _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(filled))
    os.set_inheritable(listener, False)
    return listener
