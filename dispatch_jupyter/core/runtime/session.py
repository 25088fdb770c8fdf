"""The aggregate: the only writer of a session's records.

    put(record)   seq += 1 → memory → one journal line → published
    delta(...)    published only; the finished record follows by put

`put` never waits, so it can be called from any `finally`. A background task, the pump, writes what was put in
batches through the store's thread and publishes a batch only once it is written: what a client has seen survives
the death of the server. `saved` waits for that, and is where a full disk is heard of. What the disk refuses is
published all the same: people are to see that it did.
"""

import asyncio
import json
import logging
from typing import Any, TypeVar, cast

from ..protocol.changes import Delta, Put, Snapshot, State
from ..protocol.errors import StoreError
from ..protocol.ids import AgentId
from ..protocol.records import TABLE_OF, Agent, Decision, Grant, Job, Record, Request, TableName, Task, Transition
from ..store.session_db import Row, SessionDB
from .feed import Feed
from .history import transition
from .tables import Tables
from .texts import Field, LiveTexts
from .threads import ALL, NONE, Item, part, resolve, thread_of
from .writer import Writer

R = TypeVar("R", bound=Record)

DELTA_INTERVAL = 0.02
"""Seconds between two rounds of deltas: faster than the eye, far slower than tokens can come."""
DISPLAYED_MESSAGES = 200
"""Messages in a snapshot; older ones are asked for page by page."""
DISPLAYED_DECISIONS = 200
"""Lines of the permission log in a snapshot."""
DISPLAYED_TRANSITIONS = 1_000
"""Lines of the agents' history in a snapshot."""

log = logging.getLogger(__name__)


