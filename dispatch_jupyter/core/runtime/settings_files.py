"""Settings files for a person's editor: those that Dispatch reads itself, and no others.

Jupyter shows neither hidden files nor those outside its own folder, which is where a person's settings and skills lie.
What may be opened is looked up among the files that the readers of settings and skills name. Where a link leads is
judged as for agents' tools, opened first: agents can write in a project, and a link they put there must not turn an
edit of a skill into one of something else.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..config.locations import FILE_NAME, PROJECT_AGENTS, config_folder, user_file
from ..config.user_files import locked
from ..permissions.paths import Content, Files
from ..permissions.places import Places
from ..permissions.policy import Policy, Rule
from ..protocol.errors import Conflict, DispatchError, Invalid, NotFound, StoreError, StoreFull, TooLarge, ToolError
from ..protocol.settings import SaveSettingsFile, SettingsFile
from ..skills.instructions import FILES as INSTRUCTIONS
from .current_skills import CurrentSkills
from .settings import CurrentConfig

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Known:
    """A file that may be opened."""

    path: Path
    rules: tuple[Rule, ...]
    """What of the disk it may lead to, besides the project."""
    shipped: bool = False
    """It comes with the package: shown, never written."""
    shared: bool = False
    """Dispatch writes it too, under the lock of its folder."""


class SettingsFiles:
    """Opens and saves them.

    Args:
        places: places of secrets; a link that leads into one is not followed.
    """

    def __init__(self, config: CurrentConfig, skills: CurrentSkills, places: Places) -> None:
        self._config = config
        self._skills = skills
        self._places = places

    async def read(self, name: str) -> SettingsFile:
        """A file's text.

        Args:
            name: its absolute path, with or without the first `/`.

        Raises:
            NotFound: Dispatch reads no such file, or it is gone.
            Invalid: it leads elsewhere, or is not UTF-8 text; `TooLarge`: over a megabyte.
            StoreError: the system does not let it be read.
        """
        known = await self._known(name)
        return await asyncio.to_thread(self._read, known)

    async def save(self, command: SaveSettingsFile) -> SettingsFile:
        """Put a text in the place of the version that was read: whole or not at all, its mode kept.

        Raises:
            Conflict: the file is another version by now; nothing was written.
            NotFound, Invalid, StoreError: as `read`; `StoreFull`: there is no space.
        """
        known = await self._known(command.path)
        if known.shipped:
            hint = "Write one of the same name into your own `.skills/`: it is told instead."
            raise Invalid(f"{known.path} comes with Dispatch; it is not changed.", hint)
        saved = await asyncio.to_thread(self._save, known, command)
        await self._config.renewed()  # the rest is noticed by those who watch the files
        return saved

    async def _known(self, name: str) -> _Known:
        config, told = await self._config.fresh(), await self._skills.fresh()
        wanted = _key(name)
        mine = [Path(file.path) for file in config.files if file.scope == "global"]
        theirs = [Path(file.path) for file in config.files if file.scope == "project"]
        skills = [entry.info.path for entry in told.shelf.entries] + [one.path for one in told.shelf.mappings]
        skills += [problem.place.path for problem in told.problems if problem.place]
        kinds: list[tuple[list[Path], Callable[[Path], _Known]]] = [
            (mine, self._mine),
            (theirs, self._theirs),
            ([*map(Path, skills), *(self._config.project / name for name in INSTRUCTIONS)], self._skill),
        ]
        for paths, known in kinds:
            for path in paths:
                if _key(str(path)) == wanted:
                    return await asyncio.to_thread(known, path)
        where = name if Path(name).is_absolute() else str(Path(self._config.project.anchor, name))
        what = f"{where} is no settings file that Dispatch reads, or is not there any more."
        raise NotFound(what, "Open it in an editor of your own; what was typed here can be copied from here.")

    def _mine(self, path: Path) -> _Known:
        """The person's own settings may be links to where they keep such files, under the same name."""
        real = Path(os.path.realpath(path))
        folder = Path(os.path.realpath(config_folder(self._config.environ)))
        secret = self._places.secret(real)  # the file they lead to is one itself: agents are not to see it
        meant = real.is_relative_to(folder) or (real.name == path.name and (secret is None or secret.path == real))
        rules = (Rule("write", real, "kept"),) if meant else ()
        return _Known(path, rules, shared=path == user_file(self._config.environ))

    def _theirs(self, path: Path) -> _Known:
        """Those of the project, which nobody may write by the way: only as themselves."""
        project = Path(os.path.realpath(self._config.project))
        return _Known(path, tuple(Rule("write", project / name, "kept") for name in (FILE_NAME, PROJECT_AGENTS)))

    def _skill(self, path: Path) -> _Known:
        library = self._skills.library
        rules = tuple(Rule("write", folder, "kept") for folder in library.own_folders())
        if library.shipped is None or not path.is_relative_to(library.shipped):
            return _Known(path, rules)
        return _Known(path, (Rule("read", Path(os.path.realpath(library.shipped)), "kept"),), shipped=True)

    def _files(self, known: _Known) -> Files:
        policy = Policy(Path(os.path.realpath(self._config.project)), known.rules, self._places)
        return Files(self._config.project, lambda: policy)

    def _read(self, known: _Known) -> SettingsFile:
        try:
            files = self._files(known)
            content = files.read(str(known.path), MAX_BYTES)
            return _described(known.path, content, self._writable(known, files, content.path))
        except ToolError as error:
            raise _said(known.path, error, "opened") from error

    def _writable(self, known: _Known, files: Files, real: Path) -> bool:
        if known.shipped:
            return False
        try:
            files.check("write", str(known.path))
        except ToolError:
            return False
        # the new version takes the name of the old one, so the folder has to be writable as well
        return os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)

    def _save(self, known: _Known, command: SaveSettingsFile) -> SettingsFile:
        data = command.text.encode()
        if len(data) > MAX_BYTES:
            raise TooLarge(f"{known.path} would have {len(data):,} bytes; at most {MAX_BYTES:,} are read.", _SHORTEN)
        files = self._files(known)
        with locked(known.path.parent) if known.shared else nullcontext():
            try:
                before = files.read(str(known.path), MAX_BYTES)
                if _digest(before.data) != command.digest:
                    raise ToolError("It is another version.", code="changed")
                if before.data != data:
                    files.write(str(known.path), data, before.fingerprint)
            except ToolError as error:
                raise _said(known.path, error, "written") from error
        return self._read(known)


