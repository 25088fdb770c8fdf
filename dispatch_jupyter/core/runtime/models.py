"""Which model agents get: looked up when it is asked for, and remembered for a moment."""

import asyncio
import time
from dataclasses import dataclass

from ..config.load import Config
from ..llm.choose import named_model
from ..llm.probe import look_around
from ..protocol.commands import Readiness
from ..protocol.errors import Invalid
from .settings import FRESH_SECONDS, CurrentConfig


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    """Monotonic seconds."""
    config: Config
    readiness: Readiness


class Models:
    """The model in force."""

    def __init__(self, config: CurrentConfig) -> None:
        self._config = config
        self._environ = config.environ
        self._lock = asyncio.Lock()
        self._last: _Known | None = None

    async def default(self) -> Readiness:
        """What agents get whose model nobody chose; with everything that is wrong with the settings."""
        return (await self._known()).readiness

    async def max_steps(self) -> int:
        """Model calls in one turn, as the settings have it."""
        return (await self._known()).config.settings.limits.max_steps

    def named(self, model: str) -> Readiness:
        """A model that a person chose, with what is missing for it.

        Raises:
            Invalid: no provider has such a model.
        """
        readiness = named_model(self._environ, model, "model")
        unknown = [problem for problem in readiness.problems if problem.code == "no_model"]
        if unknown and not readiness.model.demo:
            raise Invalid(unknown[0].message, unknown[0].hint)
        return readiness

    async def _known(self) -> _Known:
        async with self._lock:
            last = self._last
            if last is None or last.config is not self._config.last or time.monotonic() - last.at > FRESH_SECONDS:
                last = self._last = await self._look_up()
            return last

    async def _look_up(self) -> _Known:
        config = await self._config.fresh()
        found = await look_around(self._environ, config.model)
        readiness = found.model_copy(update={"problems": [*config.errors, *found.problems]})
        return _Known(time.monotonic(), config, readiness)
