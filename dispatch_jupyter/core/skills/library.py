"""Where skills come from: the package, the person's folders and the project's, read again when they change."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..permissions.faults import printable
from ..permissions.places import Places, places_of
from ..protocol.errors import DispatchError
from ..protocol.records import ErrorInfo
from ..protocol.settings import SettingsScope, SkillInfo, SkillMapping
from .disk import Disk, is_visible, own_folders, problem
from .instructions import FILES
from .mapping import MappingFile
from .scan import FOREIGN, ROOT, Scan
from .shelf import Shelf
from .skill import PACKAGE_FILE, Entry

MAX_BESIDE = 100
BESIDE_DEPTH = 4
SHIPPED = Path(__file__).parent.parent / "defaults" / "skills"
"""Skills that come with the package."""
MAX_FAULTS = 100
"""Of folders and mapping files, that are said."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A skill as an agent reads it."""

    skill: SkillInfo
    text: str
    """With the other files of its folder."""


class Library:
    """All skill folders of a project and its person. Methods block; several threads may call them.

    Args:
        home: the person's home folder.
        project: the project folder.
        places: places of secrets, never read; None: those known of this machine.
        shipped: folder of the built-in ones; None: there are none.
    """

    def __init__(self, home: Path, project: Path, places: Places | None = None, shipped: Path | None = SHIPPED) -> None:
        self.home = home
        self.project = project
        self.shipped = shipped
        self._places = places
        self._lock = threading.Lock()
        self._disk: Disk | None = None
        self._elsewhere: tuple[Path, ...] = ()

    def load(self) -> Shelf:
        """The skills as they are now. Files that did not change are not read again. What is wrong is in the shelf."""
        with self._lock:
            disk = self._looking()
            scans = [Scan(disk, "global", self.home), Scan(disk, "project", self.project)]
            if os.path.realpath(self.home) == os.path.realpath(self.project):
                scans.pop()  # the person's own: their ids are the same in every project
            if self.shipped is not None:
                scans.insert(0, Scan(disk, "built in", self.shipped))
            for scan in scans:
                scan.run()
            disk.finish()
            shelf = _shelf(scans)
            self._elsewhere = shelf.elsewhere
            return shelf

    def open(self, shelf: Shelf, name: str) -> Opened:
        """A skill for an agent that asked for it, with the names of the files beside it.

        Raises:
            NotFound: there is none of that name.
            Invalid: both scopes have one, or it cannot be used.
        """
        entry = shelf.usable(name)
        parts = [f"# Skill `{entry.info.id}`", entry.text]
        if entry.package is not None:
            with self._lock:
                parts.append(self._beside(entry.package))
        return Opened(entry.info, "\n\n".join(part for part in parts if part))

    def packages_outside(self, shelf: Shelf) -> tuple[Path, ...]:
        """Real folders of packages outside the project: agents are told to read files in them."""
        project = Path(os.path.realpath(self.project))
        found = (entry.package for entry in shelf.entries if entry.package and not entry.info.error)
        return tuple(folder for folder in dict.fromkeys(found) if not folder.is_relative_to(project))

    def watched(self) -> list[tuple[Path, bool]]:
        """Paths to watch for changes, there or not, and whether all below counts. Other ones after a load, maybe."""
        return [*((folder, True) for folder in self._roots()), *((path, path.is_dir()) for path in self._elsewhere)]

    def concerns(self, path: Path) -> bool:
        """Whether a change of this file may change what `load` or `instructions` give."""
        if path.parent == self.project and path.name in FILES:
            return True
        for folder in (*self._roots(), *self._elsewhere):
            if path.is_relative_to(folder):
                return all(is_visible(part) for part in path.relative_to(folder).parts)
        return False

    def own_folders(self) -> list[Path]:
        """Where the person's own folders of skills really are. Looks at the disk."""
        home, project = (Path(os.path.realpath(path)) for path in (self.home, self.project))
        return own_folders(home, project, (ROOT, *FOREIGN))

    def _roots(self) -> list[Path]:
        return list(dict.fromkeys(base / name for base in (self.home, self.project) for name in (ROOT, *FOREIGN)))

    def _looking(self) -> Disk:
        if self._disk is None:
            places = self._places if self._places is not None else places_of(os.environ, self.home)
            self._disk = Disk(self.home, self.project, (ROOT, *FOREIGN), places, self.shipped)
        else:
            self._disk.start()
        return self._disk

    def _beside(self, folder: Path) -> str:
        """The other files of a package, as paths that `read_file` takes."""
        project = Path(os.path.realpath(self.project))
        shown = folder.relative_to(project) if folder.is_relative_to(project) else folder
        found = list(self._looking().below(folder, MAX_BESIDE + 2, BESIDE_DEPTH))
        files = [f"- {(shown / name).as_posix()} ({size:,} bytes)" for name, size in found if name != PACKAGE_FILE]
        if not files:
            return ""
        more = ["- and more; see list_files"] if len(files) > MAX_BESIDE else []
        head = f"Relative paths above start at `{shown.as_posix()}`. Files beside it, to be read with read_file:"
        return "\n".join([head, "", *files[:MAX_BESIDE], *more])


