"""Putting an item into a list of a YAML text, or taking one out, and touching nothing else.

A file that people write is theirs: writing it anew from its data would move comments and change the layout, however
careful the writer. So the text is cut and joined where the parser says things stand, and what comes out is parsed
again and compared: where it does not say exactly what it should, nothing is done.
"""

import copy
from typing import Any

import yaml

from .marks import line_of, node_at

Keys = tuple[str, ...]


class CannotSplice(Exception):
    """The text is written in a way that cannot be changed safely. `line` says where, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def add_item(text: str, keys: Keys, item: str) -> str:
    """`text` with one more item at the end of the list at `keys`, which is made where it is missing.

    Args:
        item: in YAML's flow style, on one line.

    Raises:
        CannotSplice: also where something else than a list stands there.
        yaml.YAMLError: the text is not valid YAML.
    """
    expected = _with_item(_load(text), keys, yaml.safe_load(item))
    root = _compose(text)
    if root is None or root.start_mark.index == root.end_mark.index:  # nothing in it, or nothing behind `---`
        return _checked(_at_end(text, _block(keys, item, 0, text)), expected)
    node, key, gone = node_at(root, keys)
    _no_alias(root, keys[:gone])
    rest = keys[gone:]
    if isinstance(node, yaml.SequenceNode) and not rest:
        new = _append(text, node, item)
    elif isinstance(node, yaml.MappingNode) and rest:
        new = _new_key(text, node, rest, item, is_root=not gone)
    elif key is not None and isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null"):
        new = _fill(text, node, key, rest, item)
    else:
        raise CannotSplice(line_of(root, keys))
    return _checked(new, expected)


def remove_item(text: str, keys: Keys, index: int) -> str:
    """`text` without one item of the list at `keys`; a comment on its line goes with it.

    Raises:
        CannotSplice: also where there is no such item.
    """
    root, key, node, expected = _list(text, keys, index)
    del _at(expected, keys)[index]
    item = node.value[index]
    if node.flow_style:
        start, end = _flow_span(node, index)
        return _checked(text[:start] + text[end:], expected, line_of(root, (*keys, index)))
    dash = text.rfind("-", _end(node.value[index - 1]) if index else 0, item.start_mark.index)
    start = text.rfind("\n", 0, dash) + 1
    new = text[:start] + text[_line_end(text, _end(item)) :]
    if len(node.value) == 1:
        colon = text.index(":", key.end_mark.index) + 1
        new = f"{new[:colon]} []{new[colon:]}"
    return _checked(new, expected, line_of(root, (*keys, index)))


def remove_made(text: str, keys: Keys, item: str) -> str | None:
    """`text` without an item that is alone in its list, and without the keys above it, where all of that is written
    just as `add_item` makes it; None where any of it is somebody's own: a comment, another layout, another entry.
    """
    lines = f"{_block(keys, item, 0, text)}{_break(text)}"
    start = 0 if text.startswith(lines) else text.find(f"\n{lines}") + 1
    if not text.startswith(lines, start):
        return None
    expected = _load(text)
    if _at(expected, keys) != [yaml.safe_load(item)] or any(
        len(_at(expected, keys[:at])) != 1 for at in range(1, len(keys))
    ):
        return None
    del expected[keys[0]]
    try:
        return _checked(text[:start] + text[start + len(lines) :], expected or None)
    except CannotSplice:
        return None


def replace_item(text: str, keys: Keys, index: int, item: str) -> str:
    """`text` with another item in the place of one of the list at `keys`.

    Raises:
        CannotSplice: also where there is no such item.
    """
    root, _, node, expected = _list(text, keys, index)
    _at(expected, keys)[index] = yaml.safe_load(item)
    old = node.value[index]
    new = text[: old.start_mark.index] + item + text[_end(old) :]
    return _checked(new, expected, line_of(root, (*keys, index)))


# ---------------------------------------------------------------------- adding


def _append(text: str, node: yaml.SequenceNode, item: str) -> str:
    if not node.flow_style:
        return _after_line(text, _end(node.value[-1]), f"{' ' * node.start_mark.column}- {item}")
    if node.value:
        return _insert(text, _end(node.value[-1]), f", {item}")
    return _insert(text, node.start_mark.index + 1, item)


def _new_key(text: str, node: yaml.MappingNode, keys: Keys, item: str, *, is_root: bool) -> str:
    if node.flow_style:
        inner = _flow(keys, item)
        at = _end(node.value[-1][1]) if node.value else node.start_mark.index + 1
        return _insert(text, at, f", {inner}" if node.value else inner)
    lines = _block(keys, item, node.start_mark.column, text)
    ended = any(line.startswith(("...", "---")) for line in text[_last(node) :].splitlines())
    return _at_end(text, lines) if is_root and not ended else _after_line(text, _last(node), lines)


def _fill(text: str, node: yaml.ScalarNode, key: yaml.Node, keys: Keys, item: str) -> str:
    """Something in the place of null, or of nothing at all."""
    if node.start_mark.index == node.end_mark.index and not _in_flow(text, key):
        column = key.start_mark.column + 2
        lines = _block(keys, item, column, text) if keys else f"{' ' * column}- {item}"
        return _after_line(text, node.start_mark.index, lines)
    inner = f"{{{_flow(keys, item)}}}" if keys else f"[{item}]"
    space = "" if text[: node.start_mark.index].endswith((" ", "\t")) else " "
    return text[: node.start_mark.index] + space + inner + text[node.end_mark.index :]


def _in_flow(text: str, key: yaml.Node) -> bool:
    """Whether a key stands behind something else on its line, as it does in `{a: 1, key: }`."""
    line = text[text.rfind("\n", 0, key.start_mark.index) + 1 : key.start_mark.index]
    return bool(line.strip())


def _block(keys: Keys, item: str, column: int, text: str) -> str:
    """Lines for an item and the keys above it, without the last line break."""
    lines = [f"{' ' * (column + 2 * depth)}{key}:" for depth, key in enumerate(keys)]
    lines.append(f"{' ' * (column + 2 * len(keys))}- {item}")
    return _break(text).join(lines)


def _flow(keys: Keys, item: str) -> str:
    inner = f"{keys[-1]}: [{item}]"
    for key in reversed(keys[:-1]):
        inner = f"{key}: {{{inner}}}"
    return inner


# ---------------------------------------------------------------------- removing


def _list(text: str, keys: Keys, index: int) -> tuple[yaml.Node, yaml.Node, yaml.SequenceNode, Any]:
    """The root, the list's key, the list itself, and a copy of the data to be changed into what is wanted."""
    root = _compose(text)
    if root is None:
        raise CannotSplice(1)
    node, key, gone = node_at(root, keys)
    if gone < len(keys) or key is None or not isinstance(node, yaml.SequenceNode) or index >= len(node.value):
        raise CannotSplice(line_of(root, keys))
    _no_alias(root, keys)
    return root, key, node, copy.deepcopy(_load(text))


