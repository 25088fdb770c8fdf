"""Pseudo-terminals: a command may have its own, and none of the person's, where it could read what is typed.

They all lie in one folder, and Landlock knows folders only. So where calls are held, no rule covers that folder, and
the supervisor opens what belongs to a process of the command. Where none are, it is allowed as long as it is empty.
"""
# ruff: noqa: PTH115, PTH123, PTH208

import os
import re
from contextlib import suppress

from . import trees

FOLDER = "/dev/pts"
_MULTIPLEXERS = ("/dev/ptmx", "/dev/pts/ptmx")
_INDEX = re.compile(r"^tty-index:\s*(\d+)$", re.MULTILINE)


def some_are_open() -> bool:
    """Whether somebody has a terminal now."""
    try:
        return any(name.isdigit() for name in os.listdir(FOLDER))
    except OSError:
        return False


def is_terminal(real: str) -> bool:
    folder, _, name = real.rpartition("/")
    return folder == FOLDER and name.isdigit()


def is_ours(real: str) -> bool:
    """Whether a process of this command holds the other end. Looks through all their files."""
    index = int(real.rpartition("/")[2])
    return any(index in _held_by(process) for process in trees.descendants())


def _held_by(process: int) -> set[int]:
    found = set()
    with suppress(OSError):  # it ended meanwhile
        for number in os.listdir(f"/proc/{process}/fd"):
            with suppress(OSError):
                if os.readlink(f"/proc/{process}/fd/{number}") in _MULTIPLEXERS:
                    with open(f"/proc/{process}/fdinfo/{number}", encoding="ascii") as info:
                        found |= {int(index) for index in _INDEX.findall(info.read())}
    return found
