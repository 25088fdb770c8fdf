"""The keys and models there are: those of the settings, and of the environment where the settings say nothing.

Pure: what the environment and the settings hold goes in, and nothing is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from ..config.model_schema import TAGS, KeySection, ModelSection, PriceSection, WaitSection
from ..config.schema import Settings
from ..protocol.commands import Readiness
from ..protocol.ids import KeyId
from ..protocol.parts import Effort, ModelWish
from ..protocol.settings import Budget
from .choose import full_name
from .providers import DEMO, PROVIDERS, Provider, account_of, api_base, describe, known_providers, provider_of, value_of
from .secret import SecretRef

ANY = "any"
"""The tag every model has."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key: where its secret is, and how much may be used with it."""

    id: KeyId
    provider: str
    secret: SecretRef
    api_base: str | None = field(default=None, repr=False)
    """The address that is called; None: the provider's own. It may hold a password."""
    budget: Budget | None = None
    position: int = 0
    """Place in the fallback order, from 1."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and what it may be called with."""

    id: str
    tags: tuple[str, ...] = (ANY,)
    keys: tuple[KeyId | None, ...] = ()
    """In fallback order; None: without any. Empty: it cannot be called."""
    effort: Effort | None = None
    price: PriceSection | None = None
    max_output: int | None = None

    @property
    def provider(self) -> str:
        return provider_of(self.id)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All keys and models, as they are now."""

    keys: tuple[Key, ...] = ()
    """In fallback order."""
    models: tuple[Model, ...] = ()
    """In the order of the settings."""
    default: ModelWish = field(default_factory=lambda: ModelWish(model=DEMO))
    """What is meant where nothing is asked for."""
    wait: WaitSection = field(default_factory=WaitSection)
    bases: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment's addresses of providers, by the names of their variables."""

    @property
    def tags(self) -> dict[str, tuple[Model, ...]]:
        """The models of each tag, in the order of the settings."""
        names = dict.fromkeys([ANY, *(tag for model in self.models for tag in model.tags)])
        return {name: tuple(model for model in self.models if name in model.tags) for name in names}

    def key(self, key_id: KeyId | None) -> Key | None:
        """The key of an id; None where there is none."""
        return next((key for key in self.keys if key.id == key_id), None)

    def named(self, name: str) -> Sequence[Model] | None:
        """What is meant by a tag, an id or the name of a model; None: nothing.

        A usual word for a kind of models (`heavy`) means all of them where no model bears it.
        """
        tags = self.tags
        if name in tags or name in TAGS:
            return tags.get(name, self.models)
        if "/" not in name and get_close_matches(name, list(tags), n=1, cutoff=0.7):
            # a misspelt tag, and not the name of a model, unless there is one
            exact = next((model for model in self.models if model.id.partition("/")[2] == name), None)
            return [exact] if exact else None
        model = self.model(name)
        return None if model is None else [model]

    def model(self, name: str) -> Model | None:
        """A model by its id, or by its name where that tells the provider; None where no provider is named by it.

        It need not be in the settings: then it may be called with any key of its provider.
        """
        model_id = full_name(self.bases, name)
        for model in self.models:
            if model.id in (name, model_id):
                return model
        provider, slash, rest = model_id.partition("/")
        if model_id != DEMO and not (slash and rest and provider in known_providers()):
            return None
        return Model(model_id, keys=keys_for(model_id, self.keys, self.bases))


def catalog_of(settings: Settings, environ: Mapping[str, str], found: Readiness) -> Catalog:
    """The keys and models of the settings; without any, exactly what `choose` found.

    Args:
        settings: with their defaults filled in.
        environ: environment variables: keys are looked for there, and addresses of providers.
        found: the model in force where neither `keys:` nor `models:` is set.
    """
    keys = _keys(settings, environ)
    bases = {name: environ[name] for name in _base_variables() if environ.get(name, "").strip()}
    configured = bool(settings.keys or settings.models)
    if settings.models:
        models = tuple(_model(section, keys, bases) for section in settings.models)
    elif settings.keys:
        models = _default_models(settings, keys, bases)
    else:
        models = (Model(found.model.id, keys=keys_for(found.model.id, keys, bases)),)
    named = environ.get("DISPATCH_MODEL", "").strip() or (settings.model or "").strip()
    fallen_back = ANY if configured else found.model.id
    return Catalog(keys, models, ModelWish(model=named or fallen_back), settings.wait, bases)


