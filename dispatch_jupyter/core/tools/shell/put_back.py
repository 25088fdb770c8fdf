"""Making a file of the project what it was, while whoever changed it may still be at work.

Every folder on the way is opened by its name in the folder above, never through a link: else a link put there at the
right moment would make us write where commands may not.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from .kept import Kept


def put_back(project: Path, path: str, old: Kept | None) -> None:
    """Make a file what it was; None: not there. A folder in its place is renamed, so that nothing of it is lost.

    Args:
        path: relative to the project.

    Raises:
        OSError: it could not be. Where it was too large to be kept, what is there now is renamed; else it may be
            anything.
    """
    *folders, name = path.split("/")
    try:
        with _folder(project, folders, make=old is not None) as folder:
            _remove(folder, name, aside=old is not None and old.data is None)
            if old is not None:
                _write(folder, name, old)
    except FileNotFoundError:
        if old is not None:
            raise


@contextlib.contextmanager
def _folder(project: Path, names: list[str], *, make: bool) -> Iterator[int]:
    """A folder below the project, open; made where it is missing and wanted."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    at = os.open(project, flags)
    try:
        for name in names:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, dir_fd=at)
            below = os.open(name, flags, dir_fd=at)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


def _remove(folder: int, name: str, *, aside: bool) -> None:
    try:
        is_folder = stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return
    if is_folder or aside:
        os.rename(name, f"{name}.{secrets.token_hex(3)}.not-kept", src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


def _write(folder: int, name: str, kept: Kept) -> None:
    if kept.link is not None:
        os.symlink(kept.link, name, dir_fd=folder)
        return
    if kept.data is None:
        raise OSError("it was too large, or not readable; what is there now was renamed and ends in `.not-kept`")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    handle = os.open(name, flags, 0o600, dir_fd=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(kept.data)
        os.fchmod(file.fileno(), kept.mode)
