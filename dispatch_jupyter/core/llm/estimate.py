"""What a call uses at most, and what one that broke off has used: never guessed low, for it is reserved."""

import math
import re
from dataclasses import dataclass
from typing import Any

from .catalog import Model
from .prices import FREE
from .providers import DEMO, account_of
from .standing import NANO

MAX_OUTPUT = 32_000
"""Tokens an answer may have where the settings do not say."""
OVERHEAD = 1_000
"""Tokens that providers add of their own: instructions for tools, marks between messages."""
CHARS_A_TOKEN = 2
"""Of an answer that broke off; half of what is usual, so that too much is counted rather than too little."""
_TIER = re.compile(r"^(input|output|cache_creation)\w*?_cost(?:_per(?:_reasoning)?_token)?(?:_above_(\d+)k_tokens)?$")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a request is."""

    bytes: int
    """UTF-8 bytes of what is sent (instructions, tools, messages); where `known_tokens` is given, of what is new."""
    known_tokens: int = 0
    """Tokens of the part that was sent before, as the provider counted them."""
    known_by: str = ""
    """Id of the model that counted them: another one may need twice as many."""


@dataclass(frozen=True, slots=True)
class Worst:
    """What a call uses at most."""

    input: int
    output: int
    nano: int | None
    """Nano-USD; None where nobody knows the price."""

    @property
    def tokens(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-USD a token, the dearest that may apply."""

    input: float
    output: float

    def price(self, input_tokens: int, output_tokens: int) -> int:
        return math.ceil(input_tokens * self.input + output_tokens * self.output)


def input_bound(model: Model, size: Size) -> int:
    """Input tokens at most: no tokenizer makes more than one token of a byte."""
    known = size.known_tokens * (2 if size.known_by not in ("", model.id) else 1)
    return known + size.bytes + OVERHEAD


def output_bound(litellm: Any, model: Model) -> int:
    """Output tokens at most, reasoning included; the request must carry it."""
    if model.max_output is not None:
        return model.max_output
    able = _info(litellm, model.id).get("max_output_tokens")
    return min(able, MAX_OUTPUT) if isinstance(able, int) and able > 0 else MAX_OUTPUT


def worst_case(litellm: Any, model: Model, size: Size) -> Worst:
    """What a call uses at most.

    Args:
        litellm: the module, which knows prices; None where it was not loaded: then only the settings' are known.
        model: which is called.
        size: of the request.
    """
    input_tokens, output_tokens = input_bound(model, size), output_bound(litellm, model)
    rates = rates_of(litellm, model, input_tokens)
    return Worst(input_tokens, output_tokens, rates.price(input_tokens, output_tokens) if rates else None)


def streamed(model: Model, worst: Worst, chars: int, litellm: Any) -> Worst:
    """What a call has used that broke off after `chars` characters: all its input, and what was heard."""
    output = min(worst.output, math.ceil(chars / CHARS_A_TOKEN))
    rates = rates_of(litellm, model, worst.input)
    return Worst(worst.input, output, rates.price(worst.input, output) if rates else worst.nano)


def rates_of(litellm: Any, model: Model, input_tokens: int) -> Rates | None:
    """The price of a model; None where nobody knows it."""
    if model.id == DEMO or model.provider in FREE:
        return Rates(0, 0)
    if model.price is not None:
        return Rates(_nano(model.price.input), _nano(model.price.output))
    dearest = {"input": 0.0, "output": 0.0}
    known = set()
    for name, value in _info(litellm, model.id).items():
        tier = _TIER.match(name)
        if not tier or not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        kind, above = tier.groups()
        if above and input_tokens <= int(above) * 1000:
            continue
        side = "output" if kind == "output" else "input"
        if kind in dearest:
            known.add(kind)
        dearest[side] = max(dearest[side], value * NANO)
    # litellm says 0 where it knows nothing but the provider
    return Rates(dearest["input"], dearest["output"]) if len(known) == 2 and any(dearest.values()) else None


def is_priced(litellm: Any, model: Model) -> bool | None:
    """Whether anybody knows a model's price; None: not looked up yet."""
    if rates_of(None, model, 0) is not None:
        return True
    return None if litellm is None else rates_of(litellm, model, 0) is not None


def own_price(model: Model, input_tokens: int, output_tokens: int, cached_tokens: int) -> int | None:
    """Nano-USD of a call by the price the settings give; None where they give none."""
    price = model.price
    if price is None:
        return None
    cached = price.input if price.cached is None else price.cached
    fresh = max(0, input_tokens - cached_tokens)
    return round(fresh * _nano(price.input) + cached_tokens * _nano(cached) + output_tokens * _nano(price.output))


def _nano(usd_a_million: float) -> float:
    return usd_a_million * NANO / 1e6


def _info(litellm: Any, model: str) -> dict[str, Any]:
    provider, _, name = model.partition("/")
    if litellm is None:
        return {}
    name = name.removeprefix("responses/")
    try:
        found = litellm.get_model_info(model=name, custom_llm_provider=account_of(provider))
    except Exception:  # noqa: BLE001 - litellm says "I do not know this model" in several exceptions
        return {}
    return dict(found)
