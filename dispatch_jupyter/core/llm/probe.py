"""Asking the servers a person may run which models they have. Only when nothing else decides, and briefly."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ..protocol.commands import Readiness
from .choose import choose, named_one
from .providers import FIRST_CHOICES, PROVIDERS, api_base, ollama_base, value_of

GUESS_SECONDS = 0.3
"""For Ollama, of which nobody said that it is there."""
NAMED_SECONDS = 2.0
"""For a server that the person named, perhaps a gateway far away."""


async def look_around(environ: Mapping[str, str], configured: str | None) -> Readiness:
    """`choose`, after asking what is needed for it: nobody, where a model is named or a key is set."""
    if named_one(environ, configured):
        return choose(environ, configured, None)
    served = await served_models(environ) if _asks_server(environ) else None
    found = choose(environ, configured, None, served)
    if not found.model.demo:
        return found
    return choose(environ, configured, await ollama_models(environ), served)


async def ollama_models(environ: Mapping[str, str]) -> list[str] | None:
    """The models Ollama has, as it lists them (latest first); None where it does not answer at once."""
    body = await _get_json(f"{ollama_base(environ)}/api/tags", {}, GUESS_SECONDS)
    if body is None:
        return None
    return [str(model["name"]) for model in _dicts(body.get("models")) if "name" in model]


async def served_models(environ: Mapping[str, str]) -> list[str] | None:
    """The models of the server at `OPENAI_BASE_URL`; None where it does not say so in time."""
    _, key = value_of(environ, PROVIDERS["openai"].keys)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = await _get_json(f"{api_base(environ, 'openai')}/models", headers, NAMED_SECONDS)
    if body is None:
        return None
    return [str(model["id"]) for model in _dicts(body.get("data")) if "id" in model]


def _asks_server(environ: Mapping[str, str]) -> bool:
    """Whether the choice comes down to the models of the server at `OPENAI_BASE_URL`."""
    earlier = FIRST_CHOICES[: FIRST_CHOICES.index("openai")]
    has_key = any(value_of(environ, PROVIDERS[name].keys)[0] for name in earlier)
    return api_base(environ, "openai") is not None and not has_key


async def _get_json(url: str, headers: dict[str, str], seconds: float) -> dict[str, Any] | None:
    import httpx

    plain = url.lower().startswith("http:")
    client = httpx.AsyncClient(trust_env=False, verify=not plain)  # certificates take a while to load
    try:
        async with asyncio.timeout(seconds), client:
            answer = await client.get(url, headers=headers)
            body = answer.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError):
        return None  # nobody there, or somebody else: an ordinary outcome of asking
    return body if isinstance(body, dict) else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
