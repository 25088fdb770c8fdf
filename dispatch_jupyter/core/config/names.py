"""Names that are not known, and the known ones that may be meant."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_NAMES = 12


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean …?` with the nearest known name; empty where none is near."""
    near = get_close_matches(name[:100], list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def suggestion(name: str, known: Iterable[str]) -> str:
    """A hint: the nearest known name, or all of them where they are few. Empty where nothing is known."""
    names = list(known)
    if near := did_you_mean(name, names):
        return near[:1].upper() + near[1:]
    if len(names) > MAX_NAMES:
        names = [*names[:MAX_NAMES], "…"]
    return f"Known here: {', '.join(names)}." if names else ""
