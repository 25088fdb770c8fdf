"""What a project ignores: `.gitignore` files, nested ones too, as git reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold in one folder: its own and, by `above`, those of the folders it is in."""

    base: str
    """The folder of these rules, relative to the project, with `/` at its end; empty for the project itself."""
    spec: GitIgnoreSpec | None
    above: Rules | None = None

    def ignores(self, path: str) -> bool:
        """Whether a path (relative to the project, folders with `/` at the end) is ignored; the nearest rule wins."""
        rules: Rules | None = self
        while rules is not None:
            if rules.spec is not None:
                verdict = rules.spec.check_file(path.removeprefix(rules.base)).include
                if verdict is not None:
                    return verdict
            rules = rules.above
        return False


def gitignore(data: bytes | None) -> GitIgnoreSpec | None:
    """The rules in a `.gitignore`; lines git would not understand are left out, as git does."""
    if not data:
        return None
    lines = data.decode("utf-8-sig", "replace").splitlines()
    try:
        return _spec(lines)
    except (ValueError, re.error):
        return _spec([line for line in lines if _understood(line)])


def matcher(glob: str) -> GitIgnoreSpec | None:
    """What a glob means to list_files: `*.py` at any depth, `src/*.py` from the listed folder, `**`, `{a,b}`.

    None where it cannot be understood.
    """
    patterns = [pattern if pattern[:1] not in ("!", "#") else f"\\{pattern}" for pattern in _braces(glob.strip())]
    if not patterns or not all(_understood(pattern) for pattern in patterns):
        return None
    return _spec(patterns)


def _spec(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _understood(line: str) -> bool:
    try:
        _spec([line])
    except (ValueError, re.error):
        return False
    return True


def _braces(glob: str) -> list[str]:
    """`*.{py,md}` as `*.py` and `*.md`; at most 100 of them."""
    done: list[str] = []
    todo = [glob]
    while todo and len(done) + len(todo) <= 100:
        pattern = todo.pop(0)
        found = re.search(r"\{([^{}]*,[^{}]*)\}", pattern)
        if not found:
            done.append(pattern)
            continue
        todo += [pattern[: found.start()] + choice + pattern[found.end() :] for choice in found[1].split(",")]
    return done + todo
