"""What a command was denied, as far as what it printed tells."""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from ..protocol.parts import Operation
from .types import Denial, Rules

MOST = 50
_REFUSAL = re.compile(r"permission denied|eacces|operation not permitted|errno 13|read-only file system", re.IGNORECASE)
_SHOWS = re.compile(r"\s*(cat|head|tail|grep|egrep|rg|sed|awk|jq|wc|git)\s[^|;&`$\n]*")
"""One program that shows what is in files, and that would not end well if it had failed."""
_OF_SHELL = re.compile(r"[^:]+: (line )?\d+: /")
"""A shell says the same of a program and of a redirect; Python of a program and of a file."""
_OF_PYTHON = re.compile(r"PermissionError: ")
_PATH = re.compile(r"""(?:(?<=["'`\u2018(\s:=])|^)(/[^\s"'`\u2019:;,()<>|*?]+)""")
_WRITES = re.compile(
    r"cannot (create|touch|make|write|open .* for writing)|creating|writing|mkdir|tee:|'[wax]b?\+?'", re.IGNORECASE
)
_UNNAMES = re.compile(r"cannot (remove|move|unlink)|unlink|rename|rmdir|rm:|mv:", re.IGNORECASE)


def blamed(printed: str) -> set[str]:
    """Real paths that lines which tell of a refusal name. Blocks: it looks which of them are there."""
    return {path for _, path in islice(_refusals(printed), MOST)}


def guess(rules: Rules, command: str, printed: str, code: int | None) -> tuple[Denial, ...]:
    """What a command was denied outside its rules, where nobody could hold its calls. What keeps it to itself is not
    noticed. One that ended well may have hidden a failure, piped into another program; or show what others printed.

    Of a name that could not be made or removed it is the folder: Landlock knows no less. Blocks, as `blamed`.
    """
    if code == 0 and _SHOWS.fullmatch(command):
        return ()
    wanted = (_wanted(line, path) for line, path in _refusals(printed))
    outside = dict.fromkeys(key for key in wanted if not _covered(rules, *key))
    return tuple(Denial(operation, path, asked=False) for operation, path in islice(outside, MOST))


def _refusals(printed: str) -> Iterator[tuple[str, str]]:
    """Lines that tell of a refusal, each with a real path in it that is there, or could be made there."""
    for line in filter(_REFUSAL.search, printed.splitlines()):
        for path in _PATH.findall(line):
            if os.path.lexists(path.rpartition("/")[0] or "/"):
                yield line, os.path.realpath(path)


def _wanted(line: str, path: str) -> tuple[Operation, str]:
    """What was wanted of what, as far as a line tells; where it does not, leave that is enough for all it may be."""
    if not os.path.lexists(path) or _UNNAMES.search(line):
        return "write", path.rpartition("/")[0] or "/"
    if _WRITES.search(line):
        return "write", path
    of_shell = _OF_SHELL.match(line) is not None
    if (of_shell or _OF_PYTHON.match(line)) and Path(path).is_file() and os.access(path, os.X_OK):
        return "execute", path
    return "write" if of_shell else "read", path


def _covered(rules: Rules, operation: Operation, path: str) -> bool:
    allowed = rules.write if operation == "write" else (*rules.write, *rules.execute, *rules.read)
    return _longest(allowed, path) > _longest(rules.hidden, path)


def _longest(roots: Iterable[str], path: str) -> int:
    return max((len(root.rstrip("/")) for root in roots if (path + "/").startswith(root.rstrip("/") + "/")), default=-1)
