"""Held signals, where Landlock is too old to confine them, and scheduling: only of processes of the same command."""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH208

import errno
import os

from . import trees
from .filters import SCHEDULING
from .notify import Held
from .plans import Fail, Plan, Proceed

_EVERYBODY = -1


def plan_signal(held: Held) -> Plan:
    """For kill, tgkill and their like. A signal to a group is one to all its members."""
    if held.name == "pidfd_send_signal":
        return Fail(errno.EPERM)  # what it refers to is not told
    one_thread = held.name == "tkill" or held.name in SCHEDULING
    targets = [held.signed(0)] if one_thread else _targets(held.signed(0))
    ours = trees.descendants()
    threads = {thread for process in ours for thread in _threads(process)}
    allowed = bool(targets) and all(target in ours or target in threads for target in targets)
    return Proceed() if allowed or held.signed(0) == 0 else Fail(errno.EPERM)


def _targets(process: int) -> list[int]:
    if process > 0:
        return [process]
    if process == _EVERYBODY:
        return []
    return [member for member in _all_processes() if _group(member) == -process]


def _group(process: int) -> int:
    try:
        return os.getpgid(process)
    except OSError:
        return 0


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _threads(process: int) -> list[int]:
    try:
        return [int(name) for name in os.listdir(f"/proc/{process}/task")]
    except OSError:
        return []
