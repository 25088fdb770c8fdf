"""Appends to and loads conversations on disk: `journal_worker.py FOLDER`, tasks on standard input.

The same messages three ways: Dispatch's journal, TinyDB's own JSON storage, and lines of JSON appended to a file.
"""

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from processes import work

from dispatch_jupyter.core.protocol.ids import AgentId, MessageId, SessionId, new_agent_id, new_id
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import Agent, Message, Session
from dispatch_jupyter.core.runtime.sessions import Sessions
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import Row, SessionDB

TEXT = "A paragraph of an answer, of the length that answers have. " * 10

Document = tuple[str, bytes]
"""(id, record as JSON), made before the clock runs: every store is given the same."""


class Store(Protocol):
    """One conversation on disk."""

    def append(self, documents: list[Document]) -> None:
        """Add them, in one write."""

    def load(self) -> int:
        """Read all of it as if after a restart; how many messages there are."""

    def close(self) -> None: ...


class JournalStore:
    """The store of Dispatch."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._owner = folder, Owner()
        self._id = SessionId(new_id())
        self._db = SessionDB.create(folder, self._id, self._owner)
        model = ModelRef(id="demo/rules", provider="demo", label="demo")
        agent = Agent(id=new_agent_id(self._id), model=model, limits=Limits(root="/"))
        session = Session(id=self._id, project=str(folder), root_agent_id=agent.id)
        rows: list[Row] = [
            ("session", session.id, session.model_dump_json().encode()),
            ("agents", agent.id, agent.model_dump_json().encode()),
        ]
        self._db.append(rows, sync=False)

    def append(self, documents: list[Document]) -> None:
        self._db.append([("messages", id_, encoded) for id_, encoded in documents], sync=False)

    def load(self) -> int:
        self._db.close()
        self._db = SessionDB.open(self._folder, self._id, self._owner)
        return len(self._db.load()["messages"])

    def close(self) -> None:
        self._db.close()


class SessionStore(JournalStore):
    """The same, loaded as the runtime does: every record checked and put in its place."""

    def append(self, documents: list[Document]) -> None:
        super().append(documents)
        self._db.close()

    def load(self) -> int:
        return asyncio.run(self._opened())

    async def _opened(self) -> int:
        sessions = Sessions(self._folder, self._owner, "benchmark")
        session = await sessions.open(self._id)
        found = len(session.tables.messages())
        await sessions.close_all()
        return found


class TinyStore:
    """TinyDB as it comes."""

    def __init__(self, folder: Path) -> None:
        from tinydb import TinyDB

        self._tinydb = TinyDB
        self._path = folder / f"{new_id()}.json"
        self._db = TinyDB(self._path)

    def append(self, documents: list[Document]) -> None:
        self._db.table("messages").insert_multiple([json.loads(encoded) for _, encoded in documents])

    def load(self) -> int:
        self._db.close()
        self._db = self._tinydb(self._path)
        return len(self._db.table("messages").all())

    def close(self) -> None:
        self._db.close()


class LinesStore:
    """The floor: nothing but the bytes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{new_id()}.lines"
        self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, documents: list[Document]) -> None:
        os.write(self._fd, b"".join(encoded + b"\n" for _, encoded in documents))

    def load(self) -> int:
        with self._path.open("rb") as lines:
            return len([json.loads(line) for line in lines])

    def close(self) -> None:
        os.close(self._fd)


STORES: dict[str, Callable[[Path], Store]] = {
    "journal": JournalStore,
    "session": SessionStore,
    "tinydb": TinyStore,
    "lines": LinesStore,
}


class Journals:
    """The worker's task."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stores: dict[tuple[str, int], Store] = {}
        self._added: dict[tuple[str, int], int] = {}

    def __call__(self, store: str, messages: int, appends: int) -> dict[str, Any]:
        """CPU seconds of one append, and of one load, of a conversation that has so many messages."""
        kept = self._stores.get((store, messages))
        if kept is None:
            kept = self._stores[store, messages] = STORES[store](self._folder)
            kept.append([_document(number) for number in range(messages)])
            self._added[store, messages] = messages
        more = [[_document(number)] for number in range(appends)]
        gc.collect()
        begun = time.process_time()
        for documents in more:
            kept.append(documents)
        append = (time.process_time() - begun) / max(appends, 1)
        self._added[store, messages] += appends
        gc.collect()
        begun = time.process_time()
        found = kept.load()
        load = time.process_time() - begun
        assert found == self._added[store, messages], (
            f"{store} holds {found} of {self._added[store, messages]} messages"
        )
        return {"append": append, "load": load}

    def close(self) -> None:
        for store in self._stores.values():
            store.close()


def _document(number: int) -> Document:
    message = Message(
        id=MessageId(new_id()),
        agent_id=AgentId("benchmark"),
        role="assistant",
        order=number,
        status="complete",
        text=f"{number}. {TEXT}",
    )
    return message.id, message.model_dump_json().encode()


def main() -> None:
    journals = Journals(Path(sys.argv[1]))
    work(journals)
    journals.close()


if __name__ == "__main__":
    main()
