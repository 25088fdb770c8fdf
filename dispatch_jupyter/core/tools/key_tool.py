"""key_usage."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..protocol.errors import ToolError
from ..protocol.money import dollars
from ..protocol.records import CallKind, now
from ..protocol.settings import Budget, KeyState
from .fields import FlatArguments
from .tool import Arguments, ToolContext, ToolResult

_PERIODS = {"total": "in all", "day": "today", "month": "this month"}


class KeyUsageArguments(FlatArguments):
    key_id: Annotated[str, Field(description="Id of one key; empty shows all.")] = ""


class KeyUsage:
    """How the keys to models stand, and what is left of their budgets."""

    name: ClassVar[str] = "key_usage"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "Show the keys to model providers: whether each can be used now, what it used, what is left of its budget, and "
        "when it resets. Use it before you plan work that needs many model calls."
    )
    arguments: ClassVar[type[Arguments]] = KeyUsageArguments
    exclusive: ClassVar[bool] = False

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        """Shows what is known now; asks no provider."""
        keys = await context.keys()
        wanted = arguments.key_id.strip().strip("`'\"")
        if not keys:
            return ToolResult("There are no keys. The model in use needs none.")
        shown = [key for key in keys if key.id == wanted] if wanted else keys
        if not shown:
            known = ", ".join(f"`{key.id}`" for key in keys)
            raise ToolError(f"There is no key `{wanted[:100]}`.", f"There are: {known}.", code="not_found")
        at = self._clock()
        head = f"{len(keys)} key{'' if len(keys) == 1 else 's'}, in the order in which they are used:"
        return ToolResult("\n".join(([] if wanted else [head]) + [line for key in shown for line in _lines(key, at)]))


def _lines(key: KeyState, at: datetime) -> list[str]:
    provider = key.label if key.label.lower() == key.provider else f"{key.label}, {key.provider}"
    lines = [f"[{key.position}] {key.id} ({provider}): {key.status}{_until(key, at)}"]
    if key.reason:
        lines.append(f"    {key.reason}")
    lines.append(f"    {_used(key, at)}")
    return lines


def _until(key: KeyState, at: datetime) -> str:
    if key.until is None:
        return ""
    says = "nobody said until when; tried again" if key.guessed else "expected back"
    return f"; {says} {_time(key.until, at)}"


def _used(key: KeyState, at: datetime) -> str:
    """What was used and what is left, on one line."""
    used = key.used.input_tokens + key.used.output_tokens
    cost = "at an unknown price" if key.used.cost_usd is None else dollars(key.used.cost_usd)
    calls = f"{key.calls:,} call{'' if key.calls == 1 else 's'}"
    if key.budget is None:
        return f"used {used:,} tokens, {cost}, in {calls}; it has no budget"
    parts = [f"used {used:,} tokens, {cost}, in {calls} {_PERIODS[key.budget.per]}", _left(key, key.budget, used)]
    if key.resets_at is not None:
        parts.append(f"resets {_time(key.resets_at, at)}")
    return "; ".join(parts)


def _left(key: KeyState, budget: Budget, used: int) -> str:
    if budget.tokens is not None:
        left = max(0, budget.tokens - used - key.reserved_tokens)
        whole, part = f"{budget.tokens:,} tokens", f"{left:,}"
        reserved = f"{key.reserved_tokens:,} tokens" if key.reserved_tokens else ""
    else:
        usd = budget.usd or 0.0
        left_usd = max(0.0, usd - (key.used.cost_usd or 0.0) - key.reserved_usd)
        whole, part = dollars(usd), dollars(left_usd)
        reserved = dollars(key.reserved_usd) if key.reserved_usd else ""
    held = f" ({reserved} more reserved for calls under way)" if reserved else ""
    return f"{part} of {whole} left{held}"


def _time(when: datetime, at: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} {when:%Z} ({_relative((when - at).total_seconds())})"


def _relative(seconds: float) -> str:
    """A span in its two largest units: `in 3 h 12 min`."""
    if seconds <= 0:
        return "now"
    if seconds < 60:
        return f"in {max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"in {days} d {hours} h"
    return f"in {hours} h {rest} min" if hours else f"in {rest} min"
