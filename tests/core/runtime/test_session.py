"""The aggregate: one door for changes, nothing published that is not written, every feed in step."""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from desk import until
from dispatch_jupyter.core.protocol.errors import StoreError, StoreFull
from dispatch_jupyter.core.protocol.ids import new_agent_id, new_id
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import Agent, Message, now
from dispatch_jupyter.core.protocol.records import Session as SessionRecord
from dispatch_jupyter.core.runtime import feed as feed_module
from dispatch_jupyter.core.runtime.feed import Feed, Lagged
from dispatch_jupyter.core.runtime.session import Session
from dispatch_jupyter.core.runtime.texts import utf16_length
from dispatch_jupyter.core.runtime.writer import Writer

SESSION = new_id()
AGENT = new_agent_id(SESSION)


class Disk:
    """Stands for the store: rows as written, and a disk that can be full."""

    def __init__(self) -> None:
        self.spill_dir = Path("/nowhere")
        self.rows: list[tuple[str, str, bytes]] = []
        self.full = False

    def append(self, rows, *, sync):
        if self.full:
            raise StoreFull("The disk is full.", "Make room.")
        self.rows += rows

    def close(self):
        pass


def play(scenario):
    async def main():
        disk, writer = Disk(), Writer()
        session = Session(disk, writer, "me")
        session.put(SessionRecord(id=SESSION, project="/p", root_agent_id=AGENT))
        session.put(Agent(id=AGENT, model=ModelRef(id="m", provider="p", label="m"), limits=Limits(root="/p")))
        await scenario(session, disk)
        disk.full = False
        await session.close()
        writer.close()

    asyncio.run(main())


def said(session: Session, **more) -> Message:
    fields = {"agent_id": AGENT, "role": "assistant", "order": session.next_order(), "status": "streaming", **more}
    return session.put(Message(id=new_id(), **fields))


async def read(feed: Feed, count: int) -> list[dict]:
    """The first `count` changes of a feed."""
    changes: list[dict] = []
    async with asyncio.timeout(60):
        async for frame in feed:
            changes += [json.loads(change) for change in frame]
            if len(changes) >= count:
                return changes
    raise AssertionError("the feed ended early")


