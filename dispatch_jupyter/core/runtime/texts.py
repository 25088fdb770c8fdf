"""Texts that are still being written: tokens of an answer, arguments of a call, output of a command."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ..protocol.changes import Delta
from ..protocol.records import TableName

Field = Literal["text", "reasoning", "arguments_text", "output"]
Key = tuple[TableName, str]


@dataclass(slots=True)
class _Text:
    pieces: list[str] = field(default_factory=list)
    published: int = 0
    """How many of the pieces clients have."""
    units: int = 0
    """Their length in UTF-16 code units, JavaScript's measure."""


class LiveTexts:
    """Text by record and field. A client has each text up to `published`; `take` hands out what came since."""

    def __init__(self) -> None:
        self._texts: dict[Key, dict[Field, _Text]] = {}
        self._dirty: dict[tuple[Key, Field], None] = {}

    def add(self, key: Key, name: Field, piece: str) -> None:
        self._texts.setdefault(key, {}).setdefault(name, _Text()).pieces.append(clean(piece))
        self._dirty[key, name] = None

    def drop(self, key: Key) -> None:
        """The record has been put: its fields are the truth now."""
        for name in self._texts.pop(key, {}):
            self._dirty.pop((key, name), None)

    def of(self, key: Key) -> dict[str, str]:
        """What is written of a record so far, by field."""
        return {name: "".join(text.pieces) for name, text in self._texts.get(key, {}).items()}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._texts)

    def take(self) -> list[Delta]:
        """What clients do not have yet, as deltas; afterwards they have it."""
        deltas = [self._next(key, name) for key, name in self._dirty]
        self._dirty.clear()
        return deltas

    def _next(self, key: Key, name: Field) -> Delta:
        text = self._texts[key][name]
        piece = "".join(text.pieces[text.published :])
        delta = Delta(table=key[0], id=key[1], field=name, at=text.units, text=piece)
        text.published = len(text.pieces)
        text.units += utf16_length(piece)
        return delta

    def whole(self, key: Key) -> list[Delta]:
        """All that clients have been sent of a record, from the beginning: for one that was away."""
        return [
            Delta(table=key[0], id=key[1], field=name, at=0, text="".join(text.pieces[: text.published]))
            for name, text in self._texts.get(key, {}).items()
        ]


def clean(text: str) -> str:
    """Text that can be stored: halves of surrogate pairs, which are not Unicode text, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
