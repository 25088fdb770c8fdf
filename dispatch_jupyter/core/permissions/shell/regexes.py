"""`[[ text =~ regex ]]`: whether it fits, and what its groups find."""

import re

from .marks import HOLE, NAME, doubtful, plain
from .patterns import MAX_TRIES
from .scanner import Scanner
from .source import Source
from .world import World

_PIECE = re.compile(r"""('[^']*'|"(?:[^"\\]|\\.)*")|(\$(?:\w+|\{[^}]*\}|\([^()]*\)))|(\[:\w+:\])|\\.|.""", re.DOTALL)
_CLASSES = {
    "[:alpha:]": "a-zA-Z", "[:digit:]": "0-9", "[:alnum:]": "a-zA-Z0-9", "[:space:]": r"\s", "[:upper:]": "A-Z",
    "[:lower:]": "a-z", "[:punct:]": "!-/:-@\\[-`{-~", "[:blank:]": " \t", "[:xdigit:]": "0-9a-fA-F",
}  # fmt: skip
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_MAX_TEXT = 2000


def matches(scanner: Scanner, left: str, source: Source, world: World) -> bool | None:
    """Whether the text fits, None where nobody can tell; sets `BASH_REMATCH`."""
    left, regex = plain(left), _translated(scanner, source, world)
    # the groups of a known name hold no slash either
    world.vars["BASH_REMATCH"] = [NAME if NAME in left and HOLE not in left else HOLE] * 10
    repeats = len(re.findall(r"[*+{]", regex))
    tries = (min(len(left), _MAX_TEXT) + 1) ** repeats
    if doubtful(left) or doubtful(regex) or len(left) > _MAX_TEXT:
        return None
    if _REPEATED_GROUP.search(regex) or tries > MAX_TRIES or regex.count("?") > 8:
        return None
    try:
        found = re.search(regex, left)
    except (re.error, RecursionError, OverflowError):
        return None
    world.vars["BASH_REMATCH"] = [] if found is None else [found[0], *(group or "" for group in found.groups())]
    return found is not None


def _translated(scanner: Scanner, source: Source, world: World) -> str:
    """The regular expression as Python writes it: what is quoted stands for itself."""
    out = []
    for piece in _PIECE.finditer(source.text):
        if piece[1] or piece[2]:
            value = plain(scanner.expander.text(source.part(*piece.span()), world))
            out.append(re.escape(value) if piece[1] and not doubtful(value) else value)
        else:
            out.append(_CLASSES.get(piece[0], piece[0]))
    return "".join(out)
