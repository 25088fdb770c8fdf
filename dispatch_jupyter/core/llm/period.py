"""The stretch of time a budget is for. Days and months are those of UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..protocol.settings import Budget, Period


@dataclass(frozen=True, slots=True)
class Window:
    """Days as `2026-02-28`, so that they can be compared as text."""

    first: str
    """The first day."""
    after: str
    """The day after the last."""
    ends: datetime | None
    """When it ends, aware UTC; None for ever."""


EVER = Window("0000", "9999-99", None)


def day_of(moment: datetime) -> str:
    """The day of a moment in UTC."""
    return moment.astimezone(UTC).date().isoformat()


def window_of(budget: Budget | None, now: datetime) -> Window:
    """The present period of a budget; without one, all time."""
    return EVER if budget is None else window(budget.per, now)


def window(per: Period, now: datetime) -> Window:
    """The period that `now` is in."""
    if per == "total":
        return EVER
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if per == "day":
        first, ends = midnight, midnight + timedelta(days=1)
    else:
        first = midnight.replace(day=1)
        # the 1st plus 32 days is in the next month, whichever it is
        ends = (first + timedelta(days=32)).replace(day=1)
    return Window(day_of(first), day_of(ends), ends)
