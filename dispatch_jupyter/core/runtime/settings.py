"""The settings in force: `dispatch.yaml` and the files of agents, read again when they change and every few seconds."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ..config.load import Config, Known, load

FRESH_SECONDS = 5.0


class CurrentConfig:
    """The configuration of a project, as it is now.

    Args:
        known: names that may be used in it and are made elsewhere.
    """

    def __init__(self, project: Path, environ: Mapping[str, str], known: Known | None = None) -> None:
        self.project = project
        self.environ = environ
        self.last = Config()
        """As it was when it was last looked up."""
        self.on_change: Callable[[Config, Config], None] = lambda before, after: None
        """Called with what was in force and what is now, once it is another; not for the first look."""
        self._known = known
        self._lock = asyncio.Lock()
        self._read_at: float | None = None

    async def fresh(self) -> Config:
        """The configuration, at most a few seconds old. Looked up in a thread."""
        async with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at > FRESH_SECONDS:
                await self._look_up()
            return self.last

    async def renewed(self) -> Config:
        """The configuration, looked up now: something was written. A look that began before that does not count."""
        async with self._lock:
            await self._look_up()
            return self.last

    async def _look_up(self) -> None:
        first = self._read_at is None
        began = time.monotonic()
        before = self.last
        self.last = await asyncio.to_thread(load, self.project, self.environ, before, self._known)
        self._read_at = began
        if not first and self.last is not before:
            self.on_change(before, self.last)
