"""What a call counts as, once it is over. Pure."""

from typing import Any

from ..protocol.parts import Usage
from .catalog import Model
from .estimate import Worst, own_price, rates_of, streamed
from .ledger import Counted
from .standing import NANO


def counted(litellm: Any, model: Model, worst: Worst, usage: Usage, streamed_chars: int) -> Counted:
    """A call that succeeded: as reported; by the settings' price where they give one.

    Args:
        litellm: the module, for prices; None where it was not loaded.
        model: which was called.
        worst: what was reserved.
        usage: as reported. Of a provider that reports nothing the input is counted at most, the output as heard.
        streamed_chars: what was heard of the answer.
    """
    if not (usage.input_tokens or usage.output_tokens):
        return _of(streamed(model, worst, streamed_chars, litellm))
    tokens = usage.input_tokens, usage.output_tokens
    nano = own_price(model, *tokens, usage.cached_tokens)
    if nano is None and usage.cost_usd is not None:
        nano = round(usage.cost_usd * NANO)
    if nano is None and (rates := rates_of(litellm, model, usage.input_tokens)):
        nano = rates.price(*tokens)
    return Counted(*tokens, usage.cached_tokens, nano)


def broken_off(litellm: Any, model: Model, worst: Worst, streamed_chars: int) -> Counted:
    """A call that broke off: its input at most, and what was heard of the answer."""
    return _of(streamed(model, worst, streamed_chars, litellm))


def _of(used: Worst) -> Counted:
    return Counted(used.input, used.output, 0, used.nano)
