"""Making sense of what list_files gives."""

import re
from collections import Counter
from difflib import get_close_matches
from pathlib import PurePosixPath

_ENTRY = re.compile(r"^(.+?)(?:  (?:\(|\d).*| -> .*)?$")
_MAIN_FILES = ("main.py", "app.py", "__main__.py", "index.js", "index.ts", "main.go", "main.rs", "pyproject.toml",
               "package.json")  # fmt: skip
MOST_SHOWN = 12


def entries(result: str) -> list[str]:
    """Paths in a listing; folders end in /."""
    lines = [line for line in result.split("\n") if line.strip() and not line.startswith("[")]
    return [match[1] for line in lines if (match := _ENTRY.match(line))]


def overview(paths: list[str]) -> str:
    """How many of what kind, and what is at the top."""
    files = [path for path in paths if not path.endswith("/")]
    folders = [path for path in paths if path.endswith("/")]
    if not paths:
        return "There are no files in this folder yet."
    kinds = Counter(PurePosixPath(path).suffix or "without extension" for path in files)
    by_kind = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(6))
    top = sorted({f"{path.split('/')[0]}/" if "/" in path else path for path in paths}, key=_folders_first)
    shown = "\n".join(f"- `{path}`" for path in top[:MOST_SHOWN])
    more = f"\n- … and {len(top) - MOST_SHOWN} more" if len(top) > MOST_SHOWN else ""
    counted = f"{len(files)} file{'s' * (len(files) != 1)} ({by_kind})" if files else "no files"
    inside = f" in {len(folders)} folder{'s' * (len(folders) != 1)} and the top" if folders else ""
    return f"I see {counted}{inside}. At the top:\n\n{shown}{more}"


def explaining_file(paths: list[str]) -> str | None:
    """The file that says most about a project: its README, else what looks like its main file."""
    files = sorted((path for path in paths if not path.endswith("/")), key=lambda path: (path.count("/"), path))
    for path in files:
        if PurePosixPath(path).name.lower().startswith("readme") and "/" not in path:
            return path
    for name in _MAIN_FILES:
        for path in files:
            if PurePosixPath(path).name == name:
                return path
    return next((path for path in files if path.endswith((".md", ".py", ".txt"))), None)


def meant(path: str, paths: list[str]) -> str | None:
    """The one file a misspelled path can mean: the same name elsewhere or in other case."""
    name = PurePosixPath(path).name.lower()
    same = [one for one in paths if PurePosixPath(one).name.lower() == name and not one.endswith("/")]
    stems = [one for one in paths if PurePosixPath(one).stem.lower() == name and not one.endswith("/")]
    found = same or stems
    return found[0] if len(found) == 1 else None


def like(path: str, paths: list[str]) -> list[str]:
    """Files with a name like this one."""
    names = {PurePosixPath(one).name: one for one in paths if not one.endswith("/")}
    return [names[name] for name in get_close_matches(PurePosixPath(path).name, names, n=3)]


def _folders_first(path: str) -> tuple[bool, str]:
    return not path.endswith("/"), path.lower()
