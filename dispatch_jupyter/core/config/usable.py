"""What of a file can be used: faulty parts are taken out, one round at a time, until the rest is valid.

What a misspelling would loosen is not left to guess: of a key, and of an agent where it matters, the whole entry is
left out, because a budget or a permission that nobody understood would else be none.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..protocol.records import ErrorInfo
from .faults import as_written, fault, field_fault
from .marks import Location
from .tree import Marked, take_out

ALONE: dict[str, frozenset[str]] = {
    "keys": frozenset(),
    "models": frozenset({"tags", "effort", "max_output"}),
    "agents": frozenset({"title", "description", "skills"}),
}
"""Lists of entries, and of each the fields that can be left out without the entry meaning more than it says."""
MAX_FAULTS = 50
"""Of a file, that are listed."""
NAMED: dict[str, str] = {"keys": "id", "models": "id", "agents": "name"}
"""What entries are known by."""


@dataclass(frozen=True, slots=True)
class Usable:
    """What a file sets, as far as it can be used."""

    values: dict[str, Any]
    """Only what is written there."""
    tree: Marked
    errors: tuple[ErrorInfo, ...] = ()
    left_out: dict[tuple[str, str], ErrorInfo] = field(default_factory=dict)
    """Entries that cannot be used, by list and name, and why; those without a name are only among the errors."""


def usable(root: type[BaseModel], path: Path, data: Any, tree: Marked, where: dict[str, Any]) -> Usable:
    """The valid part of a document.

    Args:
        root: what it is to be.
        where: what its validators need to know, as pydantic's context.
    """
    errors: list[ErrorInfo] = []
    left_out: dict[tuple[str, str], ErrorInfo] = {}
    more = 0
    while True:
        try:
            values = root.model_validate(data, context=where).model_dump(exclude_unset=True)
            data, tree, twice = _without_twice(path, values, tree)
            if more:
                errors.append(fault(path, None, f"{more:,} more faults are not listed.", "Correct those that are."))
            return Usable(data, tree, (*errors, *twice), left_out)
        except ValidationError as error:
            cuts: set[Location] = set()
            for found in error.errors(include_url=False, include_input=False):
                loc = as_written(data, found["loc"])
                if len(errors) < MAX_FAULTS:
                    said = field_fault(root, path, tree.line_of(loc), {**found, "loc": loc})
                    errors.append(said)
                else:
                    more += 1
                    said = fault(path, tree.line_of(loc), "it cannot be used.", "Correct it, or take it out.")
                cut = _cut(data, found["loc"])
                cuts.add(cut)
                if (name := _entry_name(data, cut)) is not None:
                    left_out.setdefault((str(cut[0]), name), said)
            smaller, tree = take_out(data, tree, cuts)
            # a fault that has no place in the data leaves nothing to be used
            data = smaller if smaller != data else {}


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


def _entry_name(data: Any, cut: Location) -> str | None:
    """The name of an entry that is taken out whole."""
    if len(cut) != 2 or cut[0] not in NAMED or not isinstance(cut[1], int):
        return None
    entry = data[cut[0]][cut[1]]
    name = entry.get(NAMED[str(cut[0])]) if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


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
