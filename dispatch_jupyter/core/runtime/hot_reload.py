"""Files of settings and skills that change on disk take effect by themselves."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.differences import what_changed
from ..config.load import Config
from ..protocol.changes import Notice
from ..protocol.records import ErrorInfo
from ..skills.instructions import FILES as INSTRUCTIONS
from .chores import Chores
from .current_skills import CurrentSkills
from .models import Models
from .settings import CurrentConfig

if TYPE_CHECKING:
    from ..config.watch import Watch


class HotReload:
    """Watches the files while anybody works with them, and tells clients what changed.

    Args:
        announce: sends word to all clients.
    """

    def __init__(
        self, config: CurrentConfig, skills: CurrentSkills, models: Models, announce: Callable[[Notice], None]
    ) -> None:
        self._config = config
        self._skills = skills
        self._models = models
        self._announce = announce
        self._watch: Watch | None = None
        self._chores = Chores()
        config.on_change = self._config_changed

    @property
    def problem(self) -> ErrorInfo | None:
        """Why changes are noticed late, where they are."""
        return self._watch.problem if self._watch else None

    async def start(self) -> None:
        """Begin to watch. What changed before is looked up anyway when it is needed."""
        if self._watch is None:
            from ..config.watch import Watch

            self._watch = Watch(self._wanted, self._changed, asyncio.get_running_loop())
            await asyncio.to_thread(self._watch.start)

    async def stop(self) -> None:
        """No thread and no task is left."""
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
        await self._chores.stop()

    def _wanted(self) -> Iterable[tuple[Path, bool]]:
        yield from ((path, False) for path in self._config.last.watched)
        yield from self._skills.library.watched()
        yield from ((self._config.project / name, False) for name in INSTRUCTIONS)

    def _changed(self, paths: frozenset[Path]) -> None:
        self._later(self._take_up(paths))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        self._chores.add(work, "dispatch-hot-reload")

    async def _take_up(self, paths: frozenset[Path]) -> None:
        await self._config.renewed()
        if any(self._skills.library.concerns(path) for path in paths):
            await self._skills.renewed()
            self._announce(Notice(kind="skills_changed", message=_names(paths)))
        if self._watch is not None:
            self._watch.look()  # other files may matter now

    def _config_changed(self, before: Config, after: Config) -> None:
        self._later(self._tell(before, after))

    async def _tell(self, before: Config, after: Config) -> None:
        await self._models.current.fresh()
        if before.settings.keys != after.settings.keys:
            await self._models.forgive()
        self._models.poke()
        self._announce(Notice(kind="config_changed", message=", ".join(what_changed(before, after)[:5])))


def _names(paths: Iterable[Path]) -> str:
    """For people: the names of files, not where they are."""
    return ", ".join(sorted({path.name for path in paths})[:5])
