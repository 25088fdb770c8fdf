"""What this kernel can do, found out by doing it: a process of its own confines itself and is then tested."""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH123, PTH208

import fcntl
import json
import os
import socket
import stat
from collections.abc import Callable

from . import bpf, landlock, linux, notify, places
from .filters import code_for
from .landlock import Allowed
from .syscalls import MACHINE, SUPPORTED

_SECONDS = 5.0
_WORDS = 1000
"""Bytes of what a child says."""
_SILENT = "the test ended without a word"
_PLACE = "/"
"""A folder everybody may list."""


def main(answers: socket.socket, most_abi: int | None) -> None:
    """Sends `{"abi": int, "confined": why not, "live": why not, "sockets": why not}`; empty where it works."""
    found: dict[str, object] = {"abi": 0, "confined": "", "live": "", "sockets": ""}
    try:
        found["abi"] = version = _abi(most_abi)
        found["confined"] = _in_child(lambda: _confines(version))
        if not found["confined"]:
            found["live"], found["sockets"] = _live(version)
    except OSError as error:
        found["confined"] = str(error)
    answers.send(json.dumps(found).encode())


def _abi(most: int | None) -> int:
    if not SUPPORTED:
        raise OSError(f"there is no system call filter for {MACHINE} here")
    try:
        version = landlock.abi()
    except OSError as error:
        raise OSError(f"the kernel has no Landlock ({error.strerror})") from error
    return version if most is None else min(version, most)


def _in_child(test: Callable[[], None]) -> str:
    """Run a test in a child. Returns why it failed, empty where it did not."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(read)
            test()
        except BaseException as error:  # noqa: BLE001 — said by the parent
            os.write(write, (str(error) or repr(error)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as said:
        why = said.read().decode()
    _, status = os.waitpid(child, 0)
    return why if why or status == 0 else f"the test ended with status {status}"


def _confine(version: int, *, live: bool) -> int:
    """As a command is confined. Returns the listener where `live`."""
    linux.give_up_privileges()
    rules = landlock.ruleset(version, [Allowed("/proc", landlock.READ)])
    landlock.restrict(rules)
    os.close(rules)
    return bpf.install(code_for(live=live, abi=version, carved=False, sockets=live), listen=live)


def _confines(version: int) -> None:
    _confine(version, live=False)
    try:
        os.listdir(_PLACE)
    except PermissionError:
        pass
    else:
        raise OSError("Landlock is there and confines nothing")
    try:
        socket.socket(socket.AF_UNIX).close()
    except PermissionError:
        return
    raise OSError("seccomp is there and filters nothing")


def _live(version: int) -> tuple[str, str]:
    """Hold an open, read its path, answer it with a file of one's own; then hold a bind and take its socket."""
    linux.give_up_privileges()  # as a supervisor has
    ours, theirs = socket.socketpair()
    ours.settimeout(_SECONDS)
    child = os.fork()
    if not child:
        _be_held(version, theirs)
    theirs.close()
    try:
        listener = _listener(ours)
        try:
            _answer_once(listener)
            said = ours.recv(_WORDS).decode()
            if said != "ok":
                raise OSError(said.removeprefix("ok") or _SILENT)
            return "", _takes_sockets(listener)
        finally:
            os.close(listener)
    except (OSError, ValueError) as error:
        return f"system calls cannot be held: {error}", "system calls cannot be held"
    finally:
        ours.close()
        os.kill(child, 9)
        os.waitpid(child, 0)


def _listener(ours: socket.socket) -> int:
    """Where the held calls of the child are heard of. Where it has none it says why instead."""
    said, listeners, _, _ = socket.recv_fds(ours, _WORDS, 1)
    if not listeners:
        raise OSError(said.decode() or _SILENT)
    return listeners[0]


def _be_held(version: int, parent: socket.socket) -> None:
    try:
        listener = _confine(version, live=True)
        socket.send_fds(parent, [b"l"], [listener])
        os.close(listener)
        opened = os.open(_PLACE, os.O_RDONLY)
        right = stat.S_ISCHR(os.fstat(opened).st_mode)
        parent.send(b"ok" if right else b"they are not answered as told")
        socket.socket().bind(("127.0.0.1", 0))
    except BaseException as error:  # noqa: BLE001 — said by the parent
        parent.send((str(error) or repr(error)).encode())
    finally:
        os._exit(0)


def _answer_once(listener: int) -> None:
    held = notify.receive(listener, timeout=_SECONDS)
    if held is None:
        raise OSError("no held call was heard of")
    with notify.Memory(held.thread) as memory:
        path = memory.text(held.arguments[0 if held.name == "open" else 1])
    if path != os.fsencode(_PLACE):
        raise OSError("the memory of a held process cannot be read")
    linux.openat2(linux.AT_FDCWD, path, os.O_PATH, linux.RESOLVE_NO_MAGICLINKS)
    opened = os.open(os.devnull, os.O_RDONLY)
    try:
        notify.hand_over(listener, held, opened, inherited=not held.arguments[2] & fcntl.FD_CLOEXEC)
    finally:
        os.close(opened)


def _takes_sockets(listener: int) -> str:
    """Why the supervisor cannot make calls on the sockets of a command; empty where it can."""
    try:
        held = notify.receive(listener, timeout=_SECONDS)
        if held is None or held.name != "bind":
            return "no held call was heard of"
        with socket.socket(fileno=places.taken(held.thread, held.signed(0))) as theirs:
            return "" if theirs.family == socket.AF_INET else "another file was taken from a process"
    except OSError as error:
        return f"sockets cannot be taken from a process: {error}"
