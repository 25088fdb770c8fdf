"""Keys and models as people and clients see them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..protocol.ids import KeyId
from ..protocol.parts import Usage
from ..protocol.records import ErrorInfo
from ..protocol.settings import KeyEvent, KeyState, ModelInfo, Models
from .catalog import Catalog, Key, Model
from .estimate import is_priced
from .key_facts import Gathered
from .ledger import usage_of_sums
from .period import window_of
from .providers import describe
from .redact import redact
from .secret import Secret
from .standing import NANO, Standing, Sums


def key_state(key: Key, standing: Standing, sums: Sums, now: datetime, *, environ: Mapping[str, str]) -> KeyState:
    """A key, how it stands, and what it used in its period."""
    return KeyState(
        id=key.id,
        provider=key.provider,
        label=describe(key.provider).label,
        source=str(key.secret),
        api_base=redact(key.api_base, environ) if key.api_base else None,
        position=key.position,
        status=standing.status,
        reason=standing.reason,
        until=standing.until,
        guessed=standing.guessed,
        budget=key.budget,
        used=usage_of_sums(sums.input, sums.output, sums.cached, sums.nano, sums.unpriced),
        calls=sums.calls,
        reserved_usd=sums.reserved_nano / NANO,
        reserved_tokens=sums.reserved_tokens,
        resets_at=window_of(key.budget, now).ends,
    )


def models_view(
    catalog: Catalog,
    states: Sequence[KeyState],
    *,
    usage: Mapping[str, Usage],
    log: Sequence[KeyEvent],
    problems: Sequence[ErrorInfo],
    litellm: Any,
) -> Models:
    """`GET models`."""
    usable = {state.id for state in states if state.status == "active"}
    return Models(
        keys=list(states),
        models=[_model_info(model, usage.get(model.id, Usage()), litellm) for model in catalog.models],
        tags={tag: _in_order(catalog, models, usable) for tag, models in catalog.tags.items()},
        log=list(log),
        problems=list(problems),
    )


def _model_info(model: Model, used: Usage, litellm: Any) -> ModelInfo:
    return ModelInfo(
        id=model.id,
        label=model.id.rpartition("/")[2],
        provider=model.provider,
        tags=list(model.tags),
        keys=[key for key in model.keys if key],
        no_key=not model.keys,
        effort=model.effort,
        priced=is_priced(litellm, model),
        used=used,
    )


def _in_order(catalog: Catalog, models: Sequence[Model], usable: set[KeyId]) -> list[str]:
    """As `resolve` tries them: by the place of the first key that can be used, else by the first at all."""
    places = {key.id: key.position for key in catalog.keys}
    last = len(places) + 1

    def place(model: Model) -> tuple[bool, int]:
        keys = [key for key in model.keys if key in usable or key is None]
        return not keys, min((places.get(key, last) if key else last for key in keys or model.keys), default=last)

    return [model.id for model in sorted(models, key=place)]


def secret_warnings(gathered: Gathered) -> list[ErrorInfo]:
    """Secrets that are not well kept."""
    found = [(key, gathered.secrets.get(key.secret)) for key in gathered.catalog.keys]
    return [
        ErrorInfo(code="exposed_key", message=f"Key `{key.id}`: {secret.warning}")
        for key, secret in found
        if isinstance(secret, Secret) and secret.warning
    ]
