"""Landlock: what a process and all its children may touch, decided once and for all by the process itself.

It only allows, folder by folder: what lies below an allowed folder is allowed. So a hidden folder inside an allowed
one is left out by allowing everything around it (`carved`).
"""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH114, PTH116, PTH118, PTH208

import ctypes
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .linux import AT_FDCWD, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, call, openat2

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
MAKE_CHAR = 1 << 6
MAKE_BLOCK = 1 << 11
REFER = 1 << 13
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15
BIND_TCP = 1 << 0
CONNECT_TCP = 1 << 1
SCOPE_ABSTRACT_SOCKETS = 1 << 0
SCOPE_SIGNALS = 1 << 1

ABI_REFER = 2
ABI_TRUNCATE = 3
ABI_NETWORK = 4
ABI_IOCTL = 5
ABI_SCOPES = 6

READ = READ_FILE | READ_DIR
RUN = READ | EXECUTE
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_CREATE_VERSION = 1
_RULE_PATH = 1
_RULE_PORT = 2


class _Attributes(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class _Path(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class _Port(ctypes.Structure):
    _fields_ = [("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64)]


@dataclass(frozen=True)
class Allowed:
    """One rule: these rights on `path`, and below it."""

    path: str
    rights: int


_MOVING = Allowed("/", REFER)
"""For rules that are not about files: before Linux 6.15 any rules deny moving files from one folder to another, unless
they allow it."""


def abi() -> int:
    """The version of the kernel's interface. Raises OSError where there is none."""
    return call("landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint(_CREATE_VERSION))


def file_rights(version: int) -> int:
    """All rights on files this version knows. What it does not know is not confined."""
    rights = (1 << 13) - 1
    for since, right in ((ABI_REFER, REFER), (ABI_TRUNCATE, TRUNCATE), (ABI_IOCTL, IOCTL_DEV)):
        if version >= since:
            rights |= right
    return rights


def write_rights(version: int) -> int:
    """Everything but making devices."""
    return file_rights(version) & ~(MAKE_CHAR | MAKE_BLOCK)


def carved(path: str, rights: int, hidden: Sequence[str], *, list_parents: bool) -> list[Allowed]:
    """Rules for `rights` on `path` and below it, but for what is hidden in there; itself it may be hidden from others.

    `list_parents` allows the folders on the way to something hidden to be listed; then the names inside the hidden
    folders can be listed too. New entries beside something hidden are covered by no rule.
    """
    inside = [place for place in hidden if place.startswith(path.rstrip("/") + "/")]
    if not inside:
        return [Allowed(path, rights)]
    rules = [Allowed(path, READ_DIR)] if list_parents else []
    try:
        names = os.listdir(path)
    except OSError:
        return rules  # it is not there, or may not be listed: nothing below it is allowed
    things = {identity(place) for place in inside}
    for name in names:
        child = os.path.join(path, name)
        # a link is judged by what it leads to; what is hidden may have another name here as well
        if not os.path.islink(child) and identity(child) not in things:
            rules += carved(child, rights, inside, list_parents=list_parents)
    return rules


def identity(path: str) -> tuple[int, int] | None:
    """What a path names, whatever it is called: device and inode. None where nothing is there."""
    try:
        info = os.stat(path or "/", follow_symlinks=False)
    except OSError:
        return None
    return info.st_dev, info.st_ino


def ruleset(version: int, rules: Iterable[Allowed]) -> int:
    """A file descriptor of rules on files, and of the scopes. Rules on what is not there are left out.

    Raises:
        OSError: the kernel refused.
    """
    scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if version >= ABI_SCOPES else 0
    made = _create(_Attributes(file_rights(version), 0, scopes), version)
    try:
        for rule in rules:
            _allow(made, version, rule)
    except BaseException:
        os.close(made)
        raise
    return made


def ports_ruleset(version: int, denied: Sequence[int]) -> int:
    """A file descriptor of rules that allow every TCP port but `denied`. Takes 0.15 s of CPU.

    Neither may be connected to nor be bound: whoever listens at the server's port on another address is sent its
    cookies by browsers.

    Raises:
        OSError: the kernel refused.
    """
    made = _create(_Attributes(REFER, BIND_TCP | CONNECT_TCP, 0), version)
    forbidden = set(denied)
    try:
        _allow(made, version, _MOVING)
        for port in range(65536):
            if port not in forbidden:
                rule = _Port(BIND_TCP | CONNECT_TCP, port)
                call("landlock_add_rule", made, _RULE_PORT, ctypes.byref(rule), 0)
    except BaseException:
        os.close(made)
        raise
    return made


def signals_ruleset(version: int) -> int:
    """A file descriptor of rules that only keep signals inside: nobody outside can be sent one. Raises OSError."""
    made = _create(_Attributes(REFER, 0, SCOPE_SIGNALS), version)
    try:
        _allow(made, version, _MOVING)
    except BaseException:
        os.close(made)
        raise
    return made


def restrict(rules: int) -> None:
    """Confine this process to a ruleset, for good. It must have given up gaining privileges. Raises OSError."""
    call("landlock_restrict_self", rules, 0)


def _create(attributes: _Attributes, version: int) -> int:
    size = 24 if version >= ABI_SCOPES else 16 if version >= ABI_NETWORK else 8
    made = call("landlock_create_ruleset", ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    os.set_inheritable(made, False)
    return made


def _allow(made: int, version: int, rule: Allowed) -> None:
    try:
        # a link put in the way of an allowed path would allow what it leads to
        place = openat2(AT_FDCWD, os.fsencode(rule.path), os.O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
    except OSError:
        return
    try:
        rights = rule.rights & file_rights(version)
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= ON_FILES
        if rights:
            allowed = _Path(rights, place)
            call("landlock_add_rule", made, _RULE_PATH, ctypes.byref(allowed), 0)
    finally:
        os.close(place)
