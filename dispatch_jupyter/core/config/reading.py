"""Reading small files that anybody may have put there."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1_000_000


class Outside(OSError):
    """What was opened is not where it has to be."""


@dataclass(frozen=True, slots=True)
class Within:
    """Where what is opened has to be, links followed."""

    folder: Path
    closed: Callable[[Path], bool]
    """Places in it that are closed all the same: those of secrets."""


def read_bytes(path: Path, limit: int = MAX_BYTES, within: Within | None = None) -> bytes:
    """All of a small ordinary file.

    Args:
        limit: bytes it may have.
        within: where it has to be; None: wherever it is.

    Raises:
        Outside: it is somewhere else.
        OSError: also where it is no file, or too large to be meant.
    """
    # a pipe, or a file that another program holds a lease on, would be waited for
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        if within is not None:
            _check(_opened(handle, path), within)
        raw = file.read(limit + 1) or b""
    if len(raw) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit:,} bytes")
    return raw


def digest_of(raw: bytes) -> str:
    """Names one version of a file's content."""
    return hashlib.sha256(raw).hexdigest()


def _check(opened: Path, within: Within) -> None:
    if not opened.is_relative_to(os.path.realpath(within.folder)):
        raise Outside(errno.EPERM, "it is not in the project")
    if within.closed(opened):
        raise Outside(errno.EPERM, "it is a place of secrets")


def _opened(handle: int, path: Path) -> Path:
    """Where what was opened really is. A link may be bent between looking and opening, so the handle is asked."""
    with suppress(OSError):  # no such folder on other systems
        return Path(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115 - may end with " (deleted)"
    real = Path(os.path.realpath(path))
    if not os.path.samestat(os.stat(real), os.fstat(handle)):  # noqa: PTH116 - beside fstat
        raise Outside(errno.EPERM, "it was exchanged while it was read")
    return real
