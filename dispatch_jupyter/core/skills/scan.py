"""One scope's skill folders, read: what is in them, and what is wrong with it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..permissions.faults import printable
from ..permissions.folder import Entry as Name
from ..protocol.errors import ToolError
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope, SkillFolder, SkillInfo
from .disk import MAX_FILE_BYTES, Disk, Looked, fault, problem
from .mapping import SUFFIX, Lines, MappingFile, read_lines
from .skill import PACKAGE_FILE, Entry, Parsed, name_of_file, parser, skill_id

ROOT = ".skills"
FOLDERS: tuple[Literal["default", "agents", "project"], ...] = ("default", "agents", "project")
FOREIGN = (".agents/skills", ".claude/skills")
"""Where others keep folders with a `SKILL.md`."""
ENDINGS = (".md", ".markdown")
FOR_PEOPLE = "readme"
"""A file of this name explains a folder; it is no skill."""

MAX_FILES = 2000
MAX_TOTAL_BYTES = 20_000_000


class _Full(Exception):
    """There is more than is read."""


@dataclass(slots=True)
class Scan:
    """All of one scope. After `run`: what was found, in the order of folders and names."""

    disk: Disk
    scope: SettingsScope
    base: Path
    """The home or project folder; of what is built in, the folder of skills itself."""
    skills: list[Entry] = field(default_factory=list)
    mappings: list[MappingFile] = field(default_factory=list)
    problems: list[ErrorInfo] = field(default_factory=list)
    """Those of single skills are with the skills."""
    elsewhere: set[Path] = field(default_factory=set)
    """Real paths of files and packages that links lead to."""
    _seen: dict[Path, int] = field(default_factory=dict)
    _top: Path = Path()
    """Where the folder that is being looked at really is."""
    _files: int = 0
    _bytes: int = 0

    def run(self) -> None:
        """Look at all folders. Never raises for what is in them."""
        try:
            root = self._begin(self._root)
            for folder in FOLDERS:
                self._folder(root / folder, folder)
            self._loose(root)
            for name in FOREIGN if self._root != self.base else ():
                self._foreign(self._begin(self.base / name))
        except _Full:
            what = (
                f"holds more than {MAX_FILES:,} files or {MAX_TOTAL_BYTES // 1_000_000} MB of skills; not all are read"
            )
            self.problems.append(problem(self.base, what, "Take away those that nobody uses."))

    @property
    def _root(self) -> Path:
        return self.base if self.scope == "built in" else self.base / ROOT

    def _begin(self, top: Path) -> Path:
        self._top = Path(os.path.realpath(top))
        return top

    def _names(self, folder: Path) -> list[Name]:
        """What is in a folder; nothing where it cannot be read, which is a problem unless nothing is there."""
        if not os.path.lexists(folder):
            return []
        try:
            return self.disk.names(folder)
        except ToolError as error:
            self.problems.append(fault(folder, error))
            return []

    def _folder(self, path: Path, folder: Literal["default", "agents", "project"]) -> None:
        """One of the three folders."""
        for name in self._names(path):
            here = path / name.name
            looked = self._look(here, name)
            if looked is None:
                continue
            if looked.is_folder:
                self._package(here, strict=True)
            elif name.name == PACKAGE_FILE:
                hint = "Put it into a folder of its own, or give it the name of the skill."
                self.problems.append(problem(here, "is in no folder of its own", hint))
            elif _is_skill(name.name):
                self._skill(here, looked, folder)
            elif folder == "agents" and name.name.endswith(SUFFIX):
                self._mapping(here, looked)

    def _loose(self, root: Path) -> None:
        """What lies beside the three folders."""
        for name in self._names(root):
            here = root / name.name
            looked = self._look(here, name) if name.name not in FOLDERS else None
            if looked is None:
                continue
            if looked.is_folder:
                self._package(here, strict=True)
            elif _is_skill(name.name):
                hint = f"Move it into {ROOT}/default, {ROOT}/agents or {ROOT}/project."
                self.problems.append(problem(here, "is in none of the folders that are read", hint))

    def _foreign(self, path: Path) -> None:
        for name in self._names(path):
            looked = self._look(path / name.name, name)
            if looked is not None and looked.is_folder:
                self._package(path / name.name, strict=False)

    def _look(self, path: Path, name: Name) -> Looked | None:
        """What a name leads to; None where nobody wants to know, or where that is a problem."""
        wanted = name.is_folder or name.target or name.name.endswith((*ENDINGS, SUFFIX))
        if not wanted:
            return None
        try:
            return self.disk.look(path)
        except ToolError as error:
            self.problems.append(fault(path, error))
            return None

    def _package(self, folder: Path, *, strict: bool) -> None:
        """A folder with a `SKILL.md`; `strict`: one without is a mistake."""
        path = folder / PACKAGE_FILE
        try:
            looked = self.disk.look(path)
        except ToolError as error:
            if error.tool_code != "not_found" or path.is_symlink():
                self.problems.append(fault(path, error))
            elif strict:
                hint = f"Put a {PACKAGE_FILE} into it, or its files into the folder above."
                self.problems.append(problem(folder, f"has no {PACKAGE_FILE}, so nothing in it is read", hint))
            return
        self._skill(path, looked, "packages")

    def _skill(self, path: Path, looked: Looked, folder: SkillFolder) -> None:
        is_package = folder == "packages"
        named = path.parent if is_package else path
        inside = named.relative_to(self._root) if named.is_relative_to(self._root) else Path(named.name)
        names = (named.name, inside.as_posix(), named.name if is_package else named.stem)
        aliases = {printable(name) for name in names}
        if looked.real in self._seen:  # the same file by another way
            self._also(self._seen[looked.real], aliases)
            return
        self._count(path, looked)
        try:
            parsed = self.disk.read(path, looked, parser(path))
        except ToolError as error:
            parsed = Parsed(name_of_file(path), error=fault(path, error))
        info = SkillInfo(
            id=skill_id(self.scope, parsed.name),
            name=parsed.name,
            scope=self.scope,
            folder=folder,
            path=printable(str(path)),
            description=parsed.description,
            tags=list(parsed.tags),
            error=parsed.error,
        )
        self._seen[looked.real] = len(self.skills)
        package = looked.real.parent if is_package else None
        self.skills.append(Entry(info, parsed.text, frozenset(aliases), package))

    def _also(self, index: int, aliases: set[str]) -> None:
        entry = self.skills[index]
        self.skills[index] = Entry(entry.info, entry.text, entry.aliases | aliases, entry.package)

    def _mapping(self, path: Path, looked: Looked) -> None:
        self._count(path, looked)
        try:
            lines = self.disk.read(path, looked, lambda raw: read_lines(raw, path))
        except ToolError as error:
            lines = Lines(error=fault(path, error))
        if lines.error:
            self.problems.append(lines.error)
        self.mappings.append(MappingFile(self.scope, path, lines))

    def _count(self, path: Path, looked: Looked) -> None:
        self._files += 1
        size = looked.version[2]
        self._bytes += size if size <= MAX_FILE_BYTES else 0
        if self._files > MAX_FILES or self._bytes > MAX_TOTAL_BYTES:
            raise _Full
        if not looked.real.is_relative_to(self._top):
            self.elsewhere.add(looked.real.parent if path.name == PACKAGE_FILE else looked.real)


def _is_skill(name: str) -> bool:
    stem, dot, ending = name.rpartition(".")
    return f"{dot}{ending}".lower() in ENDINGS and stem.lower() != FOR_PEOPLE
