"""Shell text and its syntax tree."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .marks import UNSET
from .mask import Masked, mask

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Span = tuple[int, int]
"""[start, end) in characters of the command."""

_LOCAL = threading.local()


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of shell text, and where in the command it comes from."""

    text: str
    base: int | None = 0
    """Where its first character stands in the command; None where it was put together while evaluating."""
    outer: Span = (0, 0)
    """The words it was put together from."""

    def span(self, start: int, end: int) -> Span:
        return self.outer if self.base is None else (self.base + start, self.base + end)

    def part(self, start: int, end: int) -> "Source":
        """A piece of this piece."""
        base = None if self.base is None else self.base + start
        return Source(self.text[start:end], base, self.span(start, end))

    def tree(self) -> tuple["Node", Masked]:
        """Its syntax tree, and the text as the parser saw it. Byte offsets are character offsets."""
        masked = mask(self.text)
        text = masked.text if masked.text.isascii() else "".join(c if ord(c) < 128 else "X" for c in masked.text)
        return _parser().parse(text.encode("ascii")).root_node, masked


def made(text: str, outer: Span) -> Source:
    """Text that was put together while evaluating the words of `outer`."""
    return Source(text.replace(UNSET, ""), None, outer)


def _parser() -> "Parser":
    """One parser a thread: they keep state while they parse."""
    parser: Parser | None = getattr(_LOCAL, "parser", None)
    if parser is None:
        import tree_sitter
        import tree_sitter_bash

        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
        _LOCAL.parser = parser
    return parser
