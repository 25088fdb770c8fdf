"""The sessions that are open in this server, and the folder they come from."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..protocol.commands import SessionSummary
from ..protocol.errors import Conflict, NotFound, StoreError
from ..protocol.ids import SessionId
from ..protocol.parts import Usage
from ..protocol.records import TABLES, Agent, Record, TableName
from ..protocol.records import Session as SessionRecord
from ..store.catalogue import Catalogue
from ..store.lock import Owner
from ..store.session_db import SessionDB
from .repair import repair
from .session import Session
from .tables import Tables
from .writer import Writer

Summaries = list[SessionSummary]
_LOST = "Put it back from a copy; other sessions are not affected."

log = logging.getLogger(__name__)


class Sessions:
    """Opens each session once, however many ask at the same time, and closes it once."""

    def __init__(
        self, folder: Path, owner: Owner, instance: str, opened: Callable[[Session], object] = lambda _: None
    ) -> None:
        """`opened` is called with each session that is read from its file."""
        self._opened = opened
        self.folder = folder
        self._owner = owner
        self._instance = instance
        self._writer = Writer()
        self._catalogue = Catalogue(folder)
        self._live: dict[SessionId, Session] = {}
        self._opening: dict[SessionId, asyncio.Task[Session]] = {}
        self._closing: dict[SessionId, asyncio.Task[None]] = {}
        self._users: Counter[SessionId] = Counter()
        self.ending = False
        """True: the server stops, and nothing is opened any more."""

    def live(self) -> list[Session]:
        """The open ones, the one asked for last at the end."""
        return list(self._live.values())

    def check(self) -> None:
        """
        Raises:
            Conflict: the server stops.
        """
        if self.ending:
            raise Conflict("The server is stopping.", "Try again once it is up.")

    async def create(self, record: SessionRecord, agent: Agent) -> Session:
        """A new session with its root agent, on disk when this returns."""
        self.check()
        return await self._begun(record.id, self._create(record, agent))

    async def open(self, session_id: SessionId) -> Session:
        """The live session of that id, opened where it is not.

        Raises:
            NotFound, Locked, StoreError: as `SessionDB.open` and `SessionDB.load`.
            Conflict: the server stops.
        """
        while session_id in self._closing:
            await asyncio.wait([self._closing[session_id]])
        self.check()
        if session_id in self._live:
            self._live[session_id] = self._live.pop(session_id)
            return self._live[session_id]
        if session_id in self._opening:
            return await asyncio.shield(self._opening[session_id])
        return await self._begun(session_id, self._open(session_id))

    @asynccontextmanager
    async def using(self, session_id: SessionId) -> AsyncIterator[Session]:
        """The session of that id, opened where it is not; it is `in_use` meanwhile."""
        self._users[session_id] += 1
        try:
            yield await self.open(session_id)
        finally:
            self._users[session_id] -= 1
            if not self._users[session_id]:
                del self._users[session_id]

    def in_use(self, session: Session) -> bool:
        """Whether somebody is doing something with it right now, so that it is not to be closed."""
        return session.tables.session.id in self._users

    async def close(self, session: Session) -> None:
        """Write what is left and let go of the file."""
        session_id = session.tables.session.id
        if self._live.get(session_id) is not session:
            return
        del self._live[session_id]
        task = asyncio.create_task(self._close(session))
        self._closing[session_id] = task
        task.add_done_callback(lambda _: self._closing.pop(session_id))
        await asyncio.shield(task)

    async def close_all(self) -> None:
        """For the end of the server: nothing can be opened afterwards."""
        self.ending = True
        await asyncio.gather(*self._opening.values(), *self._closing.values(), return_exceptions=True)
        results = await asyncio.gather(*(self.close(session) for session in self.live()), return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException):
                log.error("A session could not be closed cleanly", exc_info=error)
        await self._writer.run(self._catalogue.close)
        await asyncio.to_thread(self._writer.close)

    async def list(self, project: str) -> list[SessionSummary]:
        """What the catalogue knows, newest first, with the live ones marked."""
        self.check()
        summaries = await self._writer.run(self._listed, [summarise(session) for session in self.live()], project)
        return [summary.model_copy(update={"live": summary.id in self._live}) for summary in summaries]

    async def note(self, session: Session) -> None:
        """Tell the catalogue how a session stands."""
        await self._writer.run(self._catalogue.note, summarise(session))

    async def _begun(self, session_id: SessionId, opening: Coroutine[None, None, Session]) -> Session:
        """What `opening` gives, which goes on to its end even where nobody waits for it any more."""
        task = asyncio.create_task(opening)
        self._opening[session_id] = task
        task.add_done_callback(lambda _: self._opening.pop(session_id))
        return await asyncio.shield(task)

    async def _create(self, record: SessionRecord, agent: Agent) -> Session:
        db = await self._writer.run(SessionDB.create, self.folder, record.id, self._owner)
        session = Session(db, self._writer, self._instance)
        session.put(record)
        session.put(agent, sync=True)
        try:
            await session.saved()
        except StoreError:
            await session.close()
            raise
        self._live[record.id] = session
        await self.note(session)
        return session

    async def _close(self, session: Session) -> None:
        summary = summarise(session)
        await session.close()
        await self._writer.run(self._catalogue.note, summary)

    def _listed(self, live: Iterable[SessionSummary], project: str) -> Summaries:
        """Told how the live ones stand, the catalogue need not read their journals."""
        for summary in live:
            self._catalogue.note(summary)
        return self._catalogue.list(project)

    async def _open(self, session_id: SessionId) -> Session:
        db = await self._writer.run(SessionDB.open, self.folder, session_id, self._owner)
        try:
            rows = await self._writer.run(db.load)
            tables = await asyncio.to_thread(lambda: Tables(_records(rows, str(db.path))))
        except BaseException:
            await self._writer.run(db.close)
            raise
        session = Session(db, self._writer, self._instance, tables)
        try:
            repair(session)
            self._live[session_id] = session
            self._opened(session)
        except BaseException as error:
            self._live.pop(session_id, None)
            await session.close()
            if isinstance(error, NotFound):  # a line was taken out of the file, say, that others speak of
                raise StoreError(f"{db.path}: its records do not fit together: {error.message}", _LOST) from error
            raise
        return session


def summarise(session: Session) -> SessionSummary:
    """The line of a session in the catalogue."""
    record = session.tables.session
    usage = sum((agent.usage for agent in session.tables.agents()), Usage())
    totals = session.tables.totals
    return SessionSummary(
        id=record.id,
        project=record.project,
        title=record.title,
        created_at=record.created_at.isoformat(),
        updated_at=(totals.latest or record.created_at).isoformat(),
        message_count=totals.said,
        usage=usage,
        live=True,
    )


def _records(rows: dict[TableName, list[dict[str, Any]]], path: str) -> list[Record]:
    records: list[Record] = []
    for table, kind in TABLES.items():
        for row in rows.get(table, ()):
            try:
                records.append(kind.model_validate(row))
            except ValidationError as error:
                raise StoreError(
                    f"{path}: the record {row.get('id')!r} of table {table!r} is not what it should be: {error}",
                    "It may have been written by another version of Dispatch; other sessions are not affected.",
                ) from error
    if not any(isinstance(record, SessionRecord) for record in records):
        raise StoreError(f"{path}: the session has no record of itself.", "Move the file away to be rid of it.")
    return records
