"""When a provider says to come back: in a header, or in the words of its error."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_IN_WORDS = (
    re.compile(r"retryDelay\W+([\d.]+s)"),  # Google's RetryInfo
    re.compile(r"(?:try again|retry|wait|reset\w*) (?:in|after) ((?:[\d.]+ ?(?:ms|s|m|h|d)\w*\s?)+)", re.IGNORECASE),
)
_ON_DATE = re.compile(r"(?:access|again|resets?) (?:on|at) (\d{4}-\d\d-\d\d)(?: at |T| )?(\d\d:\d\d)?")


def come_back_at(headers: Mapping[str, str], text: str, now: datetime) -> datetime | None:
    """Aware UTC; None where the provider does not say."""
    if named := _in_headers(headers, now):
        return named
    if dated := _ON_DATE.search(text):
        day, hour = dated.groups()
        return datetime.fromisoformat(f"{day}T{hour or '00:00'}").replace(tzinfo=UTC)
    for pattern in _IN_WORDS:
        if found := pattern.search(text):
            return now + timedelta(seconds=_seconds(found[1]))
    return None


def _in_headers(headers: Mapping[str, str], now: datetime) -> datetime | None:
    value = headers.get("retry-after-ms")
    if value and (number := _number(value)) is not None:
        return now + timedelta(milliseconds=number)
    value = headers.get("retry-after", "")
    if (number := _number(value)) is not None:
        return now + timedelta(seconds=number)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _seconds(text: str) -> float:
    """`6m0s`, `350ms`, `7s`, `2 seconds`."""
    return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"([\d.]+) ?(ms|s|m|h|d)", text))
