"""Finds out what an update of a TinyDB table changed."""

import json
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from .lines import Document, clear_op, drop_op, encode, put_op

_MISSING: Any = object()


class TableChanges(MutableMapping[Any, Document]):
    """A table as an updater sees it, that finds out which documents it set, dropped or changed in place.

    What the updater leaves is kept as JSON would give it back, so that memory and file never differ.
    """

    def __init__(self, documents: dict[str, Document], id_class: Callable[[str], Any]) -> None:
        self._documents = documents
        self._id_class = id_class
        self._before: dict[str, Any] = {}
        self._dropped: set[str] = set()
        self._cleared = False

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Any]:
        return map(self._id_class, self._documents)

    def __contains__(self, key: object) -> bool:
        return str(key) in self._documents

    def __getitem__(self, key: Any) -> Document:
        document = self._documents[str(key)]
        self._remember(str(key))
        return document

    def __setitem__(self, key: Any, document: Document) -> None:
        key = str(key)
        self._remember(key)
        if key not in self._documents:
            # dropped before: it comes last again
            self._before[key] = self._before.pop(key)
        self._documents[key] = document

    def __delitem__(self, key: Any) -> None:
        self._remember(str(key))
        del self._documents[str(key)]
        self._dropped.add(str(key))

    def clear(self) -> None:
        self._cleared = True
        self._before = dict.fromkeys(self._before, _MISSING)
        self._documents.clear()

    def ops(self, table: str) -> list[bytes]:
        """The changes, such that replaying them gives the same documents in the same order."""
        ops = [clear_op(table)] if self._cleared else []
        ops += [drop_op(table, key) for key in self._before if key in self._dropped]
        for key, before in self._before.items():
            if key in self._documents:
                after = encode(self._documents[key])
                if after != before or key in self._dropped:
                    self._documents[key] = json.loads(after)
                    ops.append(put_op(table, key, after))
        return ops

    def _remember(self, key: str) -> None:
        if key not in self._before:
            there = self._documents.get(key, _MISSING)
            self._before[key] = _MISSING if there is _MISSING or self._cleared else encode(there)
