"""What of a file can be used: faulty parts are taken out, one round at a time, until the rest is valid.

What a misspelling would loosen is not left to guess: of a key, and of an agent where it matters, the whole entry is
left out, because a budget or a permission that nobody understood would else be none. What was good when the file was
read before is not left out but stays as it was: see `stays`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..protocol.records import ErrorInfo
from .faults import as_written, fault, field_fault, meant_field
from .marks import Location
from .stays import NAMED, Before, LastGood, PartName, Stay, cut_into, entry_name, put_in
from .tree import Marked, take_out

ALONE: dict[str, frozenset[str]] = {
    "keys": frozenset(),
    "models": frozenset({"tags", "effort", "max_output"}),
    "agents": frozenset({"title", "description", "skills"}),
}
"""Lists of entries, and of each the fields that can be left out without the entry meaning more than it says."""
MAX_FAULTS = 50
"""Of a file, that are listed."""
MAX_NAME = 200
"""Characters of an entry's name that is said."""


@dataclass(frozen=True, slots=True)
class Usable:
    """What a file sets, as far as it can be used."""

    values: dict[str, Any]
    """Only what is written there."""
    tree: Marked
    errors: tuple[ErrorInfo, ...] = ()
    left_out: dict[tuple[str, str], ErrorInfo] = field(default_factory=dict)
    """Entries that cannot be used, by list and name, and why; those without a name are only among the errors."""
    partial: frozenset[PartName] = frozenset()
    """Entries and fields of which only a part can be used."""


def usable(
    root: type[BaseModel],
    path: Path,
    data: Any,
    tree: Marked,
    where: dict[str, Any],
    *,
    last: LastGood | None = None,
) -> Usable:
    """The valid part of a document.

    Args:
        root: what it is to be.
        where: what its validators need to know, as pydantic's context.
        last: what of its last good version stays in force where it is broken now.
    """
    sieve = _Sieve(root, path, last or LastGood())
    while True:
        try:
            values = root.model_validate(data, context=where).model_dump(exclude_unset=True)
        except ValidationError as error:
            data, tree = sieve.without(data, tree, error)
            continue
        values, tree, twice = _without_twice(path, values, tree)
        return Usable(values, tree, (*sieve.said(), *twice), sieve.left_out, frozenset(sieve.partial))


class _Sieve:
    """Takes out what is faulty, or puts what was good in its place; and knows what that was."""

    def __init__(self, root: type[BaseModel], path: Path, last: LastGood) -> None:
        self.left_out: dict[tuple[str, str], ErrorInfo] = {}
        self.partial: set[PartName] = set()
        self._root = root
        self._path = path
        self._before = Before(root, last)
        self._errors: list[ErrorInfo] = []
        self._more = 0

    def said(self) -> list[ErrorInfo]:
        """What is wrong; of too much of it only how much more there is."""
        if not self._more:
            return self._errors
        last = max(error.place.line for error in self._errors if error.place)
        more = fault(self._path, last, f"{self._more:,} more faults are not listed.", "Correct those that are.")
        return [*self._errors, more]

    def without(self, data: Any, tree: Marked, error: ValidationError) -> tuple[Any, Marked]:
        """The document and its tree without the faults of one round."""
        cuts: set[Location] = set()
        puts: dict[Location, Any] = {}
        errors = error.errors(include_url=False, include_input=False)
        misspelt = [found["loc"] for found in errors if found["type"] == "extra_forbidden"]
        meant = {(*loc[:-1], meant_field(self._root, data, loc)) for loc in misspelt}
        for found in errors:
            if found["type"] == "missing" and found["loc"] in meant:
                continue  # it is there, under the name that is told to be wrong
            loc = as_written(data, found["loc"])
            stays = self._before.of(data, found["loc"], misspelt=found["type"] == "extra_forbidden")
            said = self._fault(data, tree, {**found, "loc": loc}, stays)
            if stays is not None:
                puts[stays.place] = stays.value
            if stays is None or stays.place != loc[: len(stays.place)]:
                cut = _cut(data, found["loc"])
                cuts.add(cut)
                self._note(data, cut, said)
        self._before.done(data, puts)
        smaller, tree = take_out(put_in(data, puts), tree, cuts)
        # a fault that has no place in the data leaves nothing to be used
        return (smaller if smaller != data else {}), tree

    def _fault(self, data: Any, tree: Marked, found: dict[str, Any], stays: Stay | None) -> ErrorInfo:
        line = tree.line_of(found["loc"])
        if len(self._errors) >= MAX_FAULTS:
            self._more += 1
            return fault(self._path, line, "it cannot be used.", "Correct it, or take it out.")
        said = field_fault(self._root, self._path, line, data, found, name=_in_words(data, found["loc"]))
        self._errors.append(said if stays is None else stays.told(said))
        return said

    def _note(self, data: Any, cut: Location, said: ErrorInfo) -> None:
        """What a cut leaves of an entry, or of a field."""
        if (name := entry_name(data, cut)) is not None:
            self.left_out.setdefault((str(cut[0]), name), said)
        elif cut and (part := cut_into(data, cut)) is not None:
            self.partial.add(part)


def _cut(data: Any, loc: Location) -> Location:
    """What is taken out because of a fault at `loc`."""
    if len(loc) > 2 and loc[0] in ALONE:
        if loc[2] not in ALONE[str(loc[0])]:
            return _there(data, loc[:2])
        return _there(data, loc[:4])
    return _there(data, _to_item(data, loc))


def _to_item(data: Any, loc: Location) -> Location:
    """`loc`, cut where it enters an item of a list."""
    for index, step in enumerate(loc):
        if isinstance(data, list):
            return loc[: index + 1]
        if not isinstance(data, dict) or step not in data:
            return loc
        data = data[step]
    return loc


def _there(data: Any, loc: Location) -> Location:
    """`loc`, as far as the data goes."""
    for index, step in enumerate(loc):
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif (
            isinstance(data, dict) and (name := next((key for key in data if str(key) == str(step)), None)) is not None
        ):
            data = data[name]
        else:
            return loc[:index]
    return loc


def _in_words(data: Any, loc: Location) -> str:
    """A field for people: an entry is called by its name, where that is not what is wrong with it."""
    name = entry_name(data, loc[:2])
    field = loc[2:]
    if name is None or field[:1] == (NAMED[str(loc[0])],) or len(name) > MAX_NAME or not name.isprintable():
        return ""
    return ": ".join([str(loc[0]), name, *([".".join(map(str, field))] if field else [])])


def _without_twice(path: Path, values: dict[str, Any], tree: Marked) -> tuple[dict[str, Any], Marked, list[ErrorInfo]]:
    """Of entries of one name in one list, the first."""
    said: list[ErrorInfo] = []
    cuts: list[Location] = []
    for listed, name_field in NAMED.items():
        seen: dict[str, int] = {}
        for index, entry in enumerate(values.get(listed, [])):
            name, line = entry[name_field], tree.line_of((listed, index))
            if name in seen:
                cuts.append((listed, index))
                text = f"`{listed}` has `{name}` twice; the first, in line {seen[name]}, counts."
                said.append(fault(path, line, text, "Take one of them out, or give it another name."))
            else:
                seen[name] = line
    values, tree = take_out(values, tree, cuts) if cuts else (values, tree)
    return values, tree, said
