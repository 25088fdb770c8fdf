"""Which model and key are meant by what is wanted, now, and why: a pure function of how the keys stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..config.model_schema import TAGS
from ..config.names import nearest
from ..protocol.ids import KeyId
from ..protocol.parts import ModelWish
from ..protocol.records import ErrorInfo
from ..protocol.settings import Candidate, Resolution
from .catalog import Catalog, Model
from .providers import describe, known_providers
from .standing import ACTIVE, Standing
from .words import moment

Pair = tuple[str, KeyId | None]
"""A model's id and a key."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of keys and models at a moment."""

    standings: Mapping[KeyId, Standing] = field(default_factory=dict)
    """Of keys that are not named here: active."""
    left_out: Mapping[Pair, Standing] = field(default_factory=dict)
    """Models that do not work with a key, or for now not without one, and why."""
    priced: Callable[[Model], bool | None] = lambda _model: True
    """Whether anybody knows a model's price; None: nobody has looked yet."""


@dataclass(frozen=True, slots=True)
class Option:
    """One model with one key, as somebody wants it."""

    model: Model
    key: KeyId | None
    wish: ModelWish


def options(catalog: Catalog, wants: Sequence[ModelWish]) -> tuple[list[Option], list[ErrorInfo]]:
    """What could be called for these wishes, in the order in which it is tried, and which wishes mean nothing.

    The wishes in their order; within a tag by the fallback order of keys, then by the order of the models.
    """
    found: dict[tuple[str, KeyId | None], Option] = {}
    faults: list[ErrorInfo] = []
    for wish in wants or [catalog.default]:
        models = catalog.named(wish.model)
        if models is None:
            faults.append(_unknown(catalog, wish.model))
            continue
        places = {key.id: key.position for key in catalog.keys}
        pairs = [(model, key) for model in models for key in model.keys if wish.key in (None, key)]
        # models that need no key come last: they are there whatever happens to the keys
        pairs.sort(key=lambda pair: places.get(pair[1], len(places) + 1) if pair[1] else len(places) + 1)
        for model, key in pairs:
            found.setdefault((model.id, key), Option(model, key, wish))
        if not pairs:
            faults.append(_no_key(catalog, wish, models))
    return list(found.values()), faults


def resolve(catalog: Catalog, wants: Sequence[ModelWish], facts: Facts, now: datetime) -> Resolution:
    """What is meant by the wishes now, and why; no wishes: the default.

    `chosen` is the first that can be used. Where none can: `until` is when the first is expected back (None: nobody
    knows, but it passes), or `error` says why none ever will be.
    """
    wants = list(wants) or [catalog.default]
    found, faults = options(catalog, wants)
    standings = [_standing(catalog, option, facts) for option in found]
    candidates = [_candidate(option, standing, now) for option, standing in zip(found, standings, strict=True)]
    chosen = next((candidate for candidate in candidates if candidate.usable), None)
    passing = [standing for standing in standings if standing.passes]
    times = [standing.until for standing in passing if standing.until]
    until = min(times, default=None) if chosen is None else None
    left_out = bool(found) and all((option.model.id, option.key) in facts.left_out for option in found)
    error = None if chosen or passing else _never(standings, faults, left_out=left_out)
    return Resolution(wants=wants, chosen=chosen, candidates=candidates, until=until, error=error)


def explained(catalog: Catalog, found: Resolution) -> Resolution:
    """The same, for people: of a tag that no model bears the reasons say that any model counts."""
    unborne = {wish.model for wish in found.wants if wish.model in TAGS and wish.model not in catalog.tags}
    if not unborne:
        return found
    names = " or ".join(f"`{name}`" for name in sorted(unborne))
    others = [wish for wish in found.wants if wish.model not in unborne]
    meant = {option.model.id for option in options(catalog, others)[0]} if others else set()

    def told(candidate: Candidate) -> Candidate:
        if candidate.model in meant:
            return candidate
        return candidate.model_copy(update={"why": f"No model has the tag {names}, so any counts. {candidate.why}"})

    chosen = found.chosen and told(found.chosen)
    return found.model_copy(update={"chosen": chosen, "candidates": [told(one) for one in found.candidates]})


