"""Places that are not like others: secrets, what runs later, the system's own, where programs live."""

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ..protocol.records import ErrorInfo
from .guards import Guarded, guarded_by_name
from .known import (
    JUPYTERS,
    RUN_AT_HOME,
    SECRETS_AT_HOME,
    SECRETS_BY_NAME,
    SECRETS_OF_SYSTEM,
    at_home,
    both,
    by_variable,
    program_folders,
)

PLAIN_PROC_FILES = frozenset(
    ("cpuinfo", "meminfo", "version", "uptime", "loadavg", "stat", "filesystems", "cmdline", "diskstats", "vmstat")
)
"""Below /proc these say nothing of a process: they may be asked for, all else is refused."""

HARMLESS_DEVICES = frozenset(
    Path("/dev", name)
    for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "stdin", "stdout", "stderr")
)
_HARMLESS_BELOW = (Path("/dev/fd"),)
"""Not `/dev/pts` and `/dev/shm`: other programs' terminals and shared memory are there."""

NEVER_WHOLE = frozenset(Path("/", name) for name in ("", "dev", "proc", "sys", "run", "var/run"))
"""Folders that no leave for a file in them extends to."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A place of secrets: leave for it, or anything below, is given `once` only."""

    path: Path
    what: str
    """What is kept there ("SSH keys")."""
    firm: bool = True
    """False: does not hold inside a project that lies below it. For places somebody configured, which may be odd."""


@dataclass(frozen=True, slots=True)
class Places:
    """Known places of one person on one machine. Paths are real, or as written where they may become real."""

    home: Path | None = None
    secrets: tuple[Secret, ...] = ()
    guarded: tuple[Guarded, ...] = ()
    """Besides those known by name in every folder, as `.git/hooks`."""
    system: tuple[Path, ...] = ()
    """Where programs and their libraries live: what is there may be run."""
    server: Path | None = None
    """The Python environment this server runs from."""
    _secrets: dict[str, Secret] = field(init=False, repr=False, compare=False)
    _guarded: dict[str, Guarded] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # by path, so that looking one up takes a step for each folder above it, however many there are
        object.__setattr__(self, "_secrets", {_folded(str(secret.path)): secret for secret in self.secrets})
        object.__setattr__(self, "_guarded", {_folded(str(one.path)): one for one in self.guarded})

    def secret(self, path: Path) -> Secret | None:
        """The place of secrets that `path` is or lies in; the innermost. Case does not tell: some disks ignore it."""
        return next(self.secrets_above(path), None)

    def secrets_above(self, path: Path) -> Iterator[Secret]:
        """All places of secrets that `path` is or lies in, innermost first."""
        if not self._secrets:
            return
        for above in _upwards(_folded(str(path))):
            found = self._secrets.get(above)
            if found is not None:
                yield found

    def secret_by_name(self, path: Path) -> Secret | None:
        """What the names on the way say: other people have secrets too, and root does."""
        for index, part in enumerate(path.parts):
            if (what := SECRETS_BY_NAME.get(part.casefold())) is not None:
                return Secret(Path(*path.parts[: index + 1]), what)
        return None

    def secrets_below(self, folder: Path) -> tuple[Secret, ...]:
        """Those that lie inside a folder, itself not counted: what leave for the folder does not cover."""
        prefix = _folded(str(folder)).rstrip("/") + "/"
        return tuple(secret for name, secret in self._secrets.items() if name.startswith(prefix))

    def guard(self, path: Path) -> Guarded | None:
        """What makes writing to `path` a matter of its own, if anything."""
        by_name = guarded_by_name(path)
        if by_name is not None or not self._guarded:
            return by_name
        found = (self._guarded.get(above) for above in _upwards(_folded(str(path))))
        return next((one for one in found if one is not None), None)

    def is_program(self, path: Path) -> bool:
        """Whether it lies where programs live."""
        return any(path.is_relative_to(folder) for folder in self.system)

    def is_of_server(self, path: Path) -> bool:
        """Whether it lies in the Python environment this server runs from, or around it."""
        return self.server is not None and (path.is_relative_to(self.server) or self.server.is_relative_to(path))

    def is_too_wide(self, folder: Path) -> bool:
        """Whether leave for a whole folder would be more than anybody means who thinks of a file in it."""
        if folder in NEVER_WHOLE:
            return True
        if self.home is None or self.home == Path("/"):  # somebody without a home: then nothing is more theirs
            return False
        at_home = folder.is_relative_to(self.home)
        return self.home.is_relative_to(folder) or (at_home and bool(self.secrets_below(folder)))

    def about_project(self, project: Path) -> ErrorInfo | None:
        """What the person should know who works in this folder, if anything."""
        hint = "Start Jupyter in the folder of a project."
        if self.home is not None and self.home.is_relative_to(project):
            which = "your home folder" if project == self.home else f"{project}, which holds your home folder"
            message = f"The project is {which}: agents may read and change all of it but places of secrets."
            return ErrorInfo(code="wide_project", message=message, hint=hint)
        if (secret := self.secret(project)) is not None:
            message = f"The project lies in a place of secrets ({secret.what})."
            return ErrorInfo(code="wide_project", message=message, hint=hint)
        if self.server is not None and self.server.is_relative_to(project):
            message = (
                f"The Python environment of this server, {self.server}, lies in the project: what agents change there "
                "runs outside any confinement when Jupyter loads it."
            )
            return ErrorInfo(code="wide_project", message=message, hint="Install Jupyter in an environment elsewhere.")
        return None


