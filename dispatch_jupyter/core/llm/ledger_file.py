"""The file the usage of keys is kept in: one SQLite database, for all servers of a person.

SQLite's rollback journal, not its write-ahead log: home folders are often on network file systems, where the shared
memory of the latter does not work. Everything here blocks and belongs to one thread.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..protocol.errors import StoreError, StoreFull
from ..store.disk import make_folder, open_regular, store_error

VERSION = 1
BUSY_SECONDS = 10.0
"""How long another server may hold the file."""

_TABLES = """
CREATE TABLE days (key TEXT, day TEXT, calls INT, input INT, output INT, cached INT, nano INT, unpriced INT,
    PRIMARY KEY (key, day)) WITHOUT ROWID;
CREATE TABLE callers (session TEXT, agent TEXT, model TEXT, key TEXT, calls INT, input INT, output INT, cached INT,
    nano INT, unpriced INT, PRIMARY KEY (session, agent, model, key)) WITHOUT ROWID;
CREATE TABLE reservations (id TEXT PRIMARY KEY, owner TEXT, key TEXT, model TEXT, session TEXT, agent TEXT, day TEXT,
    at TEXT, input INT, output INT, nano INT) WITHOUT ROWID;
CREATE TABLE refusals (key TEXT PRIMARY KEY, status TEXT, until TEXT, guessed INT, reason TEXT, since TEXT, tries INT,
    mark TEXT) WITHOUT ROWID;
CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT, key TEXT, text TEXT, session TEXT, agent TEXT);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
"""Money in nano-USD; days and times in UTC. `mark`: which secret was refused, as 32 bits of a salted hash."""

_FULL = ("SQLITE_FULL",)
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")


class LedgerFile:
    """The connection to the file, made when it is first needed, and again after an error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and nobody else writes meanwhile.

        Raises:
            StoreError: the file cannot be read or written, or is damaged; names it and says what to do.
        """
        try:
            db = self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        except sqlite3.Error as error:
            self.close()
            raise self._fault(error) from error
        except OSError as error:
            self.close()
            raise store_error(error, "use", self.path) from error

    def close(self) -> None:
        """Close the connection; the next transaction opens it anew."""
        db, self._db = self._db, None
        if db is not None:
            db.close()  # rolls back what was open

    def _open(self) -> sqlite3.Connection:
        if self._db is not None and self._file != self._identity():
            self.close()  # somebody moved the file away: writing on would be lost
        if self._db is None:
            make_folder(self.path.parent)
            os.close(open_regular(self.path, os.O_RDWR | os.O_CREAT))
            self._file = self._identity()
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(db)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA journal_mode = TRUNCATE")
        db.execute("PRAGMA synchronous = FULL")  # money that was spent must not come back with the power
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._create(db)
        elif version != VERSION:
            raise StoreError(
                f"The usage of keys in {self.path} was written by a newer Dispatch.",
                "Update this one, or move the file away: usage then counts from zero.",
            )
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _damaged(self.path, str(verdict))

    def _create(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:  # else another server was faster
            for statement in _TABLES.split(";"):
                db.execute(statement)
            db.execute("INSERT INTO meta VALUES ('salt', ?)", (os.urandom(16).hex(),))
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _fault(self, error: sqlite3.Error) -> StoreError:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_DAMAGED) or "malformed" in str(error):
            return _damaged(self.path, str(error))
        if name.startswith(_FULL):
            return StoreFull(f"Cannot write {self.path}: {error}.", "Free some space there, or raise the quota.")
        hint = f"Check who owns {self.path} and its folder, their modes, and the disk."
        if name.startswith("SQLITE_BUSY"):
            hint = "Another program holds it. Close that one."
        return StoreError(f"Cannot use {self.path}, where the usage of keys is kept: {error}.", hint)


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(
        f"{path}, where the usage of keys is kept, is damaged: {why}.",
        "Put a copy of it back, or move it away: usage then counts from zero.",
    )
