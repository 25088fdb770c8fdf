"""What a call used and cost."""

from collections.abc import Sequence
from typing import Any

from ..protocol.parts import Usage
from .providers import provider_of

FREE = ("ollama", "ollama_chat", "lm_studio")
"""Run on the person's own machine."""


def usage_of(litellm: Any, model: str, chunks: Sequence[Any]) -> Usage:
    """Tokens as the provider reported them, and their price; the price is None where it is not known."""
    reported = next((found for chunk in reversed(chunks) if (found := getattr(chunk, "usage", None))), None)
    if reported is None:
        return Usage(cost_usd=0.0 if provider_of(model) in FREE else None)
    details = getattr(reported, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None) or getattr(reported, "cache_read_input_tokens", None) or 0
    return Usage(
        input_tokens=reported.prompt_tokens or 0,
        output_tokens=reported.completion_tokens or 0,
        cached_tokens=cached,
        cost_usd=_price(litellm, model, reported),
    )


def _price(litellm: Any, model: str, reported: Any) -> float | None:
    provider, _, name = model.partition("/")
    if provider in FREE:
        return 0.0
    try:
        paid = litellm.cost_per_token(model=name, custom_llm_provider=provider, usage_object=reported)
    except Exception:  # noqa: BLE001 - litellm says "I have no price for this" in several exceptions
        return None
    return float(sum(paid))
