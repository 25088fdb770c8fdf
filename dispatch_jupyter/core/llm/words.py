"""Keys, budgets and times in words, alike wherever they are read."""

from datetime import UTC, datetime

from ..protocol.money import dollars
from ..protocol.settings import Budget

_NANO = 1_000_000_000


def moment(at: datetime) -> str:
    """`2026-02-28 14:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def amount(budget: Budget, used: int) -> str:
    """`$5.02 of $5.00`, `2,000,100 of 2,000,000 tokens`; `used` in nano-USD or tokens."""
    if budget.usd is not None:
        return f"{dollars(used / _NANO)} of {dollars(budget.usd)}"
    return f"{used:,} of {budget.tokens or 0:,} tokens"


def left_of(budget: Budget, used: int) -> str:
    """What is left of a budget."""
    if budget.usd is not None:
        return f"{dollars(max(0.0, budget.usd - used / _NANO))} of {dollars(budget.usd)}"
    return f"{max(0, (budget.tokens or 0) - used):,} of {budget.tokens or 0:,} tokens"


def per_words(budget: Budget) -> str:
    """` this month`, ` today`, or nothing."""
    return {"month": " this month", "day": " today", "total": ""}[budget.per]
