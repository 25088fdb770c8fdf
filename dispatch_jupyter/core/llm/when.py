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
_LIMIT = re.compile(r"x-ratelimit-reset-(requests|tokens)$|anthropic-ratelimit-[a-z-]+-reset$")
_ON_DATE = re.compile(r"(?:access|again|resets?) (?:on|at) (\d{4}-\d\d-\d\d)(?: at |T| )?(\d\d:\d\d)?")


def come_back_at(headers: Mapping[str, str], text: str, now: datetime) -> datetime | None:
    """Aware UTC; None where the provider does not say, or names a time that there is not."""
    try:
        said = _said(headers, text, now)
        return said and said.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _said(headers: Mapping[str, str], text: str, now: datetime) -> datetime | None:
    if named := _in_headers(headers, now):
        return named
    if dated := _ON_DATE.search(text):
        day, hour = dated.groups()
        return datetime.fromisoformat(f"{day}T{hour or '00:00'}").replace(tzinfo=UTC)
    for pattern in _IN_WORDS:
        if found := pattern.search(text):
            return now + timedelta(seconds=_seconds(found[1]))
    return _in_limits(headers, now)


def _in_limits(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the limits that are reached are whole again; of all where none is said to be reached."""
    ends: dict[bool, list[datetime]] = {True: [], False: []}
    for name, value in headers.items():
        if _LIMIT.search(name) and (end := _end_of_limit(value, now)):
            left = headers.get(name.replace("reset", "remaining"), "")
            ends[_number(left) == 0].append(end)
    return max(ends[True] or ends[False], default=None)


def _end_of_limit(value: str, now: datetime) -> datetime | None:
    """Of `6m0s` (OpenAI) or `2026-01-02T03:04:05Z` (Anthropic)."""
    if re.fullmatch(r"([\d.]+(ms|s|m|h|d))+", value):
        return now + timedelta(seconds=_seconds(value))
    try:
        end = datetime.fromisoformat(value)
    except ValueError:
        return None
    return end if end.tzinfo else end.replace(tzinfo=UTC)


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