def _described(path: Path, content: Content, writable: bool) -> SettingsFile:
    try:
        text = content.data.decode()
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error
    return SettingsFile(
        path=str(path),
        text=text,
        digest=_digest(content.data),
        size=len(content.data),
        changed_at=datetime.fromtimestamp(content.fingerprint[2] / 1e9, UTC),
        writable=writable,
    )


def _key(path: str) -> str:
    return path.replace("\\", "/").lstrip("/")


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


_SHORTEN = "Make it shorter, or split it."
_SAYS: dict[str, tuple[type[DispatchError], str, str]] = {
    "not_found": (NotFound, "it is not there any more", "Look whether it was moved or taken away."),
    "outside_project": (Invalid, "it leads to another place", "Open what it leads to in an editor of your own."),
    "denied": (Invalid, "it leads to another place", "Open what it leads to in an editor of your own."),
    "not_a_file": (Invalid, "it is no ordinary file", "Put an ordinary file there."),
    "too_large": (TooLarge, f"it has more than {MAX_BYTES:,} bytes", _SHORTEN),
    "permission": (StoreError, "the system does not permit it", "Change its permissions, then try again."),
    "no_space": (StoreFull, "there is no space left", "Free some, then try again; nothing was changed."),
    "changed": (
        Conflict,
        "somebody else has changed it meanwhile; nothing was written",
        "Load it again, then repeat your change on what is there now.",
    ),
}


def _said(path: Path, error: ToolError, what: str) -> DispatchError:
    kind, why, hint = _SAYS.get(error.tool_code, (StoreError, error.message.rstrip("."), "Try again in a moment."))
    return kind(f"{path} cannot be {what}: {why}.", hint)
