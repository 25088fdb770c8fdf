"""What developers' tools run, or read for commands, without anybody asking: writing it is a matter of its own.

An agent is confined; what it wrote into a git hook runs later, as the person, without confinement.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_JUPYTER_CONFIG = re.compile(r"(jupyter|ipython)\w*_config\.(py|json)")


@dataclass(frozen=True, slots=True)
class Guarded:
    """Something that is run, or read for commands, without anybody asking: writing it is asked, for it alone."""

    path: Path
    why: str


def guarded_by_name(path: Path) -> Guarded | None:
    """Names that tools of developers act on in any folder."""
    parts = tuple(part.casefold() for part in path.parts)
    for index, name in enumerate(parts):
        why, depth = None, 0
        if name == ".git":
            why, depth = _in_git(parts[index + 1 :])
        elif name in (".vscode", ".idea", ".devcontainer", ".husky"):
            why = "editors and git run what it says"
        elif index == len(parts) - 1 and name in (".envrc", ".pre-commit-config.yaml"):
            why = "the shell or git runs what it says"
        elif index == len(parts) - 1 and _JUPYTER_CONFIG.fullmatch(name):
            why = "Jupyter runs it when it starts in its folder"
        if why:
            return Guarded(Path(*path.parts[: index + 1 + depth]), why)
    return None


def _in_git(rest: tuple[str, ...]) -> tuple[str | None, int]:
    """Why a path below `.git` is guarded, and how many parts below is what is guarded."""
    why = "git runs what it says"
    if not rest:
        return "it decides which repository git uses, and whose hooks", 0
    nested = rest[0] in ("modules", "worktrees")
    for depth, name in enumerate(rest if nested else rest[:1], 1):
        if name in ("hooks", "config", "config.worktree"):
            return why, depth
    return None, 0
