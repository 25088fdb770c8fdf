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

_DENIED = re.compile("permission denied", re.IGNORECASE)
_NAMED = re.compile(
    r"""(?:^|(?<=["'`\u2018(\s:=]))(?P<path>/[^\s"'`\u2019:;,()<>|*?\0]+)["'`\u2019]?"""
    r"(?: for (?:reading|writing))?(?:: cannot \w+)?(?:: | \()permission denied",
    re.IGNORECASE,
)
"""`cat: /x: Permission denied`, `rm: cannot remove '/x': Permission denied`, `open /x: permission denied`."""
_NAMED_AFTER = re.compile(
    r"""permission denied(?:: |, (?P<call>\w+) | @ \w+ - )["']?(?P<path>/[^\s"'`:;,()<>|*?\0]+)""", re.IGNORECASE
)
"""`PermissionError: [Errno 13] Permission denied: '/x'`, `EACCES: permission denied, open '/x'`."""
_WRITES = re.compile(
    r"cannot (create|touch|make)|failed to create|for writing|\b(creating|writing|mkdir|tee)\b", re.IGNORECASE
)
_UNNAMES = re.compile(r"cannot (remove|move|unlink)|\b(unlink|rename|rmdir|rm:|mv:)", re.IGNORECASE)
_OF_SHELL = re.compile(r"[^:]+: (line )?\d+: /")
"""A shell says the same of a program and of both kinds of redirect; Python of a program and of a file."""
_OF_PYTHON = re.compile(r"PermissionError: ")


@dataclass(frozen=True, slots=True)
class _Refusal:
    line: str
    path: str
    """Real; it is there, or its folder is."""

    @property
    def is_there(self) -> bool:
        return os.path.lexists(self.path)

    @property
    def is_program(self) -> bool:
        return os.path.isfile(self.path) and os.access(self.path, os.X_OK)  # noqa: PTH113 - it never fails


def blamed(printed: str) -> set[str]:
    """Real paths that it says were denied. Blocks: it looks which of them are there."""
    return {refusal.path for refusal in _refusals(printed)}


def guess(rules: Rules, printed: str) -> tuple[Denial, ...]:
    """What a command was denied outside its rules, where nobody could hold its calls. What keeps it to itself is not
    noticed.

    Of a name that could not be made or removed it is the folder: Landlock knows no less. Blocks, as `blamed`.
    """
    wanted = (_wanted(rules, refusal) for refusal in _refusals(printed))
    outside = dict.fromkeys(key for key in wanted if not _covered(rules, *key))
    return tuple(Denial(operation, path, asked=False, guessed=True) for operation, path in islice(outside, MOST))


def _refusals(printed: str) -> Iterator[_Refusal]:
    told = (line[:MOST_CHARS] for line in printed.splitlines() if _DENIED.search(line, 0, MOST_CHARS))
    for line in islice(told, MOST_LINES):
        named = _NAMED.search(line) or _NAMED_AFTER.search(line)
        if named and os.path.lexists(named["path"].rpartition("/")[0] or "/"):
            yield _Refusal(line, os.path.realpath(named["path"]))


def _wanted(rules: Rules, refusal: _Refusal) -> tuple[Operation, str]:
    """What was wanted of what, as far as a line tells; where it does not, the least it may have been."""
    line, path = refusal.line, refusal.path
    if not refusal.is_there or _UNNAMES.search(line):
        return "write", path.rpartition("/")[0] or "/"
    if _WRITES.search(line):
        return "write", path
    of_shell = _OF_SHELL.match(line) is not None
    if (of_shell or _OF_PYTHON.match(line)) and refusal.is_program:
        return "execute", path
    # what may be read and was refused all the same was to be written
    return "write" if of_shell and _covered(rules, "read", path) else "read", path


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
