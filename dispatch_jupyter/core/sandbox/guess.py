"""What a command was denied, guessed from what it printed: where the kernel confines and nobody can hold calls."""

import os
import re
from collections.abc import Iterable

from ..protocol.parts import Operation
from .types import Denial, Rules

MOST = 50
_REFUSAL = re.compile(r"permission denied|eacces|operation not permitted|errno 13|read-only file system", re.IGNORECASE)
_PATH = re.compile(r"""(?:(?<=["'`(\s:=])|^)(/[^\s"'`:;,()<>|*?]+)""")
_WRITES = re.compile(
    r"cannot (create|touch|remove|move|make|write|open .* for writing)|creating|writing|mkdir|unlink|rename|rm:|tee:"
    r"|'[wax]b?\+?'",
    re.IGNORECASE,
)


def guess(rules: Rules, printed: str) -> tuple[Denial, ...]:
    """Paths outside the rules in lines that tell of a refusal. A program that keeps it to itself is not noticed.

    Blocks: it looks which of them are there.
    """
    found: dict[tuple[Operation, str], Denial] = {}
    for line in printed.splitlines():
        if not _REFUSAL.search(line):
            continue
        for path in _PATH.findall(line):
            real = os.path.realpath(path) if os.path.lexists(path.rpartition("/")[0] or "/") else ""
            operation: Operation = "write" if _WRITES.search(line) else "read"
            if real and not _covered(rules, operation, real) and len(found) < MOST:
                found[operation, real] = Denial(operation, real, asked=False)
    return tuple(found.values())


def _covered(rules: Rules, operation: Operation, path: str) -> bool:
    allowed = rules.write if operation == "write" else (*rules.write, *rules.execute, *rules.read)
    return _longest(allowed, path) > _longest(rules.hidden, path)


def _longest(roots: Iterable[str], path: str) -> int:
    return max((len(root.rstrip("/")) for root in roots if (path + "/").startswith(root.rstrip("/") + "/")), default=-1)
