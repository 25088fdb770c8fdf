"""What a confined command is given and gives back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..protocol.commands import SandboxLevel
from ..protocol.parts import Operation

Ask = Callable[[Operation, str], Awaitable[bool]]
"""May this operation reach this real path, which the rules do not cover? The command waits for the answer."""

OnOutput = Callable[[str], None]
"""More of what the command printed, at most about ten times a second and 32 KiB at once.

Of a flood the middle is left out; the text then says so. stdout and stderr come as one, in their order.
"""


@dataclass(frozen=True, slots=True)
class Level:
    """How well commands can be confined on this machine."""

    name: SandboxLevel
    reason: str
    """Why no better, and what it does not cover; for people."""
    guards_ports: bool = False
    """Whether `Rules.ports` is kept by the kernel."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a command may touch. Absolute real paths; a folder stands for all below it. The rest is denied or asked."""

    write: tuple[str, ...] = ()
    """Read, write and run."""
    execute: tuple[str, ...] = ()
    """Read and run."""
    read: tuple[str, ...] = ()
    """Read."""
    hidden: tuple[str, ...] = ()
    """Denied though they lie inside one of the above; what is also one of the above itself is allowed that, no more."""
    ports: tuple[int, ...] = ()
    """TCP ports that may neither be connected to nor be bound, on any address."""
    stand_ins: tuple[tuple[str, str], ...] = ()
    """Files and what is read in their place, without a question, where no rule covers them (level `kernel+live`)."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A command to be run."""

    argv: tuple[str, ...]
    cwd: Path
    environ: Mapping[str, str]
    """All of it; nothing is inherited."""
    rules: Rules
    spill: Path | None = None
    """Where its whole output goes, as it comes."""
    spill_limit: int = 64 * 1024 * 1024
    """Bytes after which nothing more is written there. It goes on; its output is then only counted."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Something that was denied while a command ran."""

    operation: Operation
    path: str
    asked: bool
    """False: without asking anybody (not at this level, or of a kind that is never asked about)."""
    guessed: bool = False
    """Told from what it printed, which may be somebody else's words."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a command ended. Exactly one of `code` and `signal` is set."""

    code: int | None
    signal: str | None
    """As `SIGKILL`."""
    seconds: float
    """Wall time."""
    output_bytes: int
    """All it printed."""
    spilled_bytes: int
    killed: str | None = None
    """Why it was killed, where Dispatch did it."""
    denials: tuple[Denial, ...] = field(default_factory=tuple)
    """At most 50."""
    granted: tuple[str, ...] = ()
    """Folders that were opened to it while it ran: what it did below them before may have failed."""
