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
    sockets: bool = False
    """The supervisor makes the calls that give sockets an address: no rules on ports are needed, and commands may have
    Unix sockets of their own."""

    @property
    def live(self) -> bool:
        return self.level.name == "kernel+live"


def find(sources: Mapping[str, str], at_most: SandboxLevel, most_abi: int | None = None) -> Ground:
    """Probe, in a process of its own. Takes some 50 ms: not for the event loop."""
    if not sys.platform.startswith("linux"):
        return _elsewhere()
    if _rank(at_most) < _rank("kernel"):
        return Ground(Level("parsed only", f"The settings ask for no better level. {_UNHELD}"), 0)
    try:
        found = _probe(sources, most_abi)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Ground(Level("parsed only", f"What the kernel can do could not be found out ({error}). {_UNHELD}"), 0)
    if found["confined"]:
        return Ground(Level("parsed only", f"This kernel cannot confine commands: {found['confined']}. {_UNHELD}"), 0)
    abi = int(found["abi"])
    if found["live"] or at_most == "kernel":
        return Ground(Level("kernel", _kernel(abi, found["live"]), abi >= ABI_PORTS), abi)
    sockets = not found["sockets"]
    return Ground(Level("kernel+live", _live(abi, sockets=sockets), sockets or abi >= ABI_PORTS), abi, sockets)


ABI_PORTS, _ABI_DEVICES, _ABI_SIGNALS = 4, 5, 6
_UNHELD = "Nothing stops a command once it runs: only what is recognised in its text is asked about before it starts."


def _live(abi: int, *, sockets: bool) -> str:
    gaps = ["see the command lines of other programs", "talk to other services on this machine and in the network"]
    return (
        f"The kernel confines commands (Landlock {abi}, seccomp), and they wait where a person is asked. "
        f"They can still {_listed([*gaps, *_old(abi, live=True, guarded=sockets)])}."
    )


def _kernel(abi: int, unheld: str) -> str:
    """`unheld`: why calls cannot be held; empty where nobody wants them to be."""
    why = f"this kernel cannot do that: {unheld}" if unheld else "the settings ask for no more"
    gaps = [
        "change modes, owners and times of the user's files anywhere",
        "be told what happens in other folders",
        "use shared memory of other programs",
        "see their command lines",
        "talk to other services on this machine and in the network",
    ]
    return (
        f"The kernel confines commands (Landlock {abi}, seccomp), but what they reach for beyond their rules is denied "
        f"without a question ({why}). They can still {_listed([*gaps, *_old(abi, live=False, guarded=False)])}."
    )


def _old(abi: int, *, live: bool, guarded: bool) -> list[str]:
    """What a newer Landlock would stop. `guarded`: the ports are kept without it."""
    gaps = []
    if abi < ABI_PORTS and not guarded:
        gaps.append("connect to this server if they know its token (Landlock is too old to guard ports)")
    if abi < _ABI_DEVICES:
        gaps.append("control devices that they may read")
    if abi < _ABI_SIGNALS and not live:
        gaps.append("send signals to the user's other programs")
    return gaps


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


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


def _elsewhere() -> Ground:
    if sys.platform == "darwin":
        return Ground(
            Level(
                "parsed only",
                "Commands run under sandbox-exec with rules that were not tried yet. Count on what is asked before.",
            ),
            0,
        )
    return Ground(Level("parsed only", f"This system ({sys.platform}) cannot confine commands. {_UNHELD}"), 0)


def _rank(level: SandboxLevel) -> int:
    return _ORDER.index(level)
