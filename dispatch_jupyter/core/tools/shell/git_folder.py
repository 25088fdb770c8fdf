"""The files of a git repository that git obeys: which changes of them are everyday ones."""

import os
import re

from ...permissions.guards import GIT_FILES
from .git_config import only_harmless_changes
from .kept import Kept

_TODO = re.compile(
    r"(?:#.*|(?:pick|p|reword|r|edit|e|squash|s|drop|d|fixup(?: -[cC])?|f(?: -[cC])?|break|b|noop|label|l|reset|t|"
    r"update-ref|u|merge(?: -[cC])?|m(?: -[cC])?)(?: [^\r\x00]*)?)?"
)
"""Steps of a rebase that run nothing: all but `exec`."""
_STRATEGY = re.compile(r"(?:ort|recursive|resolve|octopus|ours|subtree)?\s*")
_OPTION = re.compile(
    r"\s*(?:\[options\]|(?:edit|no-commit|signoff|mainline|record-origin|allow-ff|allow-rerere-auto|allow-empty"
    r"|allow-empty-message|keep-redundant-commits|drop-redundant-commits|default-msg-cleanup) = [\w-]+)?\s*"
)
_FORMS = {"git-rebase-todo": _TODO, "strategy": _STRATEGY, "opts": _OPTION}
"""What each line of a file looks like every day."""
_PATHS = re.compile(r"^\s*(hooksPath|path)\s*=\s*\"?([^\"\n]+?)\"?\s*$", re.IGNORECASE | re.MULTILINE)
_GIT_FILE = re.compile(r"gitdir: ([^\x00\n]+)\n?")


def is_harmless(path: str, old: Kept | None, new: Kept, repositories: frozenset[str], project: str) -> bool:
    """Whether a file is new, or was changed, as git itself does every day.

    Args:
        path: relative to the project.
        repositories: folders of repositories whose files are looked at too, relative to the project.
        project: absolute path.
    """
    if new.link is not None or new.data is None or (old is not None and old.link is not None):
        return False
    text = new.data.decode("utf-8", "replace")
    folder, _, name = path.rpartition("/")
    if name == ".git":
        return _leads_to(folder, text, project) in repositories
    if not any(path == below(where, inside) for where in repositories for inside in GIT_FILES):
        return False
    if name in ("config", "config.worktree"):
        before = (old.data or b"").decode("utf-8", "replace") if old else ""
        return only_harmless_changes(before, text)
    if name in ("commondir", "gitdir"):
        of_worktree = folder.rpartition("/")[0].endswith("/worktrees")
        return of_worktree and (name == "gitdir" or text.strip() == "../..")
    form = _FORMS.get(name)
    return form is not None and all(form.fullmatch(line) for line in text.split("\n"))


def below(folder: str, name: str) -> str:
    """A name in a folder; both relative to the project."""
    return f"{folder}/{name}" if folder else name


def named_by(repository: str, config: str, kept: Kept | None) -> list[tuple[str, bool]]:
    """What a file of a repository's configuration leads to inside the project, with whether it is a folder of hooks.

    Args:
        repository: its folder; as `config`, relative to the project.
    """
    text = (kept.data or b"").decode("utf-8", "replace") if kept else ""
    found: list[tuple[str, bool]] = []
    for match in _PATHS.finditer(text):
        is_hooks = match[1].lower() == "hookspath"
        base = repository if is_hooks else config
        path = os.path.normpath(os.path.join(base.rpartition("/")[0], match[2]))  # noqa: PTH118
        if not path.startswith(("/", "..", "~")) and path != ".":
            found.append((path, is_hooks))
    return found


def _leads_to(folder: str, text: str, project: str) -> str | None:
    """The repository that a file in place of one names, relative to the project."""
    match = _GIT_FILE.fullmatch(text)
    if match is None:
        return None
    path = os.path.normpath(os.path.join(project, folder, match[1]))  # noqa: PTH118
    return path.removeprefix(f"{project}/")