def _flow_span(node: yaml.SequenceNode, index: int) -> tuple[int, int]:
    items = node.value
    if len(items) == 1:
        return node.start_mark.index + 1, node.end_mark.index - 1
    if index == 0:
        return items[0].start_mark.index, items[1].start_mark.index
    return _end(items[index - 1]), _end(items[index])


# ---------------------------------------------------------------------- text


def _insert(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at:]


def _after_line(text: str, index: int, lines: str) -> str:
    """`lines` behind the line that `index` is in."""
    at = _line_end(text, index)
    if text[:at].endswith(("\n", "\r")):
        return _insert(text, at, lines + _break(text))
    return _insert(text, at, _break(text) + lines)


def _at_end(text: str, lines: str) -> str:
    between = _break(text) if text.strip("\ufeff") and not text.endswith(("\n", "\r")) else ""
    return f"{text}{between}{lines}{_break(text)}"


def _line_end(text: str, index: int) -> int:
    """Where the next line starts; the index itself where a line starts there and the one before is meant."""
    if index and text[index - 1] == "\n":
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _last(node: yaml.Node) -> int:
    return _end(node.value[-1][1]) if isinstance(node, yaml.MappingNode) and node.value else _end(node)


def _end(node: yaml.Node) -> int:
    """Where a node really ends: the parser counts comments behind a block as part of it."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1]) if isinstance(node, yaml.MappingNode) else _end(last)


# ---------------------------------------------------------------------- checking


def _checked(new: str, expected: Any, line: int = 1) -> str:
    try:
        said = _load(new)
    except yaml.YAMLError as error:
        raise CannotSplice(line) from error
    if said != expected or type(said) is not type(expected):
        raise CannotSplice(line)
    return new


def _no_alias(root: yaml.Node, keys: Keys) -> None:
    """That all on the way stands where it is read: what an alias leads to is written elsewhere, for others too."""
    for depth in range(1, len(keys) + 1):
        node, key, _ = node_at(root, keys[:depth])
        if key is not None and node.start_mark.index < key.end_mark.index:
            raise CannotSplice(line_of(root, keys[:depth]))


def _with_item(data: Any, keys: Keys, item: Any) -> Any:
    data = copy.deepcopy(data)
    data = {} if data is None else data
    here = data
    for key in keys[:-1]:
        if not isinstance(here, dict):
            raise CannotSplice(1)
        if here.get(key) is None:
            here[key] = {}
        here = here[key]
    if not isinstance(here, dict) or not isinstance(here.get(keys[-1]), list | None):
        raise CannotSplice(1)
    here[keys[-1]] = [*(here.get(keys[-1]) or []), item]
    return data


def _at(data: Any, keys: Keys) -> Any:
    for key in keys:
        data = data[key]
    return data


def _load(text: str) -> Any:
    return yaml.safe_load(text)


def _compose(text: str) -> yaml.Node | None:
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node
