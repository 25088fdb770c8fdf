"""What a scan takes to be there around the command, where nobody looks at the disk for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .marks import MARKS

ROOTS = frozenset({
    "bin", "boot", "cores", "data", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "lost+found", "media",
    "mnt", "nix", "opt", "private", "proc", "root", "run", "sbin", "snap", "srv", "sys", "tmp", "usr", "var", "work",
    "workspace", "workspaces", "Applications", "Library", "System", "Users", "Volumes",
})  # fmt: skip
"""Usual folders right below `/`."""
_FIRST = re.compile(r"/+([^/]+)")
_SHIMS = re.compile(r"/\.?[\w.-]+(?:/.+)?/(?:bin|shims)")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the disk is said to be."""

    project: str
    """Where the command begins."""
    roots: frozenset[str]
    is_folder: Callable[[str], bool]
    is_file: Callable[[str], bool]

    def rooted(self, value: str) -> bool:
        """Whether an absolute path begins in a folder there is: else it is a route, a key or a rule of some program.

        A first part that is a pattern or unknown may be any folder.
        """
        first = _FIRST.match(value)
        return (
            first is None
            or first[1] in self.roots
            or re.search(r"[*?\[{]", first[1]) is not None
            or bool(MARKS.search(first[1]))
        )


def holds_tools(folder: str, home: str) -> bool:
    """Whether a folder is one people's own programs are in: `~/.local/bin`, `~/go/bin`, `~/.nvm/versions/x/bin`."""
    return folder.startswith(f"{home}/") and _SHIMS.fullmatch(folder[len(home) :].rstrip("/")) is not None


def usual(cwd: str, home: str) -> Surroundings:
    """Folders below the project are there, and programs wherever they are looked for but among people's own tools."""
    return Surroundings(
        cwd,
        ROOTS,
        lambda path: f"{path}/".startswith(f"{cwd.rstrip('/')}/"),
        lambda path: not holds_tools(path.rpartition("/")[0], home),
    )
