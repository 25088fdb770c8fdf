"""The nodes of a YAML document: where things stand, and what stands twice."""

from collections.abc import Iterator

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


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        # of a key that stands twice the last one counts
        return next(((key, value) for key, value in reversed(node.value) if key.value == str(step)), None)
    return None