def _standing(catalog: Catalog, option: Option, facts: Facts) -> Standing:
    """What stands in the way of an option; `active` where nothing does."""
    if (standing := facts.left_out.get((option.model.id, option.key))) and not standing.usable:
        return standing
    key = catalog.key(option.key)
    if key is None:
        return ACTIVE
    if key.budget and key.budget.usd is not None and facts.priced(option.model) is False:
        return Standing(
            "bad",
            f"Nobody knows the price of {option.model.id}, and `{key.id}` has a budget in USD. "
            "Set `price:` of the model in dispatch.yaml, or give the key a budget in tokens.",
        )
    return facts.standings.get(key.id, ACTIVE)


def _candidate(option: Option, standing: Standing, now: datetime) -> Candidate:
    if standing.usable:
        why = f"`{option.key}` can be used." if option.key else "It needs no key."
    else:
        back = f" Expected back at {moment(standing.until)}." if standing.until and standing.until > now else ""
        why = standing.reason + ("" if standing.until and moment(standing.until) in standing.reason else back)
    return Candidate(
        model=option.model.id,
        key=option.key,
        effort=option.wish.effort or option.model.effort,
        usable=standing.usable,
        why=why,
        until=standing.until,
    )


# ---------------------------------------------------------------------- what cannot be


def _never(standings: Sequence[Standing], faults: Sequence[ErrorInfo], *, left_out: bool) -> ErrorInfo:
    if not standings:
        return faults[0]
    said = list(dict.fromkeys(standing.reason for standing in standings))
    used_up = any(standing.status == "exhausted" for standing in standings)
    message = said[0] if len(said) == 1 else "No key can be used. " + " ".join(said)
    hint = "Then send the message again, or choose another model."
    code = "no_model" if left_out else "key_exhausted" if used_up else "bad_key"
    return ErrorInfo(code=code, message=message, hint=hint)


def _unknown(catalog: Catalog, name: str) -> ErrorInfo:
    provider, slash, rest = name.partition("/")
    known = [*catalog.tags, *(model.id for model in catalog.models)]
    near = nearest(name, known, cutoff=0.5)
    if slash and rest and not near and (meant := nearest(provider, sorted(known_providers()))):
        near = f"{meant}/{rest}"
    suggestion = f"; did you mean `{near}`?" if near else "."
    what = "Model" if slash else "Model tag"
    tags = ", ".join(f"`{tag}`" for tag in catalog.tags)
    return ErrorInfo(
        code="no_model",
        message=f"{what} `{name}` is unknown{suggestion}",
        hint=f"Name a tag of `models:` in dispatch.yaml ({tags}), or a model as provider/name.",
    )


def _no_key(catalog: Catalog, wish: ModelWish, models: Sequence[Model]) -> ErrorInfo:
    if wish.key is not None:
        exists = catalog.key(wish.key) is not None
        ids = [key.id for key in catalog.keys]
        near = nearest(wish.key, ids)
        suggestion = f" Did you mean `{near}`?" if near and not exists else ""
        why = f"is not one for `{wish.model}`" if exists else "is unknown"
        return ErrorInfo(
            code="bad_key",
            message=f"Key `{wish.key}` {why}.{suggestion}",
            hint="Name a key of `keys:` in dispatch.yaml that is of the model's provider.",
        )
    provider = describe(models[0].provider if models else "")
    variable = provider.keys[0] if provider.keys else f"{provider.name.upper()}_API_KEY"
    if not models:
        return ErrorInfo(code="no_model", message="There are no models.", hint="Add one to `models:` in dispatch.yaml.")
    return ErrorInfo(
        code="bad_key",
        message=f"There is no key for {provider.label}, which `{models[0].id}` needs: {variable} is not set.",
        hint=f"Add one to `keys:` in dispatch.yaml, or set it and start Jupyter again:\nexport {variable}=…",
    )
