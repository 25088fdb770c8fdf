"""How well commands can be confined here, in words."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from ..protocol.commands import SandboxLevel
from .process import start
from .types import Level

_ORDER: tuple[SandboxLevel, ...] = ("none", "parsed only", "kernel", "kernel+live")
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the kernel offers."""

    level: Level
    abi: int
    """Version of Landlock in use; 0 where nothing confines."""

    @property
    def live(self) -> bool:
        return self.level.name == "kernel+live"


def find(sources: Mapping[str, str], at_most: SandboxLevel, most_abi: int | None = None) -> Ground:
    """Probe, in a process of its own. Takes some 50 ms: not for the event loop."""
    if not sys.platform.startswith("linux"):
        return _elsewhere()
    if _rank(at_most) < _rank("kernel"):
        return Ground(Level("parsed only", "The settings ask for no better level. Nothing holds a running command."), 0)
    try:
        found = _probe(sources, most_abi)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Ground(Level("parsed only", f"The kernel could not be probed: {error}. {_UNHELD}"), 0)
    if found["confined"]:
        return Ground(Level("parsed only", f"Commands cannot be confined: {found['confined']}. {_UNHELD}"), 0)
    abi = int(found["abi"])
    if found["live"] or at_most == "kernel":
        why = found["live"] or "the settings ask for no better level"
        return Ground(
            Level("kernel", f"No questions while a command runs: {why}. {_NO_LIVE}{_missing(abi)}", abi >= 4), abi
        )
    return Ground(
        Level("kernel+live", f"Landlock {abi} and held system calls.{_missing(abi, live=True)}", abi >= 4), abi
    )


_UNHELD = "Nothing holds a running command."
_NO_LIVE = (
    "Modes, owners and times of outside files can be changed by their owner's commands; folders can be watched; "
    "shared memory in /dev/shm is open."
)


def _probe(sources: Mapping[str, str], most_abi: int | None) -> dict[str, str]:
    ours, process = start(sources, "probe", most_abi)
    with ours:
        try:
            ours.settimeout(_SECONDS)
            answer = ours.recv(1 << 16)
        except TimeoutError:
            process.kill()
            raise
        finally:
            process.wait(_SECONDS)
    if not answer:
        raise OSError(f"the probe ended with status {process.returncode}")
    found: dict[str, str] = json.loads(answer)
    return found


def _missing(abi: int, *, live: bool = False) -> str:
    """What this version of Landlock does not cover."""
    gaps = []
    if abi < 4:
        gaps.append("connections to the server's own ports are not stopped")
    if abi < 5:
        gaps.append("control of devices that may be read is not stopped")
    if abi < 6:
        gaps.append("abstract sockets are stopped by the filter alone")
        if not live:
            gaps.append("signals to processes outside are not stopped")
    return f" Landlock {abi} is old: {'; '.join(gaps)}." if gaps else ""


def _elsewhere() -> Ground:
    if sys.platform == "darwin":
        return Ground(Level("parsed only", "Commands run under sandbox-exec, which is experimental here."), 0)
    return Ground(Level("parsed only", f"This system ({sys.platform}) cannot confine commands. {_UNHELD}"), 0)


def _rank(level: SandboxLevel) -> int:
    return _ORDER.index(level)
