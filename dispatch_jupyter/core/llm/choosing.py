"""Which call an agent may make, with those that came before it served first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..protocol.ids import KeyId
from ..protocol.parts import ModelWish
from ..protocol.settings import Resolution
from .catalog import Catalog, Model
from .estimate import Size, worst_case
from .key_facts import Gathered
from .ledger import Claim, Snapshot
from .library import load_litellm, loaded_litellm
from .prices import FREE
from .providers import DEMO
from .resolve import options, resolve
from .standing import Sums
from .turns import Ticket


def choose(
    gathered: Gathered, snapshot: Snapshot, ahead: Sequence[Ticket], wants: Sequence[ModelWish], size: Size
) -> tuple[Resolution, Claim | None]:
    """What the wishes mean now, and what is to be reserved for it; None: nothing can be used.

    What those ahead would get is taken as reserved already: nobody is passed over, and nobody waits for more than that.
    """
    for ticket in ahead:
        theirs = resolve(gathered.catalog, ticket.wants, gathered.facts(snapshot), gathered.now)
        snapshot = _with_reserved(snapshot, _claim(gathered, theirs, ticket.size))
    resolution = resolve(gathered.catalog, wants, gathered.facts(snapshot), gathered.now)
    return resolution, _claim(gathered, resolution, size)


def model_of(gathered: Gathered, model_id: str) -> Model:
    """The model of a candidate: in the settings, or any that a person named."""
    return gathered.catalog.model(model_id) or Model(model_id)


async def prices_for(catalog: Catalog, wants: Sequence[ModelWish]) -> Any:
    """The litellm module where a budget needs what it knows of a model (seconds at the first call), else if loaded."""
    found, _ = options(catalog, wants)
    for option in found:
        key, model = catalog.key(option.key), option.model
        told = model.max_output is not None and (model.price is not None or not (key and key.budget and key.budget.usd))
        if key and key.budget and not told and model.provider not in FREE and model.id != DEMO:
            return await load_litellm()
    return loaded_litellm()


def _claim(gathered: Gathered, resolution: Resolution, size: Size) -> Claim | None:
    chosen = resolution.chosen
    if chosen is None:
        return None
    worst = worst_case(gathered.litellm, model_of(gathered, chosen.model), size)
    return Claim(chosen.key, chosen.model, worst)


def _with_reserved(snapshot: Snapshot, claim: Claim | None) -> Snapshot:
    if claim is None or claim.key is None:
        return snapshot
    sums = snapshot.sums.get(claim.key, Sums())
    more = replace(
        sums,
        reserved_nano=sums.reserved_nano + (claim.worst.nano or 0),
        reserved_tokens=sums.reserved_tokens + claim.worst.tokens,
    )
    changed: Mapping[KeyId, Sums] = {**snapshot.sums, claim.key: more}
    return Snapshot(changed, snapshot.refusals)
