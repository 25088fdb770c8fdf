"""TinyDB on an append-only journal: the same database, at a cost that does not grow with it.

TinyDB's own JSON storage writes the whole file anew for each change, in place: slow once a conversation is long, and an
interrupted write leaves nothing that can be read. Here a change is one line at the end of the file (see `lines`).
Everything of TinyDB that reads (queries, caches, iteration) and everything that changes through
`Table._update_table` is inherited, so that method and `Table._get_next_id` are the only places where this
depends on TinyDB's insides; the differential test holds both together.

Not shared with TinyDB's storage: documents read are the storage's own memory, so they are not to be changed in place,
and other processes' changes are not seen: one process writes a journal.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NoReturn

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from ..protocol.errors import NotFound, StoreError
from .disk import open_regular, store_error, sync_data, sync_folder, write_all
from .lines import Tables, clear_op, header_of, line_of, put_op, replay, snapshot
from .table_changes import TableChanges

_log = logging.getLogger(__name__)

_CHUNK = 1 << 20


class JournalStorage(Storage):
    """One journal file. `read` is a replay, `write` a fresh file put in its place, `append` a line.

    Opened with `r+` it is made where it is missing and a torn tail is cut off; the caller sees to it that no other
    process writes. With `r` it may be read while another process writes: a line still being written is not seen.
    """

    def __init__(self, path: Path, kind: str = "journal", access_mode: Literal["r", "r+"] = "r+") -> None:
        """
        Raises:
            NotFound: opened with `r`, and there is no such file.
            StoreError: it cannot be opened.
        """
        self.path = path
        self.kind = kind
        self._writable = access_mode == "r+"
        self._fd: int | None = self._open(os.O_RDWR | os.O_APPEND | os.O_CREAT if self._writable else os.O_RDONLY)
        self._tables: Tables | None = None
        self._size: int | None = None
        """Where the good lines end; None until the file has been read."""
        self._in_step = True
        """False: bytes of a failed write may still lie behind `_size`."""
        self._is_new = False
        """True: its name may not be on the disk yet."""
        self.changes = 0
        """Changes in the file, overwritten ones included."""
        self.torn = 0
        """Bytes of a write that was cut off, found on reading."""

    @property
    def size(self) -> int:
        """Bytes of good lines; 0 in a journal to which nothing was ever written."""
        if self._size is None:
            self._load()
        return self._size or 0

    def read(self) -> Tables:
        """All tables, as they stand. The same objects each time, until `forget`.

        Raises:
            StoreError: it cannot be read; names line and byte where it is damaged.
        """
        return self._load() if self._tables is None else self._tables

    def write(self, data: Tables) -> None:
        """Put a journal that says exactly this in the file's place; a crash leaves the old or the new one.

        Raises:
            StoreError: nothing has changed then.
        """
        self._writing()
        temporary = self.path.with_name(self.path.name + ".tmp")
        try:
            fd = open_regular(temporary, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC)
            try:
                for chunk in _chunks(snapshot(data, self.kind)):
                    write_all(fd, chunk)
                os.fsync(fd)
                temporary.replace(self.path)
            except BaseException:
                os.close(fd)
                raise
        except BaseException as error:
            with suppress(OSError):
                temporary.unlink()
            # `data` may be this storage's own memory, changed by the caller
            self.forget()
            if isinstance(error, OSError):
                raise store_error(error, "write", temporary) from error
            raise
        os.close(self._writing())
        self._fd, self._size, self._in_step = fd, os.fstat(fd).st_size, True
        self.changes = sum(map(len, data.values()))
        self.forget()
        try:
            sync_folder(self.path.parent)
        except OSError as error:
            raise store_error(error, "write", self.path.parent) from error

    def append(self, ops: Sequence[bytes], *, sync: bool = False) -> None:
        """Add changes, as `lines.put_op` and its like make them: all of them or none, whatever happens.

        Memory is the caller's business: changed in step, or forgotten.
        With `sync` they are on the disk when this returns, else they survive the process but maybe not the machine.

        Raises:
            StoreError: none of them is stored; the journal can be appended to again as soon as the disk lets it.
            StoreFull: no space, or over a quota.
        """
        fd, size, line = self._writing(), self.size, line_of(ops)
        if size == 0:
            line, self._is_new = header_of(self.kind) + line, True
        self._check_untouched(fd, size)
        try:
            self._in_step = False
            write_all(fd, line)
            if sync:
                sync_data(fd)
                if self._is_new:
                    sync_folder(self.path.parent)
                    self._is_new = False
        except OSError as error:
            self._roll_back(fd, size)
            raise store_error(error, "write to", self.path) from error
        self._in_step = True
        self._size = size + len(line)
        self.changes += len(ops)

    def compact(self) -> None:
        """Leave out of the file what later changes undid.

        Raises:
            StoreError: the file is as it was.
        """
        self.write(self.read())

    def is_wasteful(self, live: int) -> bool:
        """Whether most of the file is what later changes undid; `live` is how many documents there are."""
        return self.changes > 2 * live + 1000

    def forget(self) -> None:
        """Free the tables' memory; the next `read` gets them from the file."""
        self._tables = None

    def close(self) -> None:
        fd, self._fd = self._fd, None
        self.forget()
        if fd is not None:
            os.close(fd)

    def _open(self, flags: int) -> int:
        try:
            return open_regular(self.path, flags)
        except FileNotFoundError as error:
            raise NotFound(f"{self.path} does not exist.") from error
        except OSError as error:
            raise store_error(error, "open", self.path) from error

    def _reading(self) -> int:
        if self._fd is None:
            raise StoreError(f"{self.path} is closed.")
        return self._fd

    def _writing(self) -> int:
        if not self._writable:
            raise StoreError(f"{self.path} is open for reading only.")
        return self._reading()

    def _load(self) -> Tables:
        fd = self._reading()
        try:
            if self._size is not None and not self._in_step:
                # lines of a write that was refused may be there whole
                os.ftruncate(fd, self._size)
            os.lseek(fd, 0, os.SEEK_SET)
            with os.fdopen(fd, "rb", _CHUNK, closefd=False) as stream:
                found = replay(stream, self.path, self.kind)
            if found.torn and self._writable:
                os.ftruncate(fd, found.size)
                _log.warning("%s: cut off %d bytes of an unfinished write", self.path, found.torn)
        except OSError as error:
            raise store_error(error, "read", self.path) from error
        self._tables, self._size, self._in_step = found.tables, found.size, True
        self.changes, self.torn = found.changes, self.torn + found.torn
        return found.tables

    def _check_untouched(self, fd: int, size: int) -> None:
        """Appending to a deleted file loses everything, and behind another's bytes it damages the journal."""
        try:
            found = os.fstat(fd)
            if not self._in_step:
                os.ftruncate(fd, size)
                return
        except OSError as error:
            raise store_error(error, "write to", self.path) from error
        if found.st_nlink == 0:
            raise StoreError(
                f"{self.path} was deleted or replaced while it was open.",
                "Put it back from a copy, or start a new session.",
            )
        if found.st_size != size:
            raise StoreError(
                f"{self.path} was changed by another program while it was open.",
                "Close the session and open it again.",
            )

    def _roll_back(self, fd: int, size: int) -> None:
        # where even this fails, the next append or read tries it again before anything else
        with suppress(OSError):
            os.ftruncate(fd, size)
            self._in_step = True