def keys_for(model: str, keys: tuple[Key, ...], bases: Mapping[str, str]) -> tuple[KeyId | None, ...]:
    """The keys a model may be called with; (None,) where its provider needs none, or only litellm knows which."""
    account = account_of(provider_of(model))
    own = tuple(key.id for key in keys if account_of(key.provider) == account)
    if own:
        return own
    needs_one = bool(describe(account).keys) and not (account == "openai" and api_base(bases, "openai"))
    return () if needs_one else (None,)


# ---------------------------------------------------------------------- keys


def _keys(settings: Settings, environ: Mapping[str, str]) -> tuple[Key, ...]:
    configured = [_configured(section, environ) for section in settings.keys]
    order = {name: place for place, name in enumerate(settings.fallback)}
    configured.sort(key=lambda key: order.get(key.id, len(order)))  # stable: the rest stay as they stand
    taken = {account_of(key.provider) for key in configured}
    ids = {key.id for key in configured}
    # a key of the environment beside a configured one of the same provider would be a way around its budget
    implicit = [
        key
        for provider in PROVIDERS.values()
        if account_of(provider.name) == provider.name
        and provider.name not in taken
        and (key := _implicit(provider, environ))
        and key.id not in ids
    ]
    return tuple(replace(key, position=place) for place, key in enumerate([*configured, *implicit], 1))


def _configured(section: KeySection, environ: Mapping[str, str]) -> Key:
    budget: Any = section.budget and Budget(**section.budget.model_dump())
    base = section.api_base.rstrip("/") if section.api_base else api_base(environ, section.provider)
    return Key(KeyId(section.id), section.provider, _secret(section, environ), base, budget)


def _secret(section: KeySection, environ: Mapping[str, str]) -> SecretRef:
    if section.env:
        return SecretRef("env", section.env)
    if section.file:
        return SecretRef("file", section.file)
    if section.keyring:
        return SecretRef("keyring", section.keyring)
    variables = describe(account_of(section.provider)).keys
    # the provider's own key is not sent to an address that is not the provider's own
    if not variables or section.api_base:
        return SecretRef("none")
    return SecretRef("env", value_of(environ, variables)[0] or variables[0])


def _implicit(provider: Provider, environ: Mapping[str, str]) -> Key | None:
    variable, _ = value_of(environ, provider.keys)
    if not variable:
        return None
    return Key(KeyId(variable), provider.name, SecretRef("env", variable), api_base(environ, provider.name))


# ---------------------------------------------------------------------- models


def _model(section: ModelSection, keys: tuple[Key, ...], bases: Mapping[str, str]) -> Model:
    allowed = keys_for(section.id, keys, bases)
    if section.keys is not None:
        allowed = tuple(key for key in allowed if key in section.keys)
    tags = tuple(dict.fromkeys([*section.tags, ANY]))
    return Model(section.id, tags, allowed, section.effort, section.price, section.max_output)


def _default_models(settings: Settings, keys: tuple[Key, ...], bases: Mapping[str, str]) -> tuple[Model, ...]:
    configured = {section.id for section in settings.keys}
    providers = dict.fromkeys(key.provider for key in keys if key.id in configured)
    names = [f"{name}/{describe(name).default_model}" for name in providers if describe(name).default_model]
    return tuple(Model(name, keys=keys_for(name, keys, bases)) for name in names)


def _base_variables() -> list[str]:
    return [name for provider in PROVIDERS.values() for name in provider.bases]
