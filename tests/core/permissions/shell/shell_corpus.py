"""The corpus of commands: how its files are read, and how a scan is scored against them.

`$ command` begins a case, `> more` continues its text. Below stand the paths outside the project it would touch, `r`,
`w` or `x` before each, and `?` where a word must be uncertain. A case with nothing below it is harmless.
"""

import posixpath
from dataclasses import dataclass, field
from pathlib import Path

from dispatch_jupyter.core.permissions.shell.scan import Scan, scan

HERE = Path(__file__).parent
HOME = "/home/u"
PROJECT = "/home/u/proj"
TMPDIR = "/run/agent-tmp"
ENVIRON = {"HOME": HOME, "USER": "u", "PATH": "/usr/local/bin:/usr/bin:/bin", "SHELL": "/bin/bash", "TMPDIR": TMPDIR}
PROGRAMS = ("/usr", "/bin", "/sbin", "/lib")
FILES = [
    "corpus.txt",
    "held_out.txt",
    "held_out_again.txt",
    "held_out_third.txt",
    "held_out_fourth.txt",
    "held_out_fifth.txt",
    "held_out_sixth.txt",
    "held_out_seventh.txt",
    "held_out_eighth.txt",
    "held_out_shell.txt",
    "held_out_last.txt",
    "hidden_ways.txt",
    "hidden_ways_again.txt",
    "hidden_ways_third.txt",
    "everyday.txt",
    "everyday_again.txt",
    "unseen_mixed.txt",
    "unseen_everyday.txt",
    "unseen_tricks.txt",
    "harmless_tools.txt",
    "harmless_tools_again.txt",
    "harmless_tools_last.txt",
]
OPERATIONS = {"r": "read", "w": "write", "x": "execute"}


@dataclass
class Case:
    """A command and what it would touch outside."""

    command: str
    expected: list[tuple[str, str]] = field(default_factory=list)
    uncertain: bool = False

    @property
    def harmless(self) -> bool:
        return not self.expected and not self.uncertain


@dataclass
class Score:
    """Counts over a corpus, with the cases that went wrong."""

    wanted: int = 0
    missed: list[str] = field(default_factory=list)
    other_operation: list[str] = field(default_factory=list)
    harmless: int = 0
    false: list[str] = field(default_factory=list)
    opaque: int = 0
    not_doubted: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def found_rate(self) -> float:
        return 1 - len(self.missed) / max(self.wanted, 1)

    @property
    def false_rate(self) -> float:
        return len(self.false) / max(self.harmless, 1)


def load(name: str) -> list[Case]:
    """The cases of one file."""
    cases: list[Case] = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            cases.append(Case(line[2:]))
        elif line.startswith(">"):
            cases[-1].command += "\n" + line[2:]
        elif line.startswith("?"):
            cases[-1].uncertain = True
        elif line[:2] in ("r ", "w ", "x "):
            cases[-1].expected.append((OPERATIONS[line[0]], line[2:]))
        elif line and not line.startswith("#"):
            raise ValueError(line)
    return cases


def outside(found: Scan) -> list[tuple[str, str]]:
    """What lies outside, `..` taken off as where there are no links; programs of the system may run."""
    out = []
    for mention in found.mentions:
        path = posixpath.normpath(mention.path)
        if any(path == place or path.startswith(place + "/") for place in (PROJECT, TMPDIR)):
            continue
        if mention.operation == "execute" and path.startswith(PROGRAMS):
            continue
        out.append((mention.operation, path))
    return out


def score(cases: list[Case]) -> Score:
    """Scan every case."""
    total = Score()
    for case in cases:
        result = scan(case.command, PROJECT, ENVIRON)
        reached = outside(result)
        if case.harmless:
            total.harmless += 1
            if reached or result.uncertain or result.error:
                doubts = [case.command[a:b] for a, b in result.uncertain]
                total.false.append(f"{case.command}\n      {reached} {doubts} {result.error}")
            continue
        total.opaque += case.uncertain
        if case.uncertain and not result.uncertain:
            total.not_doubted.append(case.command)
        _compare(case, reached, total)
    return total


def _compare(case: Case, reached: list[tuple[str, str]], total: Score) -> None:
    paths = [path for _, path in reached]
    for operation, path in case.expected:
        total.wanted += 1
        if path not in paths:
            total.missed.append(f"{case.command}\n      wanted {operation} {path}, got {reached}")
        elif (operation, path) not in reached:
            total.other_operation.append(f"{case.command}\n      wanted {operation} {path}, got {reached}")
    for operation, path in reached:
        if path not in [wanted for _, wanted in case.expected]:
            total.extra.append(f"{case.command}\n      {operation} {path}")
