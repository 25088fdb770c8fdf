"""What a failed command was denied, guessed from what it printed: where the sandbox cannot tell."""

import os
import re
from pathlib import Path

from ...permissions.policy import Policy
from ...protocol.records import Operation
from .ansi import plain

_DENIED = re.compile(r"permission denied|operation not permitted|\bEACCES\b|\bEPERM\b|PermissionError", re.IGNORECASE)
_QUOTED = re.compile("['\"`\u2018]([^'\"`\u2019\n]{1,4096})['\"`\u2019]")
_BEFORE = re.compile(
    r"(?:^|: )(?:cannot \w+ (?:directory |regular file )?)?([^:'\"\n]{1,4096}): (?=permission|operation)", re.IGNORECASE
)
_WRITES = re.compile(
    r"\b(?:creat\w*|touch|remove|unlink|delete|rename|move|write|mkdir|overwrite|truncate|chmod|chown|copy)\b",
    re.IGNORECASE,
)
MAX_LINES = 200


def denied_by(output: str, cwd: Path, policy: Policy) -> list[tuple[Operation, str]]:
    """Operation and real path of what the output says was denied and a person might allow. Blocks."""
    found: dict[tuple[Operation, str], None] = {}
    lines = [line for line in plain(output).split("\n") if len(line) < 10_000 and _DENIED.search(line)]
    for line in lines[:MAX_LINES]:
        operation: Operation = "write" if _WRITES.search(line) else "read"
        for name in (*_QUOTED.findall(line), *_BEFORE.findall(line)):
            path = Path(os.path.realpath(cwd / name.strip()))
            there = path.exists() or (operation == "write" and path.parent.is_dir())
            if there and policy.decide(operation, path).outcome == "ask":
                found[operation, str(path)] = None
    return list(found)
