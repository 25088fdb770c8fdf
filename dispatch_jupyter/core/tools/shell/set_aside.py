"""Copies of what is put back, until somebody agreed to it: nobody can tell whether a person wrote it meanwhile."""

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from .kept import Kept

log = logging.getLogger(__name__)


def set_aside(folder: Path, versions: Mapping[str, Kept | None]) -> dict[str, Path]:
    """Write what files say below a folder of ours, by their paths; gives where. Blocks.

    Each version has a folder of its own: a later one of the same file, by whomever, leaves it alone. What
    is gone needs no copy, and what is too large for one is renamed where it is. A copy that cannot be made is in the
    server's log: the file is put back all the same, as others run it.
    """
    made: dict[str, Path] = {}
    for path, kept in versions.items():
        if kept is not None and kept.data and kept.link is None:
            try:
                version = hashlib.sha256(kept.data).hexdigest()[:8]
                made[path] = _write(folder / version / path, kept.data)
            except OSError as error:
                log.warning("What %s said could not be kept: %s", path, error)
    return made


def discard(files: Iterable[Path]) -> None:
    """Copies that nobody needs any more, and the folders that they leave empty. Blocks."""
    for file in files:
        with contextlib.suppress(OSError):  # others are left beside it
            file.unlink()
            os.removedirs(file.parent)


def _write(target: Path, data: bytes) -> Path:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return target
