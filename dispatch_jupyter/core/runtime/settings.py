"""The settings in force: `dispatch.yaml` is read again after a few seconds, so an edit takes effect by itself."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from ..config.load import Config, load

FRESH_SECONDS = 5.0


class CurrentConfig:
    """The configuration of a project, as it is now."""

    def __init__(self, project: Path, environ: Mapping[str, str]) -> None:
        self.project = project
        self.environ = environ
        self.last = Config()
        """As it was when it was last looked up."""
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
        began = time.monotonic()
        self.last = await asyncio.to_thread(load, self.project, self.environ, self.last)
        self._read_at = began
