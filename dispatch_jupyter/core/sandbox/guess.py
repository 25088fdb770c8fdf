"""What a command was denied, as far as what it printed tells. Anybody may print anything: it is no more than a hint."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ..protocol.parts import Operation
from .types import Denial, Rules

MOST = 50
MOST_LINES = 200
"""That tell of a refusal and are looked at."""
MOST_CHARS = 2_000
"""Of a line."""
MOST_NAMES = 8
"""That a line without quotes may mean: names have spaces."""
CODE_LINES = 4
"""Before Python's error, in which the call stands."""

Wanted = tuple[Operation, str]
"""What was wanted, and the real path of what it was wanted of."""

_DENIED = re.compile("permission denied", re.IGNORECASE)
_BEFORE = r"(?: for (?:reading|writing))?(?:: cannot \w+)?(?:: | \()permission denied"
_QUOTED = re.compile(rf"""["'`\u2018](/[^"'`\u2018\u2019\0]+)["'`\u2019]{_BEFORE}""", re.IGNORECASE)
"""`rm: cannot remove '/x': Permission denied`"""
_PLAIN = re.compile(_BEFORE, re.IGNORECASE)
"""`cat: /x: Permission denied`, `open /x: permission denied`"""
_AFTER = re.compile(r"permission denied(?:: |, \w+ | @ \w+ - )(?:([\"'])(/[^\0]+?)\1|(/[^\0]+))", re.IGNORECASE)
"""`PermissionError: [Errno 13] Permission denied: '/x'`, `EACCES: permission denied, open '/x'`"""
_WRITES = re.compile(
    r"cannot (create|touch|make)|failed to create|for writing|\b(creating|writing|mkdir|tee)\b"
    r"|\b(write_text|write_bytes|touch|mkdir|makedirs)\(|open\([^()]*['\"][wax]b?\+?['\"]",
    re.IGNORECASE,
)
_UNNAMES = re.compile(
    r"cannot (remove|move|unlink)|\b(unlink|rename|rmdir|rm:|mv:)|\b(os\.(remove|replace)|shutil\.(move|rmtree))\(",
    re.IGNORECASE,
)
_OF_SHELL = re.compile(r"[^:]+: (line )?\d+: /")
_OF_PYTHON = re.compile(r"PermissionError: ")


@dataclass(frozen=True, slots=True)
class _Refusal:
    line: str
    """With what was said before it, where that tells what was wanted."""
    path: str
    """Real; it is there, or its folder is."""
    folder: str
    """The one that the name is in, real: a link leads elsewhere, and is removed where it is."""
    vague: bool
    """The line does not tell what was wanted: a shell says the same of a program and of both kinds of redirect, Python
    and Node of whatever is done with a file."""


def blamed(printed: str) -> set[str]:
    """Real paths that it says were denied. Blocks: it looks which of them are there."""
    return {refusal.path for refusal in _refusals(printed)}


def guess(rules: Rules, printed: str) -> tuple[Denial, ...]:
    """What a command was denied outside its rules, where nobody could hold its calls. What keeps it to itself is not
    noticed.

    Of a name that could not be made or removed it is the folder: Landlock knows no less. Blocks, as `blamed`.
    """
    wanted = (_wanted(rules, refusal) for refusal in _refusals(printed))
    outside = dict.fromkeys(key for key in wanted if key)
    return tuple(Denial(operation, path, asked=False, guessed=True) for operation, path in islice(outside, MOST))


def _refusals(printed: str) -> Iterator[_Refusal]:
    lines = [line[:MOST_CHARS] for line in printed.splitlines()]
    told = [place for place, line in enumerate(lines) if _DENIED.search(line)]
    for place in told[:MOST_LINES]:
        line = lines[place]
        if path := _named(line):
            of_python, of_node = _OF_PYTHON.match(line) is not None, "EACCES" in line
            said = "\n".join(lines[max(0, place - CODE_LINES) : place + 1]) if of_python else line
            folder = os.path.realpath(path.rpartition("/")[0] or "/")
            yield _Refusal(
                said, os.path.realpath(path), folder, of_python or of_node or _OF_SHELL.match(line) is not None
            )


def _named(line: str) -> str | None:
    """The path that a line tells was denied."""
    if found := _QUOTED.search(line) or _AFTER.search(line):
        names = [next(name for name in reversed(found.groups()) if name)]
    elif found := _PLAIN.search(line):
        said = re.split(r"[:\0]", line[: found.start()])[-1]
        starts = [start.start() for start in re.finditer(r"(?:(?<=[\s=(])|^)/", said)]
        names = [said[start:] for start in starts[-MOST_NAMES:]]
    else:
        return None
    there = (name for name in names if os.path.lexists(name))
    new = (name for name in reversed(names) if os.path.lexists(name.rpartition("/")[0] or "/"))
    return next(there, None) or next(new, None)


def _wanted(rules: Rules, refusal: _Refusal) -> Wanted | None:
    """What was wanted of what: the least it may have been, and more where that is allowed and was refused all the same.
    None where nothing outside the rules explains it, or the disk itself refuses.
    """
    path = refusal.path
    write: Wanted = ("write", path)
    entry: Wanted = ("write", refusal.folder)
    steps: list[Wanted]
    if not os.path.lexists(path) or _UNNAMES.search(refusal.line):
        steps = [entry]
    elif _WRITES.search(refusal.line):
        steps = [write, entry]
    else:
        runs = refusal.vague and _is_program(path)
        steps = [("execute" if runs else "read", path), *([write, entry] if refusal.vague else [])]
    wanted = next((step for step in steps if not _covered(rules, *step)), None)
    return wanted if wanted and os.access(wanted[1], _MODES[wanted[0]]) else None


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)  # noqa: PTH113 - it never fails


_MODES: dict[Operation, int] = {"read": os.R_OK, "write": os.W_OK, "execute": os.X_OK}


def _covered(rules: Rules, operation: Operation, path: str) -> bool:
    allowed = {
        "read": (*rules.write, *rules.execute, *rules.read),
        "execute": (*rules.write, *rules.execute),
        "write": rules.write,
    }[operation]
    longest = _longest(allowed, path)
    return longest >= 0 and longest >= _longest(rules.hidden, path)


def _longest(roots: Iterable[str], path: str) -> int:
    return max((len(root.rstrip("/")) for root in roots if (path + "/").startswith(root.rstrip("/") + "/")), default=-1)
