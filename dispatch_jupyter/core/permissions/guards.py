"""What developers' tools run, or read for commands, without anybody asking: writing it is a matter of its own. So is
what says how far agents may go: theirs is not the word that counts.

An agent is confined; what it wrote into a git hook runs later, as the person, without confinement.
"""

import re
from dataclasses import dataclass
from pathlib import Path

JUPYTER_CONFIG = re.compile(r"(jupyter|ipython)\w*_config\.(py|json)", re.IGNORECASE)
_EDITORS = "editors and git run what it says"
_LIMITS = "Dispatch takes from it what agents may do"
FOLDERS: dict[str, str] = {
    **dict.fromkeys((".vscode", ".idea", ".devcontainer", ".husky", ".githooks"), _EDITORS),
    ".dispatch": _LIMITS,
}
"""All in them counts."""
FILES: dict[str, str] = {
    "dispatch.yaml": _LIMITS,
    ".envrc": "the shell runs what it says",
    ".pre-commit-config.yaml": "git runs what it says",
    "lefthook.yml": "git runs what it says",
    ".lefthook.yml": "git runs what it says",
    ".overcommit.yml": "git runs what it says",
    ".devcontainer.json": "editors run what it says",
    ".mcp.json": "other assistants run what it says",
}
WORKSPACE = ".code-workspace"
"""How the names of editors' workspaces end."""
IN_FOLDERS: dict[tuple[str, str], str] = {
    (folder, name): "other assistants run what it says"
    for folder, names in {
        ".claude": ("settings.json", "settings.local.json"),
        ".cursor": ("mcp.json", "hooks.json"),
    }.items()
    for name in names
}

GIT_FILES = (
    "config", "config.worktree", "commondir", "gitdir", "info/attributes", "objects/info/alternates", "sequencer/opts",
    "rebase-merge/git-rebase-todo", "rebase-merge/strategy",
)  # fmt: skip
"""Below the folder of a repository: what tells git where else to look, and what to run."""
GIT_FOLDERS = ("hooks", "remotes", "branches")
"""The same; each file in them counts."""
_GIT = tuple(tuple(name.split("/")) for name in (*GIT_FILES, *GIT_FOLDERS))


@dataclass(frozen=True, slots=True)
class Guarded:
    """Something that is obeyed without anybody asking: writing it is asked, for it alone."""

    path: Path
    why: str


def guarded_by_name(path: Path) -> Guarded | None:
    """Names that tools of developers act on in any folder."""
    parts = tuple(part.casefold() for part in path.parts)
    for index, name in enumerate(parts):
        why, depth = None, 0
        if name == ".git":
            why, depth = _in_git(parts[index + 1 :])
        elif name in FOLDERS:
            why = FOLDERS[name]
        elif index == len(parts) - 1:
            why = _file(parts[index - 1], name)
        if why:
            return Guarded(Path(*path.parts[: index + 1 + depth]), why)
    return None


def _file(folder: str, name: str) -> str | None:
    if JUPYTER_CONFIG.fullmatch(name):
        return "Jupyter runs it when it starts in its folder"
    if name.endswith(WORKSPACE):
        return "editors run what it says"
    return FILES.get(name) or IN_FOLDERS.get((folder, name))


def _in_git(rest: tuple[str, ...]) -> tuple[str | None, int]:
    """Why a path below `.git` is guarded, and how many parts below is what is guarded."""
    if not rest:
        return "it decides which repository git uses, and whose hooks", 0
    nested = rest[0] in ("modules", "worktrees")
    for start in range(len(rest) if nested else 1):
        for parts in _GIT:
            if rest[start : start + len(parts)] == parts:
                return "git runs what it says", start + len(parts)
    return None, 0
