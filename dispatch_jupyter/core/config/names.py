"""Names that are not known, and the known ones that may be meant."""

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches

MAX_NAMES = 12
NEARLY = 0.1
"""How much less alike a name may be that is not used yet, to be meant rather than one that is."""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6, used: Collection[str] = ()) -> str | None:
    """The known name that is most like it, small and capital letters being the same; None where none is near.

    Args:
        cutoff: how much they have to be alike, from 0 to 1.
        used: those that are there already. Another one that is nearly as like is rather meant.
    """
    names = list(known)
    if name in names:
        return name
    small: dict[str, str] = {}
    for one in names:
        small.setdefault(one.lower(), one)
    wanted = name[:100].lower()
    near = get_close_matches(wanted, list(small), n=max(1, len(small)), cutoff=cutoff)
    if not near:
        return None
    least = _likeness(wanted, near[0]) - NEARLY
    unused = (one for one in near if small[one] not in used and _likeness(wanted, one) >= least)
    return small[next(unused, near[0])]


def did_you_mean(name: str, known: Iterable[str], used: Collection[str] = ()) -> str:
    """`did you mean …?` with the nearest known name; empty where none is near. `used`: as in `nearest`."""
    near = nearest(name, known, used=used)
    return f"did you mean `{near}`?" if near else ""


def suggestion(name: str, known: Iterable[str], used: Collection[str] = ()) -> str:
    """A hint: the nearest known name, or all of them where they are few. Empty where nothing is known.

    `used`: as in `nearest`.
    """
    names = list(known)
    if near := did_you_mean(name, names, used):
        return near[:1].upper() + near[1:]
    if len(names) > MAX_NAMES:
        names = [*names[:MAX_NAMES], "…"]
    return f"Known here: {', '.join(names)}." if names else ""


def _likeness(wanted: str, name: str) -> float:
    """As `get_close_matches` counts it, from 0 to 1."""
    return SequenceMatcher(None, name, wanted).ratio()
