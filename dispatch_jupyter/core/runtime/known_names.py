"""What dispatch.yaml may name besides what stands in it."""

from collections.abc import Mapping

from ..config.load import Known
from ..llm.providers import PROVIDERS, family_of, known_providers, value_of
from ..permissions.places import Places
from ..tools.groups import known_names


def known_to(environ: Mapping[str, str], places: Places) -> Known:
    """Tools, keys that are in the environment under the names of their variables, and models named without provider."""
    found = (value_of(environ, provider.keys)[0] for provider in PROVIDERS.values())
    return Known(
        tools=known_names(),
        keys=frozenset(filter(None, found)),
        variables={provider.name: provider.keys[0] for provider in PROVIDERS.values() if provider.keys},
        providers=known_providers,
        is_model=lambda word: family_of(word) is not None,
        is_secret=lambda path: places.secret(path) is not None,
    )
