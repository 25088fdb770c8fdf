"""The system calls that Python does not know, over ctypes."""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH123

import ctypes
import os
import struct
from contextlib import suppress

from .syscalls import NUMBERS

PR_SET_PDEATHSIG = 1
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
CAPABILITIES = 64

RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_NO_SYMLINKS = 0x04
AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_SYMLINK_NOFOLLOW = 0x100

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """A system call by its name. Raises OSError."""
    result: int = _libc.syscall(NUMBERS[name], *arguments)
    if result < 0:
        raise _error(name)
    return result


def prctl(option: int, *arguments: int) -> int:
    """Raises OSError."""
    filled = (*arguments, 0, 0, 0, 0)[:4]
    result: int = _libc.prctl(option, *(ctypes.c_ulong(argument) for argument in filled))
    if result < 0:
        raise _error(f"prctl {option}")
    return result


def openat2(folder: int, path: bytes, flags: int, resolve: int, mode: int = 0) -> int:
    """A file descriptor, never inherited. Raises OSError."""
    how = struct.pack("QQQ", flags | os.O_CLOEXEC, mode, resolve)
    return call("openat2", ctypes.c_int(folder), path, how, ctypes.c_size_t(len(how)))


def renameat2(old_folder: int, old: bytes, new_folder: int, new: bytes, flags: int) -> None:
    """Raises OSError."""
    call("renameat2", ctypes.c_int(old_folder), old, ctypes.c_int(new_folder), new, ctypes.c_uint(flags))


def fchownat(folder: int, path: bytes, user: int, group: int, flags: int) -> None:
    """Raises OSError."""
    call("fchownat", ctypes.c_int(folder), path, ctypes.c_int(user), ctypes.c_int(group), ctypes.c_int(flags))


def utimensat(folder: int, path: bytes, times: bytes | None, flags: int) -> None:
    """`times`: two `struct timespec`, None for now. Raises OSError."""
    call("utimensat", ctypes.c_int(folder), path, times, ctypes.c_int(flags))


def give_up_privileges() -> None:
    """No capabilities, and no way to gain any: not by set-user-id programs, not by being root.

    Without this, root reads the environment of any process, the server's keys included.

    Raises:
        OSError: it did not work; nothing may be started then.
    """
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(CAPABILITIES):
        try:
            if prctl(PR_CAPBSET_READ, capability):
                prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            # past the last capability; or not allowed to, and then no_new_privs alone keeps a program from gaining any
            break
    with suppress(OSError):  # a kernel without ambient capabilities
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    call("capset", struct.pack("Ii", CAPABILITY_VERSION_3, 0), bytes(24))
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        fields = dict(line.split(":", 1) for line in status if ":" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        if int(fields.get(name, "0").strip(), 16):
            raise OSError(f"{name} is {fields[name].strip()} after giving up all capabilities")
    if fields.get("NoNewPrivs", "1").strip() != "1":
        raise OSError("no_new_privs was not taken")


def _error(name: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{name}: {os.strerror(number)}")
