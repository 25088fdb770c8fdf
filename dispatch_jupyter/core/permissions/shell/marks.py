"""Values that are not wholly known: text with marks in it.

The marks are lone surrogates. `clean` takes those out of everything that comes in, so a mark is never somebody's text.
"""

import re

HOLE = "\ud800"
"""Unknown text, of any length; it may hold slashes."""
UNSET = "\ud801"
"""A variable that nobody has set: nothing, unless the environment is not what it is said to be."""
NAME = "\ud802"
"""Unknown text that stays below where it stands: a number, a date, a file name from a listing."""
GLOBS = {"*": "\ud803", "?": "\ud804", "[": "\ud805"}
"""Unquoted pattern characters and what stands for them in a value."""

WILD = re.compile("[\ud800\ud802-\ud805]")
GLOB = re.compile("[\ud803-\ud805]")
MARKS = re.compile("[\ud800-\ud805]")
_FOREIGN = re.compile("[\ud800-\udfff\x00]")
_PLAIN = str.maketrans({mark: char for char, mark in GLOBS.items()})

MAX_VALUE = 100_000
"""Characters of one value; a longer one counts as unknown."""


def clean(text: str) -> str:
    """The same text, character for character, without lone surrogates and zero characters."""
    return _FOREIGN.sub("\ufffd", text) if not text.isascii() or "\x00" in text else text


def plain(value: str) -> str:
    """A value with its pattern characters as they were written; what is unknown stays marked."""
    return value.translate(_PLAIN) if not value.isascii() else value


def known(value: str) -> bool:
    """Whether nothing in it is unknown. Pattern characters count as known."""
    return value.isascii() or not re.search("[\ud800-\ud802]", value)


def bounded(value: str) -> str:
    """The value, or a hole where it has grown out of hand."""
    return value if len(value) <= MAX_VALUE else HOLE


def doubtful(value: str) -> bool:
    """Whether a value holds anything but known text."""
    return MARKS.search(value) is not None
