"""Subscripts the shell evaluates on its own where a word is taken for a variable or a number."""

import re

from .expand import Word
from .marks import plain
from .scanner import Scanner
from .world import World

_SUBSCRIPT = re.compile(r"[A-Za-z_]\w*\[.*(?:\$\(|`)", re.ASCII | re.DOTALL)
EVALUATING = {"printf", "unset", "read", "declare", "typeset", "local", "export", "let", "mapfile", "readarray", "wait"}
"""Commands of the shell that take words for variables."""


def subscript(scanner: Scanner, word: Word, world: World) -> None:
    """Run what stands in `name[$(command)]`."""
    if _SUBSCRIPT.match(plain(word.value)):
        scanner.expander.quoted(word.source(), world)