def _shelf(scans: Sequence[Scan]) -> Shelf:
    entries = [entry for scan in scans for entry in _named_once(scan.skills)]
    faults = [fault for scan in scans for fault in scan.problems]
    names = Shelf(tuple(entries))
    mappings: list[SkillMapping] = []
    mapped: dict[str, list[str]] = {}
    for file in (file for scan in scans for file in scan.mappings):
        ids, wrong = _resolved(names, file, MAX_FAULTS - len(faults))
        faults += wrong
        path = printable(str(file.path))
        mappings.append(
            SkillMapping(scope=file.scope, agent=file.agent, orchestrator=file.orchestrator, path=path, skills=ids)
        )
        for skill_id in ids:
            mapped.setdefault(skill_id, []).append(file.label)
    good = {entry.info.id for entry in entries if not entry.info.error}
    both = {entry.info.name for entry in entries if {f"global:{entry.info.name}", f"project:{entry.info.name}"} <= good}
    done = tuple(_completed(entry, mapped.get(entry.info.id, []), entry.info.name in both) for entry in entries)
    elsewhere = sorted({path for scan in scans for path in scan.elsewhere})
    return Shelf(done, tuple(mappings), tuple(faults), tuple(elsewhere))


def _named_once(entries: Sequence[Entry]) -> list[Entry]:
    """The same, where of those of one name all but the first have an error."""
    first: dict[str, Entry] = {}
    result: list[Entry] = []
    for entry in entries:
        known = first.get(entry.info.name)
        if entry.info.error is None and known is not None:
            error = problem(
                Path(entry.info.path), f"is not used: {known.info.path} has the same name", "Give one another name."
            )
            entry = replace(entry, info=entry.info.model_copy(update={"error": error}))  # noqa: PLW2901
        elif entry.info.error is None:
            first[entry.info.name] = entry
        result.append(entry)
    return result


def _resolved(shelf: Shelf, file: MappingFile, most: int) -> tuple[list[str], list[ErrorInfo]]:
    """Ids of the skills a mapping file names. A plain name means its own scope's skill, where that has one.

    Of the built-in files it means the project's, else the person's: these stand over what is built in.

    Args:
        most: names that mean nothing and are said; looking for what may be meant takes time.
    """
    ids: list[str] = []
    wrong: list[ErrorInfo] = []
    first: SettingsScope = "project" if file.scope == "built in" else file.scope
    for wanted in file.lines.wanted:
        if len(wrong) >= most and not shelf.meant(wanted.name):
            continue
        try:
            entry = shelf.find(wanted.name, first)
        except DispatchError as error:
            wrong.append(problem(file.path, error.message.rstrip("."), error.hint or "Correct the name.", wanted.line))
            continue
        if entry.info.error:
            what = f"the skill `{entry.info.id}` cannot be used"
            wrong.append(problem(file.path, what, entry.info.error.message, wanted.line))
            continue
        ids.append(entry.info.id)
    return list(dict.fromkeys(ids)), wrong


def _completed(entry: Entry, agents: list[str], ambiguous: bool) -> Entry:
    if entry.info.error:
        return entry
    update = {"agents": sorted(set(agents)), "ambiguous": ambiguous}
    return replace(entry, info=entry.info.model_copy(update=update))
