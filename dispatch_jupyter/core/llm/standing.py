"""How a key stands, and why: from its secret, what its provider said last, and its budget. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..protocol.settings import Budget, KeyStatus
from .period import window_of
from .words import amount, left_of, moment, per_words

NANO = 1_000_000_000
"""Money is counted in whole nano-USD."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a key stands now."""

    status: KeyStatus = "active"
    reason: str = ""
    """Why it is not `active`, in words, with what to do."""
    until: datetime | None = None
    guessed: bool = False
    """Nobody said `until`."""

    @property
    def usable(self) -> bool:
        return self.status == "active"

    @property
    def passes(self) -> bool:
        """Whether it is worth waiting for: it comes back by itself."""
        return self.status == "busy" or self.until is not None


ACTIVE = Standing()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider last said against a key; kept until a call succeeds."""

    status: Literal["cooling", "exhausted"]
    until: datetime
    guessed: bool
    reason: str
    since: datetime
    """When it was said."""
    tries: int = 1
    """How often in a row; guesses grow with it."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a key used in a period, and what is reserved in it. Money in nano-USD."""

    calls: int = 0
    input: int = 0
    output: int = 0
    cached: int = 0
    nano: int = 0
    unpriced: int = 0
    """Of the calls: how many nobody knows the price of."""
    open: int = 0
    """Calls under way."""
    reserved_nano: int = 0
    reserved_tokens: int = 0
    elsewhere: bool = False
    """Another server has some of the calls under way."""

    @property
    def tokens(self) -> int:
        return self.input + self.output


def spent_of(budget: Budget, sums: Sums) -> tuple[int, int, int]:
    """(used, reserved, limit) in the budget's unit: nano-USD, or tokens."""
    if budget.usd is not None:
        return sums.nano, sums.reserved_nano, round(budget.usd * NANO)
    return sums.tokens, sums.reserved_tokens, budget.tokens or 0


def budget_standing(key: str, budget: Budget | None, sums: Sums, now: datetime) -> Standing:
    """Where a key stands with its budget: a call is admitted while what is used and reserved is below it."""
    if budget is None:
        return ACTIVE
    used, reserved, limit = spent_of(budget, sums)
    if used + reserved < limit:
        return ACTIVE
    if used < limit:
        return Standing("busy", f"What `{key}` has left ({left_of(budget, used)}) is reserved for calls under way.")
    ends = window_of(budget, now).ends
    back = f", back on {moment(ends)}" if ends else ": raise its budget in dispatch.yaml to go on with it"
    return Standing("exhausted", f"`{key}` is used up ({amount(budget, used)}{per_words(budget)}){back}.", ends)


def refusal_standing(refusal: Refusal | None, now: datetime) -> Standing:
    """Where a key stands with its provider."""
    if refusal is None or refusal.until <= now:
        return ACTIVE
    return Standing(refusal.status, refusal.reason, refusal.until, refusal.guessed)


def worse(one: Standing, other: Standing) -> Standing:
    """Of two things in a key's way the one that lasts longer; with the later time of both."""
    if one.usable or other.usable:
        return other if one.usable else one
    if one.until is None or other.until is None:
        # busy passes at any moment; without a time it never passes by itself
        return next((s for s in (one, other) if not s.passes), one if other.status == "busy" else other)
    return one if one.until >= other.until else other
