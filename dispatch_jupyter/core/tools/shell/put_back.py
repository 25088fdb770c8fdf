"""Making a file of the project what it was, while whoever changed it may still be at work.

Every folder on the way is opened by its name in the folder above, never through a link: else a link put there at the
right moment would make us write where commands may not.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .protected import Kept


def put_back(project: Path, path: Path, old: Kept | None) -> None:
    """Make `path` what it was; None: not there. A folder in its place is renamed, so that nothing of it is lost.

    Raises:
        OSError: it could not be; what is there now may be anything.
    """
    if old is not None and old.data is None:
        raise OSError(f"{path} was too large to be kept")
    with _folder(project, path.parent.relative_to(project).parts) as folder:
        _remove(folder, path.name)
        if old is not None:
            _write(folder, path.name, old)


@contextlib.contextmanager
def _folder(project: Path, names: tuple[str, ...]) -> Iterator[int]:
    """A folder below the project, open; made where it is missing."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    at = os.open(project, flags)
    try:
        for name in names:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=at)
            below = os.open(name, flags, dir_fd=at)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


def _remove(folder: int, name: str) -> None:
    try:
        is_folder = stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return
    if is_folder:
        os.rename(name, f"{name}.not-kept", src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


def _write(folder: int, name: str, kept: Kept) -> None:
    if kept.link is not None:
        os.symlink(kept.link, name, dir_fd=folder)
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    handle = os.open(name, flags, 0o600, dir_fd=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(kept.data or b"")
        os.fchmod(file.fileno(), kept.mode)
