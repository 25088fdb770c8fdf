"""What keys used, what is reserved on them, what their providers said: kept over restarts, shared by servers.

A call is reserved before it is made: the look at what is left and the reservation are one transaction, so whoever
comes at the same time, in this server or another, sees it. Blocking work, done in one thread of its own.
"""

import asyncio
import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ..protocol.ids import AgentId, KeyId, SessionId
from ..protocol.parts import Usage
from ..protocol.settings import KeyEvent
from .estimate import Worst
from .ledger_file import LedgerFile
from .owners import Owner
from .period import Window, day_of
from .standing import NANO, Refusal, Sums

LOG_LINES = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call."""

    session_id: SessionId
    agent_id: AgentId
    key: KeyId | None = None
    """The key of its call before; None where there was none, or it is not known."""
    model: str | None = None
    """The id of the model of its call before."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be reserved."""

    key: KeyId | None
    model: str
    worst: Worst


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is reserved for a call under way. `id` is empty where nothing could be written: the key has no budget."""

    id: str
    claim: Claim
    caller: Caller
    at: datetime
    """When the call was admitted: its period pays for it, whenever it ends."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a call used, as it is counted."""

    input: int
    output: int
    cached: int
    nano: int | None
    """Nano-USD; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ledger at a moment."""

    sums: Mapping[KeyId, Sums] = field(default_factory=dict)
    refusals: Mapping[KeyId, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of a call's reservation."""

    was_open: bool
    sums: Sums
    """Of the key, afterwards."""
    acquitted: bool
    """What the provider had said against the key was forgotten."""


class Ledger:
    """The ledger of a data folder.

    Every method may raise `StoreError`: the file cannot be used. Each is retried by being called again.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is opened before it is needed. `folder` is the person's data folder."""
        self._file = LedgerFile(folder / "keys.sqlite")
        self._owners = folder / "keys.owners"
        self._owner: Owner | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dispatch-ledger")
        self._salt = ""

    @property
    def path(self) -> Path:
        return self._file.path

    async def decide(
        self,
        windows: Mapping[KeyId, Window],
        marks: Mapping[KeyId, str],
        choose: Callable[[Snapshot], Claim | None],
        *,
        caller: Caller,
        now: datetime,
    ) -> tuple[Snapshot, Reservation | None]:
        """Look, choose and reserve as one. `choose` runs in the ledger's thread and must be quick and pure.

        Args:
            windows: the present period of each key's budget.
            marks: the secrets of the keys; a refusal of another secret is forgotten.
            choose: what to reserve, after a look; None: nothing.
            caller: for whom.
            now: the time.
        """

        def work(db: sqlite3.Connection) -> tuple[Snapshot, Reservation | None]:
            self._forget_stale(db, marks)
            snapshot = self._snapshot(db, windows)
            claim = choose(snapshot)
            return snapshot, self._reserve(db, claim, caller, now) if claim else None

        return await self._run(work)

    async def look(self, windows: Mapping[KeyId, Window]) -> Snapshot:
        """The sums of keys in their periods, and what their providers last said."""
        return await self._run(lambda db: self._snapshot(db, windows))

    async def close_call(
        self, reservation: Reservation, used: Counted | None, window: Window, *, worked: bool
    ) -> Closed:
        """Count what a call used in place of what was reserved; None: nothing. Closing it again does nothing.

        Args:
            reservation: as `decide` gave it.
            used: what is counted.
            window: of which the key's sums are wanted.
            worked: the call succeeded, so what the provider said against the key before it is over.
        """
        return await self._run(lambda db: self._close_call(db, reservation, used, window, worked))

    async def refuse(self, key: KeyId, refusal: Refusal, secret: str) -> None:
        """Keep what a provider said against a key."""
        await self._run(lambda db: self._refuse(db, key, refusal, secret))

    async def forget_refusals(self) -> None:
        """Drop what was said against keys, so that they may be tried again."""
        await self._run(lambda db: db.execute("DELETE FROM refusals"))

    async def bury(self, now: datetime) -> list[KeyEvent]:
        """Count what servers reserved that died as used up, and say so in the log."""
        return await self._run(lambda db: self._bury(db, now))

    async def note(self, events: Sequence[KeyEvent]) -> None:
        """Add lines to the key log."""
        await self._run(lambda db: _note(db, events))

    async def log(self, count: int) -> list[KeyEvent]:
        """The latest lines of the key log, newest last."""
        return await self._run(lambda db: _log(db, count))

    async def usage(self, by: str) -> dict[str, Usage]:
        """Usage since ever, by `model`, `key`, `agent` or `session`."""
        if by not in ("model", "key", "agent", "session"):
            raise ValueError(by)
        return await self._run(lambda db: _usage(db, by))

    async def aclose(self) -> None:
        """Close the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    # ------------------------------------------------------------------ in the thread

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def whole() -> T:
            with self._file.transaction() as db:
                return work(db)

        return await asyncio.get_running_loop().run_in_executor(self._thread, whole)

    def _close(self) -> None:
        self._file.close()
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def _me(self) -> Owner:
        if self._owner is None:
            self._owner = Owner(self._owners)
        return self._owner

    def _forget_stale(self, db: sqlite3.Connection, marks: Mapping[KeyId, str]) -> None:
        """What was said against another secret says nothing of this one."""
        refused = {key for (key,) in db.execute("SELECT key FROM refusals")}
        for key in refused & set(marks):
            db.execute("DELETE FROM refusals WHERE key = ? AND mark != ?", (key, self._mark(db, marks[key])))

    def _reserve(self, db: sqlite3.Connection, claim: Claim, caller: Caller, now: datetime) -> Reservation:
        reservation = Reservation(secrets.token_hex(8), claim, caller, now)
        worst = claim.worst
        db.execute(
            "INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(reservation.id, self._me().id, claim.key or "", claim.model, caller.session_id, caller.agent_id),
                *(day_of(now), now.isoformat(), worst.input, worst.output, worst.nano),
            ),
        )
        return reservation

    def _snapshot(self, db: sqlite3.Connection, windows: Mapping[KeyId, Window]) -> Snapshot:
        me = self._me().id
        sums = {key: _sums(db, key, window, me) for key, window in windows.items()}
        rows = db.execute("SELECT key, status, until, guessed, reason, since, tries FROM refusals").fetchall()
        return Snapshot(sums, {KeyId(key): _refusal(*rest) for key, *rest in rows})

    def _close_call(
        self, db: sqlite3.Connection, reservation: Reservation, used: Counted | None, window: Window, worked: bool
    ) -> Closed:
        claim, caller = reservation.claim, reservation.caller
        was_open = db.execute("DELETE FROM reservations WHERE id = ?", (reservation.id,)).rowcount > 0
        if used is not None and (was_open or not reservation.id):
            place = (claim.key or "", claim.model, caller.session_id, caller.agent_id, day_of(reservation.at))
            _count(db, place, used)
        acquitted = False
        if worked and claim.key:
            statement = "DELETE FROM refusals WHERE key = ? AND since <= ?"
            acquitted = db.execute(statement, (claim.key, reservation.at.isoformat())).rowcount > 0
        return Closed(was_open, _sums(db, claim.key or "", window, self._me().id), acquitted)

    def _refuse(self, db: sqlite3.Connection, key: KeyId, refusal: Refusal, secret: str) -> None:
        values = (key, refusal.status, refusal.until.isoformat(), refusal.guessed, refusal.reason)
        more = (refusal.since.isoformat(), refusal.tries, self._mark(db, secret))
        db.execute("INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*values, *more))

    def _mark(self, db: sqlite3.Connection, secret: str) -> str:
        """Tells one secret from another and gives neither away."""
        if not self._salt:
            (self._salt,) = db.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
        return hashlib.sha256(f"{self._salt}{secret}".encode()).hexdigest()[:8]

    def _bury(self, db: sqlite3.Connection, now: datetime) -> list[KeyEvent]:
        owners = [owner for (owner,) in db.execute("SELECT DISTINCT owner FROM reservations")]
        events = []
        for owner in (owner for owner in owners if self._me().is_dead(owner)):
            rows = db.execute("SELECT * FROM reservations WHERE owner = ?", (owner,)).fetchall()
            for _id, _owner, key, model, session, agent, day, at, worst_in, worst_out, nano in rows:
                _count(db, (key, model, session, agent, day), Counted(worst_in, worst_out, 0, nano))
                text = (
                    f"A call of {model} at {at[:16].replace('T', ' ')} UTC was under way when its server died: "
                    "all that was reserved for it counts as used."
                )
                events.append(_event(now.isoformat(), key, text, session, agent))
            db.execute("DELETE FROM reservations WHERE owner = ?", (owner,))
        _note(db, events)
        return events


# ---------------------------------------------------------------------- statements


_AMOUNTS = ("input", "output", "cached", "nano", "unpriced")


def _sums(db: sqlite3.Connection, key: str, window: Window, me: str) -> Sums:
    place = (key, window.first, window.after)
    used = db.execute(
        "SELECT SUM(calls), SUM(input), SUM(output), SUM(cached), SUM(nano), SUM(unpriced) FROM days"
        " WHERE key = ? AND day >= ? AND day < ?",
        place,
    ).fetchone()
    calls, nano, tokens, others = db.execute(
        "SELECT COUNT(*), SUM(nano), SUM(input + output), COUNT(NULLIF(owner, ?)) FROM reservations"
        " WHERE key = ? AND day >= ? AND day < ?",
        (me, *place),
    ).fetchone()
    amounts = [int(value or 0) for value in (*used, calls, nano, tokens)]
    return Sums(*amounts, elsewhere=others > 0)  # type: ignore[misc, arg-type]


def _count(db: sqlite3.Connection, place: tuple[str, str, str, str, str], used: Counted) -> None:
    """Add a call to the sums of its (key, model, session, agent, day)."""
    key, model, session, agent, day = place
    amounts = (used.input, used.output, used.cached, used.nano or 0, int(used.nano is None))
    added = ", ".join(f"{name} = {name} + excluded.{name}" for name in ("calls", *_AMOUNTS))
    for table, names, values in (
        ("days", "key, day", (key, day)),
        ("callers", "session, agent, model, key", (session, agent, model, key)),
    ):
        marks = ", ".join("?" * len(values))
        db.execute(
            f"INSERT INTO {table} VALUES ({marks}, 1, ?, ?, ?, ?, ?)"  # noqa: S608 - names of ours
            f" ON CONFLICT ({names}) DO UPDATE SET {added}",
            (*values, *amounts),
        )


def _refusal(*row: Any) -> Refusal:
    status, until, guessed, reason, since, tries = row
    return Refusal(
        "exhausted" if status == "exhausted" else "cooling",
        datetime.fromisoformat(until),
        bool(guessed),
        reason,
        datetime.fromisoformat(since),
        tries,
    )


def _note(db: sqlite3.Connection, events: Iterable[KeyEvent]) -> None:
    for event in events:
        values = (event.at.isoformat(), event.key, event.text, event.session_id or "", event.agent_id or "")
        cursor = db.execute("INSERT INTO log (at, key, text, session, agent) VALUES (?, ?, ?, ?, ?)", values)
        db.execute("DELETE FROM log WHERE id <= ?", ((cursor.lastrowid or 0) - LOG_LINES,))


def _log(db: sqlite3.Connection, count: int) -> list[KeyEvent]:
    rows = db.execute("SELECT at, key, text, session, agent FROM log ORDER BY id DESC LIMIT ?", (count,)).fetchall()
    return [_event(*row) for row in reversed(rows)]


def _event(*row: str) -> KeyEvent:
    at, key, text, session, agent = row
    return KeyEvent(
        at=datetime.fromisoformat(at),
        key=KeyId(key),
        text=text,
        session_id=SessionId(session) if session else None,
        agent_id=AgentId(agent) if agent else None,
    )


def _usage(db: sqlite3.Connection, by: str) -> dict[str, Usage]:
    rows = db.execute(
        f"SELECT {by}, SUM(input), SUM(output), SUM(cached), SUM(nano), SUM(unpriced) FROM callers GROUP BY {by}"  # noqa: S608
    )
    return {name: usage_of_sums(*sums) for name, *sums in rows}


def usage_of_sums(input_tokens: int, output_tokens: int, cached: int, nano: int, unpriced: int) -> Usage:
    """Sums as a record; the price is None where that of any call is unknown."""
    cost = None if unpriced else nano / NANO
    return Usage(input_tokens=input_tokens, output_tokens=output_tokens, cached_tokens=cached, cost_usd=cost)