class Client:
    """What the browser's store does with changes, in a few lines."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, dict]] = {}
        self.seq = 0

    def apply(self, change: dict) -> None:
        match change["type"]:
            case "snapshot":
                self.tables = {t: {r["id"]: r for r in change[t]} for t in ("agents", "messages", "calls")}
                self.seq = change["seq"]
            case "put":
                rows = self.tables.setdefault(change["table"], {})
                record = change["record"]
                if record["seq"] >= rows.get(record["id"], {"seq": 0})["seq"]:
                    rows[record["id"]] = record
                self.seq = max(self.seq, record["seq"])
            case "delta":
                row = self.tables[change["table"]][change["id"]]
                units = row[change["field"]].encode("utf-16-le", "surrogatepass")[: 2 * change["at"]]
                assert len(units) == 2 * change["at"], "a delta is missing"
                row[change["field"]] = units.decode("utf-16-le", "surrogatepass") + change["text"]


def test_a_feed_starts_with_a_snapshot_and_goes_on_in_order():
    async def scenario(session, disk):
        feed = await session.subscribe()
        message = said(session)
        session.delta("messages", message.id, "text", "Hel")
        session.delta("messages", message.id, "text", "lo")
        changes = await read(feed, 3)
        assert [c["type"] for c in changes] == ["snapshot", "put", "delta"]
        assert changes[2] == {
            "type": "delta",
            "table": "messages",
            "id": message.id,
            "field": "text",
            "at": 0,
            "text": "Hello",
        }
        session.unsubscribe(feed)

    play(scenario)


def test_nothing_is_published_before_it_is_written():
    async def scenario(session, disk):
        feed = await session.subscribe()
        for n in range(50):
            said(session, text=str(n), status="complete")
            if n % 7 == 0:
                await asyncio.sleep(0)
        async for frame in feed:
            for change in map(json.loads, frame):
                if change["type"] == "put":
                    assert any(row[1] == change["record"]["id"] for row in disk.rows)
            if '"49"' in frame[-1]:
                break

    play(scenario)


@pytest.mark.parametrize("away", range(0, 40, 3))
def test_clients_that_come_and_go_at_any_moment_see_each_token_once(away):
    """A client that leaves after `away` tokens and comes back later ends with the same text as one that stayed."""

    async def scenario(session, disk):
        text = "héllo 😀 wörld " * 3
        stayed, gone = Client(), Client()
        steady = await session.subscribe()
        feed = await session.subscribe()
        message = said(session)

        async def follow(feed, client):
            async for frame in feed:
                for change in map(json.loads, frame):
                    client.apply(change)

        tasks = [asyncio.create_task(follow(steady, stayed)), asyncio.create_task(follow(feed, gone))]
        for n, letter in enumerate(text):
            session.delta("messages", message.id, "text", letter)
            if n % 3 == 0:
                await asyncio.sleep(0.003)
            if n == away:
                session.unsubscribe(feed)
            if n == away + 5:
                await tasks[1]
                feed = await session.subscribe(gone.seq, "me")
                tasks.append(asyncio.create_task(follow(feed, gone)))
        there = [stayed, gone] if away + 5 < len(text) else [stayed]
        await until(lambda: all(client.tables["messages"].get(message.id, {}).get("text") == text for client in there))
        session.put(message.model_copy(update={"text": text, "status": "complete"}))
        late = Client()
        tasks.append(asyncio.create_task(follow(await session.subscribe(), late)))
        await until(lambda: late.tables and late.tables["messages"] == stayed.tables["messages"], 5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    play(scenario)


def test_coming_back_brings_only_what_changed():
    async def scenario(session, disk):
        old = said(session, text="old", status="complete")
        seq = session.seq
        new = said(session, text="new", status="complete")
        feed = await session.subscribe(seq, "me")
        changes = await read(feed, 1)
        assert [c["record"]["id"] for c in changes] == [new.id] and old.id != new.id
        session.unsubscribe(feed)

    play(scenario)


@pytest.mark.parametrize(("after", "instance"), [(3, "another"), (99, "me"), (None, "me")])
def test_a_client_out_of_step_gets_a_snapshot(after, instance):
    async def scenario(session, disk):
        said(session)
        feed = await session.subscribe(after, instance)
        assert (await read(feed, 1))[0]["type"] == "snapshot"

    play(scenario)


def test_a_snapshot_holds_the_latest_and_counts_the_rest():
    async def scenario(session, disk):
        messages = [said(session, text=str(n), status="complete") for n in range(210)]
        state = session.state()
        assert (len(state.messages), state.earlier, state.messages[-1].text) == (200, 10, "209")
        page = session.state(before=state.messages[0].order, limit=4)
        assert [m.text for m in page.messages] == ["6", "7", "8", "9"] and page.earlier == 6
        assert messages[0].seq < messages[1].seq

    play(scenario)


def test_a_full_disk_is_heard_of_and_nothing_is_lost_once_there_is_room():
    async def scenario(session, disk):
        await session.saved()
        disk.full = True
        message = said(session, text="precious", status="complete")
        with pytest.raises(StoreFull):
            await session.saved()
        with pytest.raises(StoreFull):
            await session.saved()
        disk.full = False
        await session.saved()
        assert [row[1] for row in disk.rows].count(message.id) == 1

    play(scenario)


def test_saved_waits_for_a_write_under_way():
    async def scenario(session, disk):
        written = disk.append

        def slow(rows, *, sync):
            import time

            time.sleep(0.05)
            written(rows, sync=sync)

        disk.append = slow
        message = said(session, text="a", status="complete")
        await asyncio.sleep(0.01)  # the write is under way now
        await session.saved()
        assert message.id in [row[1] for row in disk.rows]

    play(scenario)


def test_a_slow_client_is_dropped_and_costs_the_others_nothing(monkeypatch):
    monkeypatch.setattr(feed_module, "MAX_WAITING", 5)

    async def scenario(session, disk):
        slow, quick = await session.subscribe(), Client()
        feed = await session.subscribe()
        for n in range(20):
            said(session, text=str(n), status="complete")
            await session.saved()
            for change in await read(feed, 1):
                quick.apply(change)
        with pytest.raises(Lagged):
            async for frame in slow:
                raise AssertionError(f"kept for one who was dropped: {frame}")
        session.unsubscribe(feed)

    play(scenario)


def test_a_checkpoint_stores_what_has_come_so_far():
    async def scenario(session, disk):
        message = said(session)
        session.delta("messages", message.id, "text", "so far")
        session.checkpoint("messages", message.id)
        await session.saved()
        stored = [json.loads(row[2]) for row in disk.rows if row[1] == message.id]
        assert stored[-1]["text"] == "so far" and stored[-1]["status"] == "streaming"
        session.put(message.model_copy(update={"text": "so far, so good", "status": "complete", "ended_at": now()}))

    play(scenario)


@pytest.mark.parametrize("text", ["", "abc", "é", "😀", "a😀b"])
def test_lengths_are_those_of_javascript(text):
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


def test_a_failure_nobody_foresaw_is_heard_of_and_the_session_goes_on():
    async def scenario(session, disk):
        await session.saved()
        written = disk.append

        def broken(rows, *, sync):
            raise RuntimeError("a defect")

        disk.append = broken
        message = said(session, text="precious", status="complete")
        async with asyncio.timeout(60):
            with pytest.raises(StoreError, match="a defect"):
                await session.saved()
        disk.append = written
        await session.saved()
        assert message.id in [row[1] for row in disk.rows]

    play(scenario)


def test_who_comes_during_a_write_gets_nothing_older_than_the_snapshot():
    """Else a delta on its way would cut a text that the snapshot has whole, and nothing newer would mend it."""

    async def scenario(session, disk):
        message = said(session)
        await session.saved()
        written, go_on = disk.append, threading.Event()

        def slow(rows, *, sync):
            go_on.wait(30)
            written(rows, sync=sync)

        disk.append = slow
        session.delta("messages", message.id, "text", "Hel")
        said(session, text="another", status="complete")
        await asyncio.sleep(0.01)  # the write is under way, with the delta behind it
        session._settled = lambda: asyncio.sleep(0)  # what is put from here on is not waited for
        session.put(message.model_copy(update={"text": "Hello", "status": "complete"}))
        feed, client = await session.subscribe(), Client()
        go_on.set()
        await session.saved()
        feed.end()
        async for frame in feed:
            for change in map(json.loads, frame):
                if change["type"] != "put" or change["record"]["seq"] > client.seq:
                    client.apply(change)
        assert client.tables["messages"][message.id]["text"] == "Hello"

    play(scenario)


def test_half_a_surrogate_pair_does_no_harm_anywhere():
    async def scenario(session, disk):
        half = "half \ud83d, whole 😀"
        message = said(session, text=half, opaque={"signed": [half]}, status="complete")
        assert message.text == "half ?, whole 😀" and message.opaque == {"signed": ["half ?, whole 😀"]}
        assert session.tables.message(message.id) == message
        await session.saved()
        json.loads(session._snapshot(""))

    play(scenario)


def test_a_record_that_cannot_be_kept_changes_nothing():
    async def scenario(session, disk):
        seq = session.seq
        deep: dict = {}
        for _ in range(500):
            deep = {"in": deep}
        with pytest.raises(ValueError, match="depth"):
            said(session, opaque=deep)
        assert session.seq == seq and session.tables.messages() == []
        json.loads(session._snapshot(""))

    play(scenario)


def test_one_that_must_be_on_the_disk_brings_its_whole_batch_there():
    async def scenario(session, disk):
        await session.saved()
        written, synced = disk.append, []

        def append(rows, *, sync):
            synced.append(sync)
            written(rows, sync=sync)

        disk.append = append
        message = said(session, status="complete")
        session.put(message, sync=True)
        session.put(message)
        await session.saved()
        session.put(message)
        await session.saved()
        assert synced == [True, False]

    play(scenario)


def test_what_could_not_be_written_is_written_before_what_came_later():
    async def scenario(session, disk):
        await session.saved()
        disk.full = True
        message = said(session, text="old", status="complete")
        with pytest.raises(StoreFull):
            await session.saved()
        session.put(message.model_copy(update={"text": "new"}))
        disk.full = False
        await session.saved()
        texts = [json.loads(row[2])["text"] for row in disk.rows if row[1] == message.id]
        assert texts == ["old", "new"]

    play(scenario)
