"""What sessions there are, without opening their journals: `catalogue.jsonl`, a TinyDB beside them.

It is a cache. A session is in it as its journal was at some size and time of change; where the journal disagrees, the
journal is read. So it may be deleted at any moment, and a write to it that fails costs time, never an answer.
Several servers may share the folder: writes are made under a lock held for a moment.
"""

import logging
import os
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..protocol.commands import SessionSummary
from ..protocol.errors import NotFound, StoreError
from ..protocol.ids import SessionId
from ..protocol.records import ErrorInfo
from .disk import store_error
from .journal import RecordsDB
from .lines import Document, drop_op, encode, put_op
from .lock import short_lock
from .session_db import SUFFIX, list_ids
from .summary import read_summary, time_of

_log = logging.getLogger(__name__)

KIND = "catalogue"
TABLE = "sessions"
LOCK_TIMEOUT = 0.5
"""Seconds to wait for another server's write."""

Stamp = tuple[int, int]
"""(size in bytes, mtime in ns) of a journal."""
Identity = tuple[int, int, int]
"""(inode, size in bytes, mtime in ns) of the catalogue."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A session as its journal was when it had this stamp."""

    summary: SessionSummary
    stamp: Stamp

    def encoded(self) -> bytes:
        size, mtime = self.stamp
        return encode({"summary": self.summary.model_dump(mode="json"), "size": size, "mtime": mtime})

    @classmethod
    def decoded(cls, document: Document) -> "_Entry":
        return cls(SessionSummary.model_validate(document["summary"]), (document["size"], document["mtime"]))


_Entries = dict[SessionId, _Entry]


class Catalogue:
    """The sessions of a folder. For one thread at a time; other processes may have catalogues of the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"catalogue{SUFFIX}"
        self._entries: _Entries = {}
        self._identity: Identity | None = None
        """Of the catalogue file whose content `_entries` is."""
        self._writer: RecordsDB | None = None

    def note(self, summary: SessionSummary) -> None:
        """Remember what a session is now, so that listing it needs no look into its journal.

        To be called when everything the summary speaks of is in the journal; after `SessionDB.close` once more,
        since closing may compact it.
        """
        stamp = _stamp(self._folder / f"{summary.id}{SUFFIX}")
        if stamp is None or summary.error:
            return
        entry = _Entry(summary.model_copy(update={"live": False}), stamp)
        if self._known().get(summary.id) != entry:
            self._store({summary.id: entry}, set())

    def close(self) -> None:
        """Let go of the file. The catalogue can be used again afterwards."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def list(self, project: str | None = None) -> list[SessionSummary]:
        """All sessions, or those of a project (its path), last used first.

        A journal that cannot be read gives a summary with `error` and otherwise what was known of it; where not even
        its project was known, it is in the list of every project, because it may belong there.

        Raises:
            StoreError: the folder itself cannot be read.
        """
        # in this order, else a session another server makes meanwhile looks as if it had gone
        known = self._known()
        ids = set(list_ids(self._folder))
        fresh: _Entries = {}
        summaries = [summary for id_ in ids if (summary := self._look(id_, known.get(id_), fresh))]
        gone = known.keys() - ids
        if fresh or gone:
            self._store(fresh, gone)
        wanted = [summary for summary in summaries if project is None or summary.project in {project, ""}]
        return sorted(wanted, key=lambda summary: time_of(summary.updated_at), reverse=True)

    def _look(self, session_id: SessionId, known: _Entry | None, fresh: _Entries) -> SessionSummary | None:
        """A session's summary, read from its journal (and put into `fresh`) if what is known is out of date.

        None for one that went away, or that was never written to.
        """
        path = self._folder / f"{session_id}{SUFFIX}"
        try:
            # taken before reading: what is written meanwhile makes the entry out of date again
            stamp = _stamp(path)
            if stamp is None or (known and known.stamp == stamp):
                return known.summary if stamp and known else None
            summary = read_summary(path, session_id)
        except NotFound:
            return None
        except StoreError as error:
            return _unreadable(session_id, known, error)
        if summary:
            fresh[session_id] = _Entry(summary, stamp)
        return summary

    def _known(self) -> _Entries:
        """What the catalogue file says, read again where another server changed it."""
        identity = _identity(self._path)
        if identity != self._identity:
            self._identity = identity
            self.close()
            try:
                self._entries = _read(self._path) if identity else {}
            except (StoreError, NotFound) as error:
                _log.warning("the catalogue is made anew: %s", error)
                self._entries = {}
        return self._entries

    def _store(self, fresh: _Entries, gone: Set[SessionId]) -> None:
        """Bring the file up to date, if that can be done now."""
        with short_lock(self._path.with_suffix(".lock"), LOCK_TIMEOUT) as locked:
            # in memory it holds in any case, and so does what another server has stored meanwhile
            known = self._known()
            known.update(fresh)
            for session_id in gone:
                known.pop(session_id, None)
            if not locked:
                _log.info("%s is being written elsewhere; left as it is", self._path)
                return
            try:
                self._append(fresh, gone, len(known))
            except StoreError as error:
                _log.warning("%s could not be written: %s", self._path, error)
                self.close()
            self._identity = _identity(self._path)

    def _append(self, fresh: _Entries, gone: Set[SessionId], live: int) -> None:
        ops = [put_op(TABLE, id_, entry.encoded()) for id_, entry in fresh.items()]
        ops += [drop_op(TABLE, id_) for id_ in gone]
        storage = self._writable().storage
        storage.append(ops)
        if storage.is_wasteful(live):
            storage.compact()

    def _writable(self) -> RecordsDB:
        """The database, open for writing. Under the lock only, and after `_known`, which closes an outdated one."""
        # not `if self._writer`: the truth of a TinyDB is its length, which takes reading all of it
        if self._writer is None:
            self._writer = RecordsDB(self._path, KIND)
            try:
                self._writer.storage.read()
                self._writer.forget()
            except StoreError:
                # no catalogue at all, or a damaged one
                self._writer.storage.write({})
        return self._writer


def _read(path: Path) -> _Entries:
    db = RecordsDB(path, KIND, "r")
    try:
        entries = {}
        for document in db.table(TABLE):
            try:
                entry = _Entry.decoded(document)
            except (KeyError, ValidationError):
                # of another version of this code: its journal is read instead
                continue
            entries[entry.summary.id] = entry
        return entries
    finally:
        db.close()


def _unreadable(session_id: SessionId, known: _Entry | None, error: StoreError) -> SessionSummary:
    info = ErrorInfo.of(error)
    if known:
        return known.summary.model_copy(update={"error": info})
    return SessionSummary(id=session_id, project="", title="", created_at="", updated_at="", error=info)


def _stamp(path: Path) -> Stamp | None:
    found = _stat(path)
    return found and (found.st_size, found.st_mtime_ns)


def _identity(path: Path) -> Identity | None:
    found = _stat(path)
    return found and (found.st_ino, found.st_size, found.st_mtime_ns)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise store_error(error, "look at", path) from error
