"""Long texts beside the journal, each once, named by its hash: `<id>.blobs/<sha256>`.

Tool output of megabytes would make every read of a conversation slow. A document keeps an empty string in
the text's place, and under `$blobs` where the text belongs: `[[["output"], <sha256>, <bytes>], …]`.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .disk import make_folder, open_regular, store_error, sync_data, sync_folder, write_file
from .lines import Document, encode

LIMIT = 64 * 1024
"""Texts of more bytes (UTF-8) than this leave the journal."""

KEY = "$blobs"


class Blobs:
    """The blobs of one session; the folder is made when the first is stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outdated = False
        """Whether a text was stored that a later version of the same record has replaced by another."""
        self._latest: dict[str, set[str]] = {}
        self._name_synced = False

    def split(self, id_: str, document: bytes, *, sync: bool) -> bytes:
        """The document of that id with its long texts stored as blobs; the same bytes where there are none.

        With `sync` the texts are on the disk when this returns, so before any line refers to them.

        Raises:
            StoreError: a text could not be stored.
        """
        if len(document) <= LIMIT:
            return document
        record: Document = json.loads(document)
        found: list[tuple[list[str | int], str, int]] = []
        for path, text in list(_long_texts(record, [])):
            data = text.encode("utf-8", "surrogatepass")
            found.append((path, self._store(data, sync=sync), len(data)))
            _put(record, path, "")
        names = {name for _, name, _ in found}
        self.outdated |= not self._latest.get(id_, names) <= names
        self._latest[id_] = names
        return encode({**record, KEY: found}) if found else document

    def join(self, document: Document) -> Document:
        """The document with its texts back in place. One that is lost leaves a sentence that says so."""
        found = document.pop(KEY, ())
        for path, name, size in found:
            _put(document, path, self._text(name, size))
        return document

    def keep_only(self, documents: Iterator[Document]) -> None:
        """Delete the blobs none of these (split) documents refers to."""
        if not self.folder.is_dir():
            return
        used = {name for document in documents for _, name, _ in document.get(KEY, ())}
        for path in self.folder.iterdir():
            if path.name not in used:
                path.unlink()
        self.outdated = False

    def _store(self, data: bytes, *, sync: bool) -> str:
        name = hashlib.sha256(data).hexdigest()
        path = self.folder / name
        try:
            if _size(path) != len(data):
                make_folder(self.folder)
                write_file(path, data, sync=sync)
            elif sync:
                _sync_file(path)
            if sync and not self._name_synced:
                sync_folder(self.folder.parent)
                self._name_synced = True
        except OSError as error:
            raise store_error(error, "write", path) from error
        return name

    def _text(self, name: str, size: int) -> str:
        path = self.folder / name
        try:
            data = path.read_bytes()
        except OSError as error:
            return f"[This text of {size} bytes is lost: {path}: {error.strerror}.]"
        if hashlib.sha256(data).hexdigest() != name:
            return f"[This text of {size} bytes is lost: {path} is damaged.]"
        return data.decode("utf-8", "surrogatepass")


def _long_texts(value: Any, path: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    """Every string over the limit in a JSON value, and the keys that lead to it."""
    if isinstance(value, str):
        if len(value) * 4 > LIMIT and len(value.encode("utf-8", "surrogatepass")) > LIMIT:
            yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _long_texts(inner, [*path, key])
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _long_texts(inner, [*path, index])


def _put(value: Any, path: list[str | int], text: str) -> None:
    *outer, last = path
    for key in outer:
        value = value[key]
    value[last] = text


def _sync_file(path: Path) -> None:
    """Put on the disk what may have been stored without waiting for it."""
    fd = open_regular(path, os.O_RDONLY)
    try:
        sync_data(fd)
    finally:
        os.close(fd)
    sync_folder(path.parent)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1
