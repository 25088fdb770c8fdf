"""How long a key is left alone after its provider said no: as long as it said, else a guess that grows. Pure."""

from datetime import datetime, timedelta

from ..protocol.errors import KeyExhausted, RateLimited
from .standing import Refusal
from .words import moment

COOLING_FIRST = timedelta(seconds=60)
COOLING_MOST = timedelta(minutes=10)
EXHAUSTED_MOST = timedelta(hours=1)


def refusal_after(
    error: RateLimited | KeyExhausted,
    key: str,
    before: Refusal | None,
    *,
    admitted: datetime,
    now: datetime,
    poll: float,
) -> Refusal:
    """What is to be kept of a refusal.

    Args:
        error: what the provider said.
        key: the key's id, for the words.
        before: what was kept so far.
        admitted: when the call that failed was admitted. One from before `before` says nothing new.
        now: the time.
        poll: the settings' `wait.poll`, seconds: the first guess for a key that is used up.
    """
    exhausted = isinstance(error, KeyExhausted)
    same = before is not None and (before.status == "exhausted") == exhausted
    known = before is not None and same and before.since >= admitted
    tries = 1 if before is None or not same else before.tries + (0 if known else 1)
    told = error.until is not None and error.until > now
    until = error.until if told and error.until else now + _guess(exhausted, tries, poll)
    if before is not None and before.until > now and before.until >= until and (known or before.status == "exhausted"):
        return before
    if known and before is not None and not told and before.until > now:
        return before
    what = "is used up at its provider" if exhausted else "is cooling down"
    reason = f"`{key}` {what}: {error.message}"
    return Refusal("exhausted" if exhausted else "cooling", until, not told, reason, now, tries)


def in_words(refusal: Refusal) -> str:
    """A line for the key log."""
    when = f"tried again at {moment(refusal.until)}" if refusal.guessed else f"back at {moment(refusal.until)}"
    return f"{refusal.reason.rstrip('.')}; {when}."


def _guess(exhausted: bool, tries: int, poll: float) -> timedelta:
    first = timedelta(seconds=poll) if exhausted else COOLING_FIRST
    most = max(first, EXHAUSTED_MOST) if exhausted else COOLING_MOST
    return min(most, first * 2.0 ** min(tries - 1, 20))
