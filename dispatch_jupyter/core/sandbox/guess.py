"""What a command was denied, as far as what it printed tells."""

import os
import re
from collections.abc import Iterable
from itertools import islice

from ..protocol.parts import Operation
from .types import Denial, Rules

MOST = 50
_REFUSAL = re.compile(r"permission denied|eacces|operation not permitted|errno 13|read-only file system", re.IGNORECASE)
_SHOWS = re.compile(r"\s*(cat|head|tail|grep|egrep|rg|sed|awk|jq|wc|git)\s[^|;&`$\n]*")
"""One program that shows what is in files, and that would not end well if it had failed."""
_PATH = re.compile(r"""(?:(?<=["'`(\s:=])|^)(/[^\s"'`:;,()<>|*?]+)""")
_WRITES = re.compile(
    r"cannot (create|touch|remove|move|make|write|open .* for writing)|creating|writing|mkdir|unlink|rename|rm:|tee:"
    r"|'[wax]b?\+?'",
    re.IGNORECASE,
)


def blamed(printed: str) -> set[tuple[Operation, str]]:
    """Real paths that lines which tell of a refusal name. Blocks: it looks which of them are there."""
    found: set[tuple[Operation, str]] = set()
    for line in filter(_REFUSAL.search, printed.splitlines()):
        operation: Operation = "write" if _WRITES.search(line) else "read"
        there = (path for path in _PATH.findall(line) if os.path.lexists(path.rpartition("/")[0] or "/"))
        found.update((operation, os.path.realpath(path)) for path in there)
        if len(found) >= MOST:
            break
    return found


def guess(rules: Rules, command: str, printed: str, code: int | None) -> tuple[Denial, ...]:
    """What a command was denied outside its rules, where nobody could hold its calls. What keeps it to itself is not
    noticed. One that ended well may have hidden a failure, piped into another program; or show what others printed.

    Blocks, as `blamed`.
    """
    if code == 0 and _SHOWS.fullmatch(command):
        return ()
    outside = (key for key in sorted(blamed(printed)) if not _covered(rules, *key))
    return tuple(Denial(operation, path, asked=False) for operation, path in islice(outside, MOST))


def _covered(rules: Rules, operation: Operation, path: str) -> bool:
    allowed = rules.write if operation == "write" else (*rules.write, *rules.execute, *rules.read)
    return _longest(allowed, path) > _longest(rules.hidden, path)


def _longest(roots: Iterable[str], path: str) -> int:
    return max((len(root.rstrip("/")) for root in roots if (path + "/").startswith(root.rstrip("/") + "/")), default=-1)
