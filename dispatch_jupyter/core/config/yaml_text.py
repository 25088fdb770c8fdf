"""Reading YAML text that anybody may have written: bounded in depth and size before it is built."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from .faults import sayable
from .marks import repeated
from .tree import NOWHERE, Marked, marked

MAX_DEPTH = 40
MAX_PARTS = 50_000

# ten times as fast where PyYAML was built with it; both give the same nodes
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _mapping(loader: Any, node: yaml.MappingNode) -> Iterator[dict[str, Any]]:
    """A mapping whose names are the text that is written: `yes:` and `5:` are names like others here."""
    data: dict[str, Any] = {}
    yield data  # an alias inside may mean this very mapping
    loader.flatten_mapping(node)
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a name is wanted before `:`", key.start_mark)
        data[sayable(key.value)] = loader.construct_object(value)


@cache
def _loader(kind: Any) -> Any:
    made: Any = type("Loader", (kind,), {})
    made.add_constructor("tag:yaml.org,2002:map", _mapping)
    return made


class TooMuch(ValueError):
    """Nested too deeply, or too many values. The message says which."""


def parse(text: str) -> tuple[Any, Marked, list[tuple[str, int]]]:
    """The data of a document, where its parts stand, and (name, line) of fields that stand twice.

    Raises:
        TooMuch: nobody writes settings like that; building them could take forever.
        yaml.YAMLError, ValueError: it is no YAML, or has values of types that settings do not have.
    """
    _look_through(text)
    loader = _loader(_Loader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, NOWHERE, []
        _count(node, {}, 0)
        # before the data is built: that copies what `<<` stands for into the nodes
        twice = [(str(key.value), int(key.start_mark.line) + 1) for key in repeated(node, set())]
        return loader.construct_document(node), marked(node), twice
    finally:
        loader.dispose()


def _look_through(text: str) -> None:
    """Refuse what nests too deeply while nothing is built yet: the parser in C would end the whole process."""
    depth = 0
    for parts, event in enumerate(yaml.parse(text, Loader=_Loader), 1):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise TooMuch("it is nested too deeply")
        if parts > MAX_PARTS:
            raise TooMuch(f"it has more than {MAX_PARTS:,} parts")


def _count(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """How many values a node stands for: an alias counts as all that it repeats."""
    if depth > MAX_DEPTH:  # also where an alias leads into itself
        raise TooMuch("it is nested too deeply")
    if id(node) not in known:
        total = 1
        if isinstance(node, yaml.MappingNode):
            total += sum(_count(key, known, depth + 1) + _count(value, known, depth + 1) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(_count(item, known, depth + 1) for item in node.value)
        known[id(node)] = total
    if known[id(node)] > MAX_PARTS:
        raise TooMuch(f"it has more than {MAX_PARTS:,} parts, aliases counted as often as they are used")
    return known[id(node)]
