"""Where commands keep their temporary files and caches, and where their whole output goes. All functions here block."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from ...protocol.errors import ToolError
from .environment import Folders

CACHES = "dispatch-commands"


def make(folder: Path, outputs: Path, project: Path, environ: Mapping[str, str]) -> Folders:
    """The folders of one session's commands, made where they are missing, for their owner only.

    Args:
        folder: the session's own.
        outputs: where commands' whole outputs go.

    Raises:
        ToolError: they cannot be made.
    """
    try:
        for path in (folder, folder / "tmp", outputs):
            _private(path)
        cache = _caches(environ) / hashlib.sha256(os.fsencode(project)).hexdigest()[:16]
        for path in (cache.parent, cache):
            _private(path)
    except OSError as error:
        raise ToolError(
            f"No place for a command's temporary files could be made: {error}.",
            "Nothing was run. Tell the user.",
            code="io",
        ) from error
    return Folders(Path(os.path.realpath(folder / "tmp")), Path(os.path.realpath(cache)))


def output_file(outputs: Path, call_id: str) -> Path:
    """Where the whole output of a call goes."""
    return outputs / f"{re.sub(r'[^A-Za-z0-9_-]', '_', call_id)[:100] or '_'}.txt"


def is_folder(path: Path) -> bool:
    """Whether a folder is there. What cannot be looked at, as a name too long, is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Whether a file is there. What cannot be looked at is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _caches(environ: Mapping[str, str]) -> Path:
    configured = Path(environ.get("XDG_CACHE_HOME", ""))
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    return (configured if configured.is_absolute() else home / ".cache") / CACHES


def _private(path: Path) -> None:
    """A folder of ours that nobody else gets into."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    info = path.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise PermissionError(f"{path} is not a folder of this user")
    if stat.S_IMODE(info.st_mode) & 0o077:
        path.chmod(0o700)
