"""One session on disk.

    <folder>/<id>.jsonl     the journal (`journal`), a TinyDB of the tables of `records.TABLES`
             <id>.blobs/    its long texts (`blobs`)
             <id>.spill/    whole outputs of tool calls, for the agent to read
             <id>.lock, <id>.owner      who has it open (`lock`)

Files are 0600, folders 0700.
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..protocol.errors import Conflict, NotFound, StoreError
from ..protocol.ids import SessionId
from ..protocol.records import TABLES, TableName
from .blobs import Blobs
from .disk import make_folder, store_error, write_file
from .journal import RecordsDB
from .lock import Owner, SessionLock
from .schema import migrate, version_of

_log = logging.getLogger(__name__)

KIND = "session"
SUFFIX = ".jsonl"
_ID = re.compile(r"[0-9a-f]{16}")

Row = tuple[TableName, str, bytes]
"""(table, id of the record, the record as JSON)."""


def session_path(folder: Path, session_id: str) -> Path:
    """The journal of a session. The only way from an id, which may come from anywhere, to a path.

    Raises:
        NotFound: nothing that could be an id.
    """
    if not _ID.fullmatch(session_id):
        raise NotFound(f"There is no session `{session_id[:40]}`.")
    return folder / f"{session_id}{SUFFIX}"


def list_ids(folder: Path) -> list[SessionId]:
    """The ids of all journals in the folder, readable or not, in no order.

    Raises:
        StoreError: the folder cannot be read.
    """
    try:
        return [SessionId(path.stem) for path in folder.glob(f"*{SUFFIX}") if _ID.fullmatch(path.stem)]
    except OSError as error:
        raise store_error(error, "list", folder) from error


class SessionDB:
    """A session that is open: one writer, from `create` or `open` to `close`. Not for several threads at once."""

    def __init__(self, path: Path, lock: SessionLock) -> None:
        """Use `create` or `open`.

        Raises:
            StoreError: as `JournalStorage`.
        """
        self.path = path
        self._lock = lock
        self._blobs = Blobs(path.with_suffix(".blobs"))
        self._closed = False
        self.db = RecordsDB(path, KIND)
        """For queries; write with `append`. Long texts are left out of its documents (see `blobs`)."""

    @classmethod
    def create(cls, folder: Path, session_id: SessionId, owner: Owner) -> "SessionDB":
        """A new session, with nothing in it. It exists for others once something is appended.

        Raises:
            Conflict: there is one with this id.
            Locked: and it is open.
            StoreError: the disk said no.
        """
        path = session_path(folder, session_id)
        make_folder(folder)
        lock = SessionLock(path.with_suffix(""), owner)
        try:
            if path.exists():
                raise Conflict(f"There is a session {session_id} already.")
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, session_id: SessionId, owner: Owner) -> "SessionDB":
        """A session that exists; what an earlier crash left half written is cut off.

        Raises:
            NotFound: there is none with this id.
            Locked: it is open, in another process or in this one; names the owner.
            StoreError: it cannot be read; names file and line.
        """
        path = session_path(folder, session_id)
        if not path.exists():
            raise NotFound(f"There is no session `{session_id}`.")
        lock = SessionLock(path.with_suffix(""), owner)
        try:
            self = cls(path, lock)
            try:
                if self.db.storage.size == 0:
                    raise NotFound(f"Session `{session_id}` was never written.", f"Delete {path}.")
                version_of(self.db.storage.read(), path)
            except BaseException:
                self.db.close()
                raise
        except BaseException:
            lock.release()
            raise
        return self

    @property
    def spill_dir(self) -> Path:
        """Where tools write whole outputs; whoever writes the first makes it."""
        return self.path.with_suffix(".spill")

    def load(self) -> dict[TableName, list[dict[str, Any]]]:
        """Every record, by table, in the order in which they were first put; nothing of it stays in memory here.

        Long texts are read back in. One whose blob is missing or damaged says so in its place; nothing else is lost.
        Documents of an older schema are brought up to date, in the file too; the old file stays as `….v<n>.bak`.

        Raises:
            StoreError: the journal cannot be read, or has a newer schema.
        """
        tables = self.db.storage.read()
        version = version_of(tables, self.path)
        if migrate(tables, self.path):
            self._keep(version)
            self.db.storage.write(tables)
        records: dict[TableName, list[dict[str, Any]]] = {
            table: [self._blobs.join(dict(document)) for document in self.db.table(table).all()] for table in TABLES
        }
        self.db.forget()
        return records

    def append(self, rows: Sequence[Row], *, sync: bool) -> None:
        """Put records: all of them or, after any failure or crash, none.

        With `sync` they are on the disk when this returns; else they outlive this process, but maybe not the machine.

        Raises:
            StoreError: nothing is stored; the session can be used on as soon as the disk lets it.
            StoreFull: no space, or over a quota.
        """
        if rows:
            split = self._blobs.split
            self.db.put_encoded([(table, id_, split(id_, record, sync=sync)) for table, id_, record in rows], sync=sync)

    def close(self) -> None:
        """Tidy up and let others have it. Harmless when done twice, and never fails for a full disk."""
        if self._closed:
            return
        self._closed = True
        try:
            self._tidy()
        except (StoreError, OSError) as error:
            # everything is stored; only less neatly than it could be
            _log.warning("could not tidy up %s: %s", self.path, error)
        finally:
            self.db.close()
            self._lock.release()

    def _tidy(self) -> None:
        storage = self.db.storage
        if storage.size == 0:
            self.path.unlink(missing_ok=True)
            return
        # counting the documents takes reading them all: only where there may be a reason
        if storage.is_wasteful(0) and storage.is_wasteful(sum(map(len, storage.read().values()))):
            storage.compact()
            self._blobs.outdated = True
        if self._blobs.outdated:
            self._blobs.keep_only(doc for table in storage.read().values() for doc in table.values())

    def _keep(self, version: int) -> None:
        backup = self.path.with_name(f"{self.path.name}.v{version}.bak")
        try:
            write_file(backup, self.path.read_bytes(), sync=True)
        except OSError as error:
            raise store_error(error, "write", backup) from error
