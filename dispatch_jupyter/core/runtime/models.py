"""Which model an agent gets, and why: from what is wanted and how the keys stand."""

from collections.abc import Sequence

from ..llm.choose import model_ref
from ..llm.key_ring import KeyRing
from ..llm.providers import DEMO
from ..protocol.commands import Readiness
from ..protocol.parts import ModelRef, ModelWish
from ..protocol.records import ErrorInfo
from ..protocol.settings import Models as ModelsView
from ..protocol.settings import Resolution
from .current_catalog import CurrentCatalog


class Models:
    """The models of a project, with the keys they are called with."""

    def __init__(self, current: CurrentCatalog, ring: KeyRing) -> None:
        self.current = current
        self._ring = ring

    async def default(self) -> Readiness:
        """What agents get whose model nobody chose; with everything that is wrong with the settings."""
        found = await self.current.fresh()
        settings = found.config.settings
        configured = settings.keys or settings.models
        readiness = _readiness(await self._ring.resolve([])) if configured else found.readiness
        return readiness.model_copy(update={"problems": [*found.config.errors, *readiness.problems]})

    async def resolve(self, wants: Sequence[ModelWish]) -> Resolution:
        """What is meant by the wishes now, and why; none: by the default."""
        await self.current.fresh()
        return await self._ring.resolve(wants)

    async def view(self) -> ModelsView:
        """All keys and models, and how they stand."""
        found = await self.current.fresh()
        view = await self._ring.models()
        about_keys = [error for error in found.config.errors if error not in view.problems]
        return view.model_copy(update={"problems": [*about_keys, *view.problems]})

    def poke(self) -> None:
        """Somebody who waits may want another model now."""
        self._ring.poke()

    async def forgive(self) -> None:
        """A person put something right about the keys: each is tried once, whatever its provider said before."""
        await self._ring.forgive()

    async def first(self, wants: Sequence[ModelWish]) -> ModelRef:
        """The model an agent shows before its first call: the one it would get now, else the one it would wait for."""
        if not wants:
            return (await self.default()).model
        shown = _shown(await self.resolve(wants))
        return shown or (await self.default()).model


def _readiness(found: Resolution) -> Readiness:
    """What the settings make of the default."""
    problems: list[ErrorInfo] = [found.error] if found.error else []
    model = _shown(found)
    if model is None:
        return Readiness(model=model_ref(DEMO), source="demo", ready=False, problems=problems)
    return Readiness(model=model, source="dispatch.yaml", ready=found.error is None, problems=problems)


def _shown(found: Resolution) -> ModelRef | None:
    """What would be called, or is waited for, or cannot be called though it was named; None: only tags were."""
    candidate = found.chosen or next(iter(found.candidates), None)
    if candidate is not None:
        return model_ref(candidate.model).model_copy(update={"key": candidate.key, "effort": candidate.effort})
    named = next((wish for wish in found.wants if "/" in wish.model), None)
    return model_ref(named.model).model_copy(update={"effort": named.effort}) if named else None
