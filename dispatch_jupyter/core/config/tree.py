"""Where the parts of a YAML document stand, as a tree that is cut along with the data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from .faults import sayable
from .marks import Location


@dataclass(frozen=True, slots=True)
class Marked:
    """A value's line, and those of its parts."""

    line: int
    """From 1; of a field, the line of its name."""
    fields: Mapping[str, "Marked"] = field(default_factory=dict)
    items: tuple["Marked", ...] = ()

    def line_of(self, loc: Location) -> int:
        """The line of the part at `loc`; of its nearest parent where it is not written out."""
        here = self
        for step in loc:
            deeper = here.items[step : step + 1] if isinstance(step, int) else [here.fields.get(str(step))]
            if not deeper or deeper[0] is None:
                break
            here = deeper[0]
        return here.line


NOWHERE = Marked(1)


def marked(node: yaml.Node, line: int | None = None) -> Marked:
    """The tree of a node. Of a field that stands twice the last one counts, as in the data."""
    line = int(node.start_mark.line) + 1 if line is None else line
    if isinstance(node, yaml.MappingNode):
        fields = {
            sayable(str(key.value)): marked(value, int(key.start_mark.line) + 1)
            for key, value in node.value
            if isinstance(key, yaml.ScalarNode)
        }
        return Marked(line, fields)
    if isinstance(node, yaml.SequenceNode):
        return Marked(line, items=tuple(marked(item) for item in node.value))
    return Marked(line)


def take_out(data: Any, tree: Marked, cuts: Iterable[Location]) -> tuple[Any, Marked]:
    """A copy of a document and of its tree without the parts at `cuts`; what is left still stands where it stood.

    A cut that leads through what is not there takes nothing.
    """
    here: set[str | int] = set()
    deeper: dict[str | int, list[Location]] = {}
    for head, *rest in filter(None, cuts):
        if rest:
            deeper.setdefault(head, []).append(tuple(rest))
        else:
            here.add(head)
    if isinstance(data, dict):
        return _of_mapping(data, tree, {str(name) for name in here}, deeper)
    if isinstance(data, list):
        return _of_list(data, tree, here, deeper)
    return data, tree


def _of_mapping(
    data: dict[Any, Any], tree: Marked, here: set[str], deeper: Mapping[str | int, list[Location]]
) -> tuple[Any, Marked]:
    values: dict[Any, Any] = {}
    fields = {name: part for name, part in tree.fields.items() if name not in here}
    for key, value in data.items():
        name = str(key)
        if name in here:
            continue
        values[key] = value
        if name in deeper:
            values[key], fields[name] = take_out(value, tree.fields.get(name, Marked(tree.line)), deeper[name])
    return values, Marked(tree.line, fields)


def _of_list(
    data: list[Any], tree: Marked, here: set[str | int], deeper: Mapping[str | int, list[Location]]
) -> tuple[Any, Marked]:
    values: list[Any] = []
    items: list[Marked] = []
    for index, value in enumerate(data):
        if index in here:
            continue
        part = tree.items[index] if index < len(tree.items) else Marked(tree.line)
        kept = take_out(value, part, deeper[index]) if index in deeper else (value, part)
        values.append(kept[0])
        items.append(kept[1])
    return values, Marked(tree.line, items=tuple(items))