def places_of(
    environ: Mapping[str, str], home: Path, own: Iterable[Path] = (), jupyters: Iterable[Path] = ()
) -> Places:
    """The known places of the person whose environment and home folder this is. Blocks: it looks at the disk.

    Args:
        own: folders where Dispatch keeps its own data.
        jupyters: folders where the server keeps its tokens, wherever that is.
    """
    home = Path(os.path.realpath(home))
    named = [Secret(path, what, firm=False) for path, what in by_variable(environ, home)]
    for what, folders in (("Dispatch's own data", own), (JUPYTERS, jupyters)):
        named += [Secret(path, what, firm=False) for folder in folders for path in both(folder)]
    fixed = [*at_home(home, environ, SECRETS_AT_HOME)]
    fixed += [(path, what) for what, names in SECRETS_OF_SYSTEM.items() for name in names for path in both(name)]
    secrets = {secret.path: secret for secret in (*named, *(Secret(path, what) for path, what in fixed))}
    guarded = {path: Guarded(path, why) for path, why in at_home(home, environ, RUN_AT_HOME)}
    programs = program_folders(environ, home)
    server = Path(os.path.realpath(sys.prefix))
    return Places(home, tuple(secrets.values()), tuple(guarded.values()), programs, server)


def refused(path: Path) -> str | None:
    """Why a path is never opened to an agent, whoever is asked; None where it may be."""
    parts = path.parts
    if len(parts) > 1 and parts[1] in (".vol", ".nofollow", ".resolve"):  # macOS: other spellings of all there is
        return "it names files by other means than their path"
    if len(parts) > 2 and parts[1] == "proc" and not (len(parts) == 3 and parts[2] in PLAIN_PROC_FILES):
        return "it lets into running programs, this server among them"
    return None


def is_harmless_device(path: Path) -> bool:
    """Whether reading and writing it touches nothing that lasts."""
    return path in HARMLESS_DEVICES or any(path.is_relative_to(folder) for folder in _HARMLESS_BELOW)


@lru_cache(maxsize=4096)
def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _upwards(path: str) -> Iterator[str]:
    """A path and all folders above it."""
    while path:
        yield path
        if path == "/":
            return
        path = path.rpartition("/")[0] or "/"
