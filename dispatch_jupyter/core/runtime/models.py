"""Which model new sessions get: looked up when it is asked for, and remembered for a moment."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from ..llm.choose import choose
from ..protocol.commands import Readiness

FRESH_SECONDS = 5.0


class Models:
    """The model in force. `dispatch.yaml` is read again after a few seconds, so an edit takes effect by itself."""

    def __init__(self, project: Path, environ: Mapping[str, str]) -> None:
        self._project = project
        self._environ = environ
        self._lock = asyncio.Lock()
        self._known: tuple[float, Readiness] | None = None
        self.max_steps = 50

    async def readiness(self, model: str | None = None) -> Readiness:
        """The default model, or how ready the one asked for is."""
        if model is not None:
            return choose({**self._environ, "DISPATCH_MODEL": model}, None, None)
        async with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > FRESH_SECONDS:
                self._known = time.monotonic(), await self._look_up()
            return self._known[1]
