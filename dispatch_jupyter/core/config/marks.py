"""The nodes of a YAML document: where things stand, what stands twice, and taking faulty parts out."""

from collections.abc import Iterator
from typing import Any

import yaml

Location = tuple[str | int, ...]


def node_at(node: yaml.Node, loc: Location) -> tuple[yaml.Node, yaml.Node | None, int]:
    """The node at `loc`, its key, and how many steps of `loc` could be gone: its nearest parent where not all."""
    key: yaml.Node | None = None
    for gone, step in enumerate(loc):
        deeper = _step(node, step)
        if deeper is None:
            return node, key, gone
        key, node = deeper
    return node, key, len(loc)


def line_of(node: yaml.Node, loc: Location) -> int:
    """The line, from 1, of the field at `loc`; of its nearest parent where it is not written out."""
    found, key, _ = node_at(node, loc)
    return int((key or found).start_mark.line) + 1


def repeated(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Keys that stand in a mapping for the second time: YAML lets the later one win without a word."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    names: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ((None, item) for item in node.value):
        if isinstance(key, yaml.ScalarNode):
            if key.value in names:
                yield key
            names.add(key.value)
        yield from repeated(value, seen)


def take_out(data: Any, node: yaml.Node, locs: list[Location]) -> Any:
    """A copy of a document without the parts at `locs`; of an item of a list, all of the item.

    Items are taken out of the list nodes as well, so that what is left still stands where `line_of` looks.
    """
    cuts = {_to_item(data, loc) for loc in locs}
    for loc in sorted(cuts, key=lambda cut: [str(step).zfill(9) for step in cut], reverse=True):
        data = _without(data, loc)
        parent, _, gone = node_at(node, loc[:-1])
        if gone == len(loc) - 1 and isinstance(parent, yaml.SequenceNode) and isinstance(loc[-1], int):
            del parent.value[loc[-1]]
    return data


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        # of a key that stands twice the last one counts
        return next(((key, value) for key, value in reversed(node.value) if key.value == str(step)), None)
    return None


def _to_item(data: Any, loc: Location) -> Location:
    """`loc`, cut where it enters an item of a list."""
    for index, step in enumerate(loc):
        if isinstance(data, list):
            return loc[: index + 1]
        if not isinstance(data, dict) or step not in data:
            return loc
        data = data[step]
    return loc


def _without(data: Any, loc: Location) -> Any:
    head, *rest = loc
    if isinstance(data, list):
        return [item for index, item in enumerate(data) if index != head]
    copy = {key: value for key, value in data.items() if rest or str(key) != str(head)}
    if rest and isinstance(copy.get(head), (dict, list)):
        copy[head] = _without(copy[head], tuple(rest))
    elif rest:
        copy.pop(head, None)
    return copy
