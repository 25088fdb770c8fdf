"""Ending a whole tree of processes, whatever they do about it.

The process that calls this must be a subreaper: then no descendant can leave its tree, not by starting a session of its
own and not by losing its parent. They are stopped before they are killed, so that none can start another meanwhile.
"""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH110, PTH123, PTH208

import os
import signal
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from . import landlock, linux

SECONDS = 5.0
_PAUSE = 0.002
_AT_ONCE = 1000


def enclose(version: int) -> bool:
    """From now on this process can send signals to its descendants alone. True if so: `everybody` is then right for
    `end_all`. It takes a version of Landlock that confines signals.
    """
    if version < landlock.ABI_SCOPES:
        return False
    parent = os.getppid()
    with suppress(PermissionError, ProcessLookupError):
        os.kill(parent, 0)
        rules = landlock.signals_ruleset(version)
        try:
            linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
            landlock.restrict(rules)
        finally:
            os.close(rules)
        # what was allowed just now and is not any more: nothing else can be the reason
        try:
            os.kill(parent, 0)
        except PermissionError:
            return True
    return False


def end_all(
    reaped: Callable[[int, int], None],
    *,
    everybody: bool = False,
    but: Collection[int] = (),
    seconds: float = SECONDS,
) -> bool:
    """Kill and reap every descendant. True once none is left; False when the time is up.

    Args:
        reaped: told each child's id and wait status.
        everybody: all that this process can send a signal to are its descendants (`enclose`). Then the kernel kills
            all of them at once, and none can fork meanwhile; else they are looked for, stopped and killed.
        but: children to leave alone, with all below them.
        seconds: how long to try.
    """
    until = time.monotonic() + seconds
    while True:
        if everybody:
            with suppress(ProcessLookupError, PermissionError):  # only zombies are left
                os.kill(-1, signal.SIGKILL)
        reap(reaped, but)
        if not children(os.getpid(), but):
            return True
        if time.monotonic() > until:
            return False
        if everybody:
            time.sleep(_PAUSE)
            continue
        stopped: set[int] = set()
        while new := descendants(but) - stopped:  # one that was being started when its parent was stopped
            _signal(new, signal.SIGSTOP)
            stopped |= new
        _signal(stopped, signal.SIGKILL)
        time.sleep(_PAUSE)


def reap(reaped: Callable[[int, int], None], but: Collection[int] = ()) -> bool:
    """Take note of children that ended, of a thousand at a time: while processes fork and exit there are always more.

    Returns:
        Whether there may be more.
    """
    # -1: any child
    waited = children(os.getpid(), but) if but else [-1] * _AT_ONCE
    for child in waited[:_AT_ONCE]:
        try:
            process, status = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            if not but:
                return False
            continue
        if process:
            reaped(process, status)
        elif not but:
            return False
    return len(waited) >= _AT_ONCE


def descendants(but: Collection[int] = ()) -> set[int]:
    """Everything below this process."""
    found: set[int] = set()
    todo = children(os.getpid(), but)
    while todo:
        process = todo.pop()
        if process not in found:
            found.add(process)
            todo += children(process)
    return found


def children(process: int, but: Collection[int] = ()) -> list[int]:
    """Children of all threads of a process, zombies included."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{process}/task")
        for thread in threads:
            with suppress(FileNotFoundError, ProcessLookupError):  # the thread is gone
                found += _listed(f"/proc/{process}/task/{thread}/children")
    except (FileNotFoundError, ProcessLookupError):
        return []
    except PermissionError:
        found = []
    if not found and not _LISTS:
        found = _by_parent(process)
    return [child for child in found if child not in but]


def _listed(path: str) -> list[int]:
    with open(path, "rb", buffering=0) as names:
        return [int(name) for name in names.read().split()]


def _by_parent(process: int) -> list[int]:
    """Where the kernel keeps no list of children: all processes are asked for their parent."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb", buffering=0) as status:
                # the program's name comes first, in parentheses, and may hold anything
                if int(status.read().rpartition(b")")[2].split()[1]) == process:
                    found.append(int(name))
    return found


def _signal(processes: Collection[int], number: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)


_LISTS = os.path.exists("/proc/self/task/" + str(os.getpid()) + "/children")
"""Whether the kernel lists children (CONFIG_PROC_CHILDREN)."""
