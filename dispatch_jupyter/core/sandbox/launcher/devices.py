"""Devices in folders that all programs of a user share: pseudo-terminals and shared memory.

A command may have its own, and none of the person's: it could read what is typed there, or change what a kernel
computes with. Landlock knows folders only. So where calls are held no rule covers these folders but for what a person
gave leave for, and the supervisor opens what is the command's. Where none are, the folder of the terminals is allowed
as long as nobody has one, and that of shared memory always: much needs it.
"""
# ruff: noqa: PTH115, PTH123, PTH208

import os
import re
from contextlib import suppress

from . import trees

TERMINALS = "/dev/pts"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 — that is where it is
_MULTIPLEXERS = ("/dev/ptmx", "/dev/pts/ptmx")
_INDEX = re.compile(r"^tty-index:\s*(\d+)$", re.MULTILINE)


def withheld(path: str, *, live: bool) -> bool:
    """Whether Landlock is not to allow a folder that the rules allow."""
    return path.rstrip("/") == TERMINALS and (live or any(name.isdigit() for name in _names(TERMINALS)))


def of_others() -> list[str]:
    """Shared memory there is already: none of the command that is about to start. All of it, where nobody can tell."""
    try:
        return [f"{SHARED_MEMORY}/{name}" for name in os.listdir(SHARED_MEMORY)]
    except FileNotFoundError:
        return []
    except OSError:
        return [SHARED_MEMORY]


def is_shared_memory(real: str) -> bool:
    """The folder itself, which everybody may list, or anything in it."""
    return real == SHARED_MEMORY or real.startswith(f"{SHARED_MEMORY}/")


def is_terminal(real: str) -> bool:
    folder, _, name = real.rpartition("/")
    return folder == TERMINALS and name.isdigit()


def is_ours(real: str) -> bool:
    """Whether a process of this command holds the other end. Looks through all their files."""
    index = int(real.rpartition("/")[2])
    return any(index in _held_by(process) for process in trees.descendants())


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _held_by(process: int) -> set[int]:
    found = set()
    with suppress(OSError):  # it ended meanwhile
        for number in os.listdir(f"/proc/{process}/fd"):
            with suppress(OSError):
                if os.readlink(f"/proc/{process}/fd/{number}") in _MULTIPLEXERS:
                    with open(f"/proc/{process}/fdinfo/{number}", encoding="ascii") as info:
                        found |= {int(index) for index in _INDEX.findall(info.read())}
    return found
