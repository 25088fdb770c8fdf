"""Editing a notebook as text: a block in the source of a cell, everything else kept."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from .matching import Match, find, replace
from .notebooks import Json, cells, source, source_key


def find_in_cells(notebook: Json, block: str) -> list[tuple[int, list[Match]]]:
    """The cells that have the block in their source, each with where."""
    found = ((index, find(source(cell), block)) for index, cell in enumerate(cells(notebook)))
    return [(index, matches) for index, matches in found if matches]


def replace_in_cell(notebook: Json, index: int, matches: list[Match], new: str) -> bool:
    """Change the source of one cell in place; False where the new text cannot be indented like the old."""
    cell = cells(notebook)[index]
    changed = replace(source(cell), matches, new)
    if changed is None:
        return False
    key = source_key(cell)
    cell[key] = changed.splitlines(keepends=True) if isinstance(cell[key], list) else changed
    return True


def dump_like(notebook: Json, original: str, parsed_original: Json) -> str:
    """A notebook as JSON, formatted as the original is; where that has no known format, as Jupyter does."""
    for style in _styles():
        if _dumped(parsed_original, *style) == original:
            return _dumped(notebook, *style)
    return _dumped(notebook, 1, False, "\n")


def _styles() -> Iterator[tuple[int | None, bool, str]]:
    """(indent, escape what is not ASCII, what comes last), Jupyter's own first."""
    return product((1, 2, 4, None), (False, True), ("\n", ""))


def _dumped(value: Any, indent: int | None, ascii_only: bool, end: str) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only) + end
