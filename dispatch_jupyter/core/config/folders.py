"""The folder an agent works in: what its `cwd` means, and whether that is in the project."""

import os
from pathlib import Path


def meant_by(written: str, project: Path, home: str) -> Path:
    """The folder that is meant: relative ones start in the project."""
    if written == "~" or written.startswith("~/"):
        written = home + written[1:]
    return Path(os.path.normpath(project / written))


def is_in(folder: Path, project: Path) -> bool:
    """Whether a folder is in the project, links followed, as things are now."""
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(project))
