"""The keys and models there are now: looked up when asked for, and remembered for a moment."""

import asyncio
import time
from dataclasses import dataclass

from ..config.load import Config
from ..config.model_schema import TAGS
from ..llm.catalog import Catalog, catalog_of
from ..llm.choose import named_model
from ..llm.probe import look_around
from ..protocol.commands import Readiness
from ..protocol.errors import Invalid
from ..protocol.parts import ModelWish
from .settings import FRESH_SECONDS, CurrentConfig


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found."""

    at: float
    """Monotonic seconds."""
    config: Config
    readiness: Readiness
    """As the environment alone has it: what counts where the settings name neither keys nor models."""
    catalog: Catalog


class CurrentCatalog:
    """The keys and models of a project and its person."""

    def __init__(self, config: CurrentConfig) -> None:
        self._config = config
        self._environ = config.environ
        self._lock = asyncio.Lock()
        self._last: Found | None = None

    def last(self) -> Catalog:
        """As they were when they were last looked up."""
        return self._last.catalog if self._last else Catalog()

    async def fresh(self) -> Found:
        """As they are, or were a few seconds ago."""
        async with self._lock:
            config = await self._config.fresh()
            last = self._last
            if last is None or last.config is not config or time.monotonic() - last.at > FRESH_SECONDS:
                readiness = await look_around(self._environ, config.model)
                catalog = catalog_of(config.settings, self._environ, readiness)
                last = self._last = Found(time.monotonic(), config, readiness, catalog)
            return last

    async def wish(self, named: str) -> ModelWish:
        """What a person means by a tag or the name of a model.

        Raises:
            Invalid: there is no such tag, and no such model.
        """
        catalog = (await self.fresh()).catalog
        models = catalog.named(named)
        if models is not None:
            is_tag = named in catalog.tags or named in TAGS
            return ModelWish(model=named if is_tag else models[0].id)
        unknown = named_model(self._environ, named, "model").problems
        tags = ", ".join(f"`{tag}`" for tag in catalog.tags)
        raise Invalid(
            unknown[0].message if unknown else f"model: there is no `{named}`.",
            f"Name a tag ({tags}), or a model as provider/name.",
        )