class JournalTable(Table):
    """A TinyDB table that stores what an update changed, instead of everything."""

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        storage = self._storage
        if not isinstance(storage, JournalStorage):
            super()._update_table(updater)
            return
        tables = storage.read()
        new = self.name not in tables
        view = TableChanges(tables.setdefault(self.name, {}), self.document_id_class)
        try:
            updater(view)
            ops = view.ops(self.name)
            if new:
                ops.insert(0, clear_op(self.name))
            if ops:
                storage.append(ops)
        except BaseException:
            storage.forget()
            raise
        finally:
            self.clear_cache()


class JournalDB(TinyDB):
    """TinyDB on a journal: `JournalDB(path, kind=…)`."""

    table_class = JournalTable
    default_storage_class = JournalStorage  # type: ignore[assignment]  # annotated by its default
    storage: JournalStorage

    def put_encoded(self, rows: Iterable[tuple[str, str, bytes]], *, sync: bool) -> None:
        """Store documents that are JSON already, (table, id, document) each, without ever parsing them.

        They replace what had their ids. All or none; errors are those of `JournalStorage.append`.
        """
        self.storage.append([put_op(*row) for row in rows], sync=sync)
        self.forget()

    def forget(self) -> None:
        """Free the documents' memory; the next query reads them from the file again."""
        self.storage.forget()
        for table in self._tables.values():
            table.clear_cache()


class RecordTable(JournalTable):
    """A table whose documents have the ids of their records, which are strings, instead of TinyDB's numbers.

    So a document is found by the id everything else knows, and putting a record again replaces it.
    """

    document_id_class = str  # type: ignore[assignment]  # TinyDB converts with it, it need not be `int`

    def _get_next_id(self) -> NoReturn:
        raise TypeError("a record is stored under its own id: insert it as `Document(record, id)`")


class RecordsDB(JournalDB):
    """Records as TinyDB tables: `RecordsDB(path, kind)`."""

    table_class = RecordTable


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about a megabyte."""
    chunk = bytearray()
    for line in lines:
        chunk += line
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)
