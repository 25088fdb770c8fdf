"""The skills and the project's instructions, as the files are now."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from ..protocol.records import ErrorInfo
from ..skills.instructions import instructions
from ..skills.library import Library
from ..skills.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Told:
    """What agents are told from files, at one moment."""

    shelf: Shelf = field(default_factory=Shelf)
    instructions: str = ""
    """Of the project: its `AGENTS.md`."""
    fault: ErrorInfo | None = None
    """What is wrong with that file."""

    packages_outside: tuple[Path, ...] = ()
    """Folders of skills outside the project: agents may read the files in them."""

    @property
    def problems(self) -> list[ErrorInfo]:
        return [*self.shelf.problems, *([self.fault] if self.fault else [])]


class CurrentSkills:
    """Reads them once, and again when it is told that they changed."""

    def __init__(self, library: Library, project: Path) -> None:
        self.library = library
        self.told = Told()
        """As they were when they were last looked up."""
        self._project = project
        self._read = False
        self._lock = asyncio.Lock()

    async def fresh(self) -> Told:
        """What agents are told; read in a thread at the first call."""
        return self.told if self._read else await self._looked_up(again=False)

    async def renewed(self) -> Told:
        """The same, read now: files changed."""
        return await self._looked_up(again=True)

    async def _looked_up(self, *, again: bool) -> Told:
        async with self._lock:
            if again or not self._read:  # else somebody else has looked it up while this one waited
                self.told = await asyncio.to_thread(self._load)
                self._read = True
            return self.told

    def _load(self) -> Told:
        text, fault = instructions(self._project)
        shelf = self.library.load()
        return Told(shelf, text, fault, self.library.packages_outside(shelf))
