"""What was good when a file was read before, and is broken now: it stays as it was for as long as it is there.

A misspelling in a key would else send whole conversations to another provider, by itself, within a second: editors
save what is half typed. An entry of a list stays as a whole, by its name; of a section the one field, also where its
name is what is misspelt. Who decides what of the last version may stay is `last_good`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ..protocol.records import ErrorInfo
from .faults import meant_field
from .marks import Location

NAMED: dict[str, str] = {"keys": "id", "models": "id", "agents": "name"}
"""What entries of lists are known by."""
PartName = tuple[str, ...]
"""An entry, as its list and its name; or a field, or a field of a section, as the names on the way to it."""


@dataclass(frozen=True, slots=True)
class LastGood:
    """The last version of a document, as far as it may stay."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Valid ones."""
    partial: frozenset[PartName] = frozenset()
    """Of these only a part was good: they do not stay, but count anew as far as they can be used."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A part of the last version that stays."""

    place: Location
    """Where it goes in the document."""
    value: Any
    name: str
    """For people."""

    def told(self, error: ErrorInfo) -> ErrorInfo:
        """The fault, with what that means for now."""
        return still_in_force(error, f"`{self.name}`")


class Before:
    """What stays of the last version, put in where a document is faulty.

    Args:
        root: what the document is to be.
    """

    def __init__(self, root: type[BaseModel], last: LastGood) -> None:
        self._root = root
        self._last = last.values
        self._done: set[PartName] = set(last.partial)

    def of(self, data: dict[str, Any], loc: Location, *, misspelt: bool) -> Stay | None:
        """What stays because of a fault; None: nothing that was there before.

        Args:
            data: the document.
            loc: where the fault is.
            misspelt: there is no such field.
        """
        if not loc:
            return None
        if loc[0] in NAMED and len(loc) > 1:
            return self._entry(data, loc)
        place = _part(data, loc)
        if misspelt and place == loc:
            meant = meant_field(self._root, data, loc)
            place = (*loc[:-1], meant or loc[-1])
            if meant is None or _has(data, place):
                return None
        names = tuple(map(str, place))
        if names in self._done or not _has(self._last, place):
            return None
        return Stay(place, _at(self._last, place), ".".join(names))

    def done(self, data: dict[str, Any], puts: Mapping[Location, Any]) -> None:
        """These were put in; what is not valid all the same is not put in again."""
        self._done |= {_key(data, place) for place in puts}

    def _entry(self, data: dict[str, Any], loc: Location) -> Stay | None:
        listed, place = str(loc[0]), loc[:2]
        name = entry_name(data, place)
        if name is None or (listed, name) in self._done:
            return None
        if sum(_name_of(listed, entry) == name for entry in data[listed]) > 1:
            return None  # the other one may be meant instead of it
        for entry in self._last.get(listed, []):
            if _name_of(listed, entry) == name:
                return Stay(place, entry, name)
        return None


def entry_name(data: dict[str, Any], place: Location) -> str | None:
    """The name of the entry of a list at a place; None where there is none, or it cannot be read."""
    if len(place) != 2 or place[0] not in NAMED or not isinstance(place[1], int):
        return None
    entries: Any = data.get(str(place[0]))
    if not isinstance(entries, list) or place[1] >= len(entries):
        return None
    return _name_of(str(place[0]), entries[place[1]])


def cut_into(data: dict[str, Any], cut: Location) -> PartName | None:
    """What loses a part by a cut, and keeps the rest; None where it goes as a whole."""
    place = _part(data, cut)
    if len(place) == len(cut) or (place[0] in NAMED and entry_name(data, place) is None):
        return None
    return _key(data, place)


def put_in(data: dict[str, Any], puts: Mapping[Location, Any]) -> dict[str, Any]:
    """A copy of a document with values at places: of fields, of fields of sections, and of entries."""
    made: dict[str, Any] = dict(data)
    for (head, *rest), value in puts.items():
        if not rest:
            made[str(head)] = value
        elif isinstance(made[str(head)], list):
            made[str(head)] = [value if index == rest[0] else one for index, one in enumerate(made[str(head)])]
        else:
            made[str(head)] = {**made[str(head)], rest[0]: value}
    return made


def still_in_force(error: ErrorInfo, what: str) -> ErrorInfo:
    """A fault, saying that the last good version of something goes on counting."""
    return error.model_copy(update={"message": f"{error.message} The last good version of {what} stays in force."})


def _name_of(listed: str, entry: Any) -> str | None:
    name = entry.get(NAMED[listed]) if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _part(data: dict[str, Any], loc: Location) -> Location:
    """The entry or the field that something is in, which stays or goes as a whole."""
    in_section = isinstance(data.get(str(loc[0])), dict)
    return loc[: 2 if in_section or loc[0] in NAMED else 1]


def _key(data: dict[str, Any], place: Location) -> PartName:
    name = entry_name(data, place)
    return tuple(map(str, place)) if name is None else (str(place[0]), name)


def _has(values: Any, place: Location) -> bool:
    for step in place:
        if not isinstance(values, Mapping) or step not in values:
            return False
        values = values[step]
    return True


def _at(values: Any, place: Location) -> Any:
    for step in place:
        values = values[step]
    return values
