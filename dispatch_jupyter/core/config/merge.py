"""One configuration from several files, and for each of its settings the file and line it is from."""

from dataclasses import dataclass, field
from typing import Any

from ..protocol.records import ErrorInfo
from .faults import fault
from .layer import Layer
from .marks import Location
from .stays import NAMED

ADD_UP = {("permissions", "auto_allow"), ("shell", "env_pass")}
"""Lists of which all files' items count. Of other lists the upper file's count alone."""
EITHER = {"keys": ({"env", "file", "keyring"},), "agents": ({"prompt", "prompt_file"},)}
"""Fields of entries that say the same in several ways: the upper file's way is the only one left."""


@dataclass(slots=True)
class Merged:
    """What several files set together."""

    values: dict[str, Any] = field(default_factory=dict)
    _origins: dict[Location, tuple[Layer, Location]] = field(default_factory=dict)

    def add(self, layer: Layer) -> None:
        """Put a file over those before it: sections field by field, entries of lists by name and field by field."""
        for name, value in layer.values.items():
            if name in NAMED:
                self._add_entries(layer, name, value)
            elif isinstance(value, dict):
                self._add_section(layer, name, value)
            else:
                self._set(self.values, (name,), layer, (name,), value)

    def origin(self, *loc: str | int) -> tuple[Layer, int] | None:
        """The file that says something, and the line; None where no file does.

        Args:
            loc: as in the merged values, entries of lists by their names: `("keys", "work", "env")`.
        """
        for end in range(len(loc), 0, -1):
            if found := self._origins.get(loc[:end]):
                layer, there = found
                return layer, layer.line(*there, *loc[end:])
        return None

    def fault(self, loc: Location, text: str, hint: str, code: str = "invalid") -> ErrorInfo:
        """An error that stands where a setting does."""
        found = self.origin(*loc)
        if found is None:
            return ErrorInfo(code=code, message=text, hint=hint)
        layer, line = found
        return fault(layer.path, line, text, hint, code)

    def _set(self, target: dict[str, Any], loc: Location, layer: Layer, there: Location, value: Any) -> None:
        target[str(loc[-1])] = value
        self._origins[loc] = (layer, there)

    def _add_section(self, layer: Layer, name: str, section: dict[str, Any]) -> None:
        below = self.values.setdefault(name, {})
        for key, value in section.items():
            old = below.get(key, [])
            new = [*old, *(item for item in value if item not in old)] if (name, key) in ADD_UP else value
            self._set(below, (name, key), layer, (name, key), new)

    def _add_entries(self, layer: Layer, listed: str, entries: list[dict[str, Any]]) -> None:
        named = NAMED[listed]
        known = {entry[named]: dict(entry) for entry in self.values.get(listed, [])}
        for index, entry in enumerate(entries):
            name = entry[named]
            below = known.setdefault(name, {})
            for ways in EITHER.get(listed, ()):
                if written := ways & {key for key, value in entry.items() if value}:
                    for key in ways - written:
                        below.pop(key, None)
            self._origins[(listed, name)] = (layer, (listed, index))
            for key, value in entry.items():
                self._set(below, (listed, name, key), layer, (listed, index, key), value)
        self.values[listed] = list(known.values())


def merge(layers: list[Layer]) -> Merged:
    """What files set together, the weakest first."""
    merged = Merged()
    for layer in layers:
        merged.add(layer)
    return merged