class Session:
    """A live session. Made by `open`, ended by `close`; lives on one event loop."""

    def __init__(self, db: SessionDB, writer: Writer, instance: str, tables: Tables | None = None) -> None:
        self.instance = instance
        self.spill_dir = db.spill_dir
        self.tables = tables or Tables()
        self.seq = max((record.seq for record in self.tables.all()), default=0)
        self.stored = self.seq
        """Every change up to this number is written."""
        self._db = db
        self._writer = writer
        self._texts = LiveTexts()
        self._feeds: set[Feed] = set()
        self._rows: list[Row] = []
        self._sync = False
        self._writing = False
        self._unpublished: list[Item] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._tick: asyncio.TimerHandle | None = None
        self._pump_task = asyncio.create_task(self._pump(), name="dispatch-session-pump")

    # ------------------------------------------------------------------ reading

    @property
    def watched(self) -> bool:
        """Whether any client is looking."""
        return bool(self._feeds)

    @property
    def closed(self) -> bool:
        """Whether it is, or is about to be: nothing begins in it any more."""
        return self._closing

    def next_order(self) -> int:
        """The place of a message that is put now: after all that is there."""
        return self.seq + 1

    def live_text(self, table: TableName, record_id: str) -> dict[str, str]:
        """What has come of a record's texts since it was last put, by field."""
        return self._texts.of((table, record_id))

    def state(self, *, before: int | None = None, limit: int = DISPLAYED_MESSAGES, thread: str = ALL) -> State:
        """The latest messages, or the last before an `order`, with their calls; all agents and requests.

        Args:
            thread: of which messages; see `threads`.

        Raises:
            NotFound: there is no agent of that id.
        """
        thread = resolve(thread, self.tables)
        whose = AgentId(thread) if thread not in (ALL, NONE) else None
        every = [] if thread == NONE else self.tables.thread(whose) if whose else self.tables.messages()
        messages = [message for message in every if before is None or message.order < before]
        shown = messages[-limit:] if limit else []
        calls = [call for message in shown for call in self.tables.calls_of(message.id)]
        return State(
            seq=self.seq,
            session=self.tables.session,
            agents=self.tables.agents(),
            messages=[self._with_live_text(message) for message in shown],
            calls=[self._with_live_text(call) for call in calls],
            requests=self.tables.every(Request),
            grants=self.tables.every(Grant),
            jobs=self.tables.every(Job),
            log=self.tables.every(Decision)[-DISPLAYED_DECISIONS:],
            tasks=[task for task in self.tables.every(Task) if not task.removed],
            transitions=self.tables.every(Transition)[-DISPLAYED_TRANSITIONS:],
            earlier=len(messages) - len(shown),
            thread=whose,
        )

    # ------------------------------------------------------------------ writing

    def put(self, record: R, *, sync: bool = False) -> R:
        """Make `record` its table's truth. `sync` asks the disk, not only the system, to have it.

        A change of an agent's status is a line of its history as well.

        Returns:
            The record with its `seq`.
        """
        before = self.tables.find_agent(record.id) if isinstance(record, Agent) else None
        stamped, encoded = _encoded(record.model_copy(update={"seq": self.seq + 1}))
        self.seq += 1
        table = self.tables.set(stamped)
        self._texts.drop((table, stamped.id))
        self._rows.append((table, stamped.id, encoded.encode()))
        self._unpublished.append(Item(thread_of(stamped), f'{{"type":"put","table":"{table}","record":{encoded}}}'))
        self._sync = self._sync or sync
        self._wake.set()
        if isinstance(stamped, Agent) and (line := transition(before, stamped)):
            self.put(line)
        return stamped

    def delta(self, table: TableName, record_id: str, name: Field, text: str) -> None:
        """More of a text that is being written. Not stored: the finished record follows by `put`."""
        self._texts.add((table, record_id), name, text)
        if self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(DELTA_INTERVAL, self._wake.set)

    def restart_text(self, table: TableName, record_id: str, name: Field, text: str) -> None:
        """Begin a text that is being written anew: a long output shows its end, not everything."""
        self._texts.drop((table, record_id))
        self.delta(table, record_id, name, text)

    def checkpoint(self, table: TableName, record_id: str) -> None:
        """Store what has come of a record's texts so far: a killed server loses what came since at most."""
        record = self._with_live_text(self.tables.get(table, record_id))
        self._rows.append((table, record_id, record.model_dump_json().encode()))
        self._wake.set()

    async def saved(self) -> None:
        """Wait until all that was put so far is written.

        Raises:
            StoreError: it could not be written. It stays in memory and is tried again with the next batch.
        """
        if not (self._rows or self._writing or self._wake.is_set()):
            return
        self._check_open()
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._wake.set()
        await waiter

    # ------------------------------------------------------------------ publishing

    async def subscribe(self, after: int | None = None, instance: str | None = None, thread: str = ALL) -> Feed:
        """A feed that starts with a snapshot, or with what changed since `after` of this same `instance`.

        Args:
            thread: of whose messages and calls; see `threads`.

        Raises:
            NotFound: there is no such agent.
            StoreError: the session was closed meanwhile.
        """
        await self._settled()
        self._check_open()
        feed = Feed(resolve(thread, self.tables))
        in_step = after is not None and instance == self.instance and 0 <= after <= self.seq
        feed.push(part(self._since(after or 0), feed.thread) if in_step else [self._snapshot(feed.thread)])
        self._feeds.add(feed)
        return feed

    def unsubscribe(self, feed: Feed) -> None:
        self._feeds.discard(feed)
        feed.end()

    async def close(self) -> None:
        """Write what is left, end all feeds, let go of the file."""
        self._closing = True
        self._wake.set()
        await asyncio.wait([self._pump_task])
        if self._rows:
            log.warning("Session %s: its last changes could not be written", self.tables.session.id)
        if self._tick:
            self._tick.cancel()
        for feed in list(self._feeds):
            self.unsubscribe(feed)
        await self._writer.run(self._db.close)

    # ------------------------------------------------------------------ inside

    def _check_open(self) -> None:
        if self._closing:
            raise StoreError("The session was closed meanwhile.", "Try again.")

    def _with_live_text(self, record: R) -> R:
        live = self._texts.of((TABLE_OF[type(record)], record.id))
        return record.model_copy(update=live) if live else record

    async def _settled(self) -> None:
        """`saved`, for those who only need the order: a store in trouble is heard of by the agents."""
        try:
            await self.saved()
        except StoreError as error:
            log.warning("Session %s: %s", self.tables.session.id, error)

    def _snapshot(self, thread: str = ALL) -> str:
        return Snapshot(**dict(self.state(thread=thread)), instance=self.instance).model_dump_json()

    def _since(self, after: int) -> list[Item]:
        news = sorted((record for record in self.tables.all() if record.seq > after), key=lambda record: record.seq)
        puts = [
            Item(thread_of(record), Put(table=TABLE_OF[type(record)], record=cast("Any", record)).model_dump_json())
            for record in news
        ]
        return puts + [self._encoded(delta) for key in self._texts for delta in self._texts.whole(key)]

    def _encoded(self, delta: Delta) -> Item:
        return Item(thread_of(self.tables.get(delta.table, delta.id)), delta.model_dump_json())

    async def _pump(self) -> None:
        """Write and publish, a batch at a time, for as long as the session is open; closing it asks for a last one."""
        last = False
        while not last:
            await self._wake.wait()
            self._wake.clear()
            last = self._closing
            if self._tick:
                self._tick.cancel()
                self._tick = None
            frame, self._unpublished = self._unpublished, []
            frame += [self._encoded(delta) for delta in self._texts.take()]
            waiters, self._waiters = self._waiters, []
            # who comes during the write has all this in its snapshot: it must not get it again, late
            feeds = list(self._feeds)
            fault = await self._write()
            parts = {thread: part(frame, thread) for thread in {feed.thread for feed in feeds}}
            for feed in feeds:
                if parts[feed.thread]:
                    feed.push(parts[feed.thread])
            for waiter in waiters:
                if waiter.done():
                    continue
                if fault:
                    waiter.set_exception(fault)
                else:
                    waiter.set_result(None)

    async def _write(self) -> StoreError | None:
        rows, self._rows, seq = self._rows, [], self.seq
        sync, self._sync = self._sync, False
        if not rows:
            return None
        self._writing = True
        try:
            await self._writer.run(self._db.append, rows, sync=sync)
        except Exception as error:
            self._rows, self._sync = rows + self._rows, True
            if isinstance(error, StoreError):
                return error
            # a defect; the pump must outlive it, or everybody waits for ever
            log.exception("Session %s could not be written", self.tables.session.id)
            return StoreError(f"The session could not be written: {error}.", "The server's log has the details.")
        finally:
            self._writing = False
        self.stored = seq
        return None


def _encoded(record: R) -> tuple[R, str]:
    """The record as it can be stored, and as JSON: halves of surrogate pairs, which are no text, are question marks.

    Raises:
        ValueError: it is nested without end.
    """
    try:
        return record, record.model_dump_json()
    except ValueError:
        fields = json.dumps(record.model_dump(mode="json"), ensure_ascii=False)
        clean = type(record).model_validate_json(fields.encode("utf-8", "replace"))
        return clean, clean.model_dump_json()
