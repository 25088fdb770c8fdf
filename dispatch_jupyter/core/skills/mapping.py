"""Mapping files: which skills a type of agents gets, a name a line."""

from dataclasses import dataclass
from pathlib import Path

from ..permissions.faults import printable
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope
from .disk import problem

MAX_NAMES = 200
SUFFIX = ".txt"
ORCHESTRATOR = ".o"
ALL = "_all"
"""Instead of a type: every orchestrator, or every subagent. No template can have this name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of a mapping file."""

    name: str
    line: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a mapping file says."""

    wanted: tuple[Wanted, ...] = ()
    error: ErrorInfo | None = None


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping file, its names not looked up yet."""

    scope: SettingsScope
    path: Path
    lines: Lines

    @property
    def orchestrator(self) -> bool:
        return self.path.name.removesuffix(SUFFIX).endswith(ORCHESTRATOR)

    @property
    def agent(self) -> str:
        """The type of agents."""
        return printable(self.path.name.removesuffix(SUFFIX).removesuffix(ORCHESTRATOR))

    @property
    def label(self) -> str:
        """The type as `SkillInfo.agents` has it."""
        return f"{self.agent}{ORCHESTRATOR if self.orchestrator else ''}"


def read_lines(raw: bytes, path: Path) -> Lines:
    """The names in a mapping file. `#` begins a comment where a line or a space is before it."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Lines(error=problem(path, f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8."))
    wanted: list[Wanted] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        name = _without_comment(line).strip().removeprefix("- ").strip()
        if not name:
            continue
        if len(wanted) == MAX_NAMES:
            hint = "Put what belongs together into one skill."
            fault = problem(path, f"more than {MAX_NAMES} names; those from here on are left out", hint, number)
            return Lines(tuple(wanted), fault)
        wanted.append(Wanted(printable(name), number))
    return Lines(tuple(wanted))


def _without_comment(line: str) -> str:
    for index, char in enumerate(line):
        if char == "#" and (index == 0 or line[index - 1].isspace()):
            return line[:index]
    return line
