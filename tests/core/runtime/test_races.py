"""Things that happen at the same time: sessions closed while somebody turns to them, a server that stops meanwhile."""

import asyncio
import json
import threading
import time
from contextlib import suppress

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import CreateSession, SendMessage
from dispatch_jupyter.core.protocol.errors import Conflict, DispatchError, StoreFull
from dispatch_jupyter.core.protocol.records import Message
from dispatch_jupyter.core.runtime import agent as agent_module
from dispatch_jupyter.core.runtime import workspace as workspace_module
from dispatch_jupyter.core.runtime.follow import follow
from dispatch_jupyter.core.runtime.repair import INTERRUPTED
from dispatch_jupyter.core.runtime.titles import title_of
from dispatch_jupyter.core.tools.tool import Arguments, ToolResult
from model_server import Call, Fault, Reply

pytestmark = pytest.mark.slow

READ = Call("read_file", {"path": "README.md"})


@pytest.fixture
def none_kept(monkeypatch):
    """Every session that nobody needs is closed at the next occasion."""
    monkeypatch.setattr(workspace_module, "KEPT_OPEN", 0)


class Gate:
    """Makes an async method wait until `open`; `reached` tells that somebody stands before it."""

    def __init__(self, owner, name) -> None:
        self._method = getattr(owner, name)
        self._open, self.reached = asyncio.Event(), asyncio.Event()
        setattr(owner, name, self._pass)

    async def _pass(self, *args, **kwargs):
        self.reached.set()
        await self._open.wait()
        return await self._method(*args, **kwargs)

    def open(self) -> None:
        self._open.set()


def slow_disk(session, seconds):
    """Makes every write of a session take that long."""
    append = session._db.append

    def slow(rows, *, sync):
        time.sleep(seconds)
        append(rows, sync=sync)

    session._db.append = slow


async def new_session(desk: Desk) -> str:
    return (await desk.workspace.create(CreateSession())).tables.session.id


def test_a_session_is_not_closed_under_somebody_who_sends(run, none_kept):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Here.")]
        session_id = await new_session(desk)
        gate = Gate(desk.workspace.models, "first")
        command = SendMessage(text="Hi", session_id=session_id, model="openai/scripted")
        sending = asyncio.create_task(desk.workspace.send(command, "me"))
        await gate.reached.wait()
        await desk.workspace._tidy()
        gate.open()
        async with asyncio.timeout(60):
            await sending
        desk.session = await desk.workspace.session(session_id)
        await desk.rest()
        assert desk.texts() == ["Here."]

    run(scenario)


def test_a_session_is_not_closed_while_a_message_is_written(run, none_kept):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Here.")]
        session_id = await new_session(desk)
        session = await desk.workspace.session(session_id)
        slow_disk(session, 0.05)
        sending = asyncio.create_task(desk.workspace.send(SendMessage(text="Hi", session_id=session_id), "me"))
        await asyncio.sleep(0.02)
        await desk.workspace._tidy()
        await sending
        desk.session = await desk.workspace.session(session_id)
        await desk.rest()
        assert desk.texts() == ["Here."] and desk.session is session

    run(scenario)


def test_a_session_is_not_closed_under_somebody_who_begins_to_watch(run, none_kept):
    async def scenario(desk: Desk) -> None:
        session_id = await new_session(desk)
        session = await desk.workspace.session(session_id)
        slow_disk(session, 0.05)
        session.put(session.tables.session)
        watching = asyncio.create_task(desk.workspace.watch(session_id, None, None))
        await asyncio.sleep(0.01)
        await desk.workspace._tidy()
        feed = await watching
        live = await desk.workspace.session(session_id)
        live.put(live.tables.session.model_copy(update={"title": "New"}))
        async with asyncio.timeout(60):
            async for frame in feed:
                if any('"New"' in change for change in frame):
                    break
            else:
                raise AssertionError("the feed ended")
        desk.workspace.unwatch(feed)

    run(scenario)


def test_tidying_looks_again_before_each_session_it_closes(run, none_kept):
    async def scenario(desk: Desk) -> None:
        first, second = await new_session(desk), await new_session(desk)
        gate = Gate(await desk.workspace.session(first), "close")
        tidying = asyncio.create_task(desk.workspace._tidy())
        await gate.reached.wait()
        feed = await desk.workspace.watch(second, None, None)
        gate.open()
        await tidying
        assert [s.tables.session.id for s in desk.workspace._sessions.live()] == [second]
        desk.workspace.unwatch(feed)

    run(scenario)


def test_closing_a_session_twice_leaves_the_one_opened_since(run):
    async def scenario(desk: Desk) -> None:
        session_id = await new_session(desk)
        old = await desk.workspace.session(session_id)
        await desk.workspace._sessions.close(old)
        new = await desk.workspace.session(session_id)
        await desk.workspace._sessions.close(old)
        assert desk.workspace._sessions.live() == [new]

    run(scenario)


def test_the_session_used_last_is_closed_last(run, monkeypatch):
    monkeypatch.setattr(workspace_module, "KEPT_OPEN", 1)

    async def scenario(desk: Desk) -> None:
        first, second = await new_session(desk), await new_session(desk)
        await desk.workspace.session(first)
        await desk.workspace._tidy()
        assert [s.tables.session.id for s in desk.workspace._sessions.live()] == [first] != [second]

    run(scenario)


def test_a_closed_session_says_so(run):
    async def scenario(desk: Desk) -> None:
        session = await desk.workspace.session(await new_session(desk))
        await desk.workspace._sessions.close(session)
        session.put(session.tables.session)
        async with asyncio.timeout(60):
            with pytest.raises(DispatchError):
                await session.saved()

    run(scenario)


def test_many_send_to_a_session_that_is_not_open_yet(run, none_kept):
    async def scenario(desk: Desk) -> None:
        desk.model.script = lambda received: Reply("All of you.")
        session_id = await new_session(desk)
        await desk.workspace._tidy()
        sent = await asyncio.gather(
            *(desk.workspace.send(SendMessage(text=f"{n}", session_id=session_id), "me") for n in range(10))
        )
        desk.session = await desk.workspace.session(session_id)
        await desk.rest()
        assert {m.id for m in desk.thread if m.status == "delivered"} == {accepted.message_id for accepted in sent}
        assert len({m.order for m in desk.thread}) == len(desk.thread)

    run(scenario)


def test_a_message_that_comes_as_the_server_stops_is_kept_and_not_acted_on(open_desk):
    async def main() -> None:
        first = open_desk()
        session_id = await new_session(first)
        slow_disk(await first.workspace.session(session_id), 0.1)
        session = await first.workspace.session(session_id)
        sending = asyncio.create_task(first.workspace.send(SendMessage(text="Late", session_id=session_id), "me"))
        await until(lambda: session.tables.thread(session.tables.session.root_agent_id))
        await first.workspace.close()
        await sending
        await asyncio.sleep(0.05)
        assert first.model.requests == [] and first.workspace.at_work == 0
        second = open_desk()
        second.session = await second.workspace.session(session_id)
        assert [(m.text, m.status) for m in second.thread] == [("Late", "queued")]
        second.model.script = [Reply("Now.")]
        await second.workspace.resume(second.agent.id)
        await second.rest()
        assert second.texts() == ["Now."]
        await second.workspace.close()

    asyncio.run(main())


def test_sessions_opened_or_made_as_the_server_stops_are_let_go(open_desk):
    async def main() -> None:
        first = open_desk()
        session_id = await new_session(first)
        await first.workspace._sessions.close(await first.workspace.session(session_id))
        opening = asyncio.create_task(first.workspace.session(session_id))
        making = asyncio.create_task(first.workspace.create(CreateSession()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await first.workspace.close()
        await asyncio.gather(opening, making, return_exceptions=True)
        left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert left == []
        for attempt in (
            first.workspace.session(session_id),
            first.workspace.create(CreateSession()),
            first.workspace.list(),
        ):
            with pytest.raises(Conflict):
                await attempt
        second = open_desk()
        for line in await second.workspace.list():
            await second.workspace.session(line.id)
        await second.workspace.close()

    asyncio.run(main())


def test_who_begins_to_watch_as_the_server_stops_does_not_wait_for_ever(open_desk):
    async def main() -> None:
        desk = open_desk()
        session_id = await new_session(desk)
        session = await desk.workspace.session(session_id)
        gate = Gate(session, "_settled")
        watching = asyncio.create_task(desk.workspace.watch(session_id, None, None))
        await gate.reached.wait()
        await desk.workspace.close()
        gate.open()
        with pytest.raises(DispatchError):
            await watching

    asyncio.run(main())


class Stubborn:
    """A tool that does not hear that it is stopped."""

    name, kind, description, arguments, exclusive = "stubborn", "other", "Goes on.", Arguments, True

    def __init__(self) -> None:
        self.begun = self.over = False

    async def run(self, arguments, context):
        self.begun = True
        while not self.over:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
        return ToolResult("Ended by itself.")


@pytest.mark.slow
def test_a_tool_that_does_not_stop_does_not_hold_up_the_end_of_the_server(open_desk, monkeypatch):
    monkeypatch.setattr(agent_module, "STOP_SECONDS", 0.2)

    async def main() -> None:
        desk, tool = open_desk(), Stubborn()
        desk.only_tool(tool)
        desk.model.script = [Reply(calls=[Call("stubborn", {})])]
        await desk.say("Go")
        await until(lambda: tool.begun)
        await desk.workspace.close()
        tool.over = True
        task = next(task for task in asyncio.all_tasks() if task.get_name().startswith("dispatch-agent"))
        await asyncio.wait([task])

    asyncio.run(main())


def test_a_workspace_may_be_closed_twice(run):
    async def scenario(desk: Desk) -> None:
        await new_session(desk)
        await desk.workspace.close()

    run(scenario)


def test_a_message_is_not_delivered_before_it_is_stored(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("One."), Reply("Two.")]
        session_id = await new_session(desk)
        session = desk.session = await desk.workspace.session(session_id)
        append, answered = session._db.append, threading.Event()

        def full(rows, *, sync):
            if any(b"Unstored" in row for _, _, row in rows):
                raise StoreFull("The disk is full.")
            append(rows, sync=sync)
            if any(b'"complete"' in row for _, _, row in rows):
                answered.set()
                time.sleep(0.1)  # the agent waits for this; meanwhile a message comes

        session._db.append = full
        await desk.say("First")
        await until(answered.is_set)
        with pytest.raises(StoreFull):
            await desk.say("Unstored")
        session._db.append = append
        await desk.rest()
        assert [m.status for m in desk.thread if m.text == "Unstored"] == ["withdrawn"]
        assert "Unstored" not in json.dumps([request.body for request in desk.model.requests])

    run(scenario)


def test_a_turn_that_ends_as_the_server_stops_begins_no_other(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "dispatch.yaml").write_text("limits:\n  max_steps: 1\n")
        desk.model.script = [Reply("One.", first=0.3, calls=[READ]), Reply("Two.")]
        await desk.say("First")
        await until(lambda: desk.model.requests)
        await desk.say("Second")
        desk.workspace._runners.of(desk.session, desk.agent.id)._why = INTERRUPTED  # as `stop` does before it waits
        agent = await desk.rest()
        await asyncio.sleep(0.05)
        assert agent.error.code == "max_steps" and len(desk.model.requests) == 1
        assert desk.thread[-1].status == "queued"

    run(scenario)


def test_a_run_stopped_before_it_began_changes_nothing_of_the_one_before(run):
    async def scenario(desk: Desk) -> None:
        cut = Reply.tokens(20, ends="drop", after=10)
        desk.model.script = [cut, cut, cut, Reply("Better.")]
        await desk.ask("One")
        failed = desk.thread[-1]
        assert failed.status == "failed"
        await desk.workspace.queue(desk.agent.id, "Two", "me")
        await desk.workspace.interrupt(desk.agent.id)
        await desk.rest()
        assert desk.session.tables.message(failed.id) == failed and desk.texts()[-1] == "Better."

    run(scenario)


@pytest.mark.slow
def test_a_followed_message_that_a_failed_turn_left_waiting_ends_its_stream(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Fault.bad_key()]
        released = asyncio.Event()

        async def script(received):
            while not released.is_set():
                await asyncio.sleep(0.01)
            return Fault.bad_key()

        desk.model.script = script
        await desk.say("One")
        await until(lambda: desk.model.requests)
        accepted = await desk.workspace.queue(desk.agent.id, "Two", "me")
        feed = await desk.workspace.watch(accepted.session_id, None, None)
        released.set()
        async with asyncio.timeout(60):
            events = [event async for event in follow(feed, accepted)]
        desk.workspace.unwatch(feed)
        kind, data = events[-1]
        assert kind == "end" and json.loads(data)["error"]["code"] == "bad_key"
        assert desk.session.tables.message(accepted.message_id).status == "queued"
        desk.model.script = [Reply("Both.")]
        await desk.workspace.resume(desk.agent.id)
        await desk.rest()
        assert desk.session.tables.message(accepted.message_id).status == "delivered"

    run(scenario)


def test_there_is_nothing_to_resume_where_all_was_withdrawn(open_desk):
    async def main() -> None:
        first = open_desk()
        session_id = await new_session(first)
        first.session = await first.workspace.session(session_id)
        message = Message(id="m", agent_id=first.agent.id, role="user", order=9, status="withdrawn", text="Never mind")
        first.session.put(message)
        first.session.put(first.agent.model_copy(update={"status": "running"}))
        await first.workspace.close()
        second = open_desk()
        second.session = await second.workspace.session(session_id)
        assert second.agent.status == "error" and second.agent.error.code == "interrupted"
        with pytest.raises(Conflict):
            await second.workspace.resume(second.agent.id)
        await second.workspace.close()

    asyncio.run(main())


def test_a_model_named_with_an_agent_is_taken(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = [Reply("Hi."), Reply("Hi again.")]
        agent = await desk.ask("Hi")
        await desk.workspace.send(SendMessage(text="Hi", agent_id=agent.id, model="openai/other"), "me")
        agent = await desk.rest()
        assert agent.model.id == "openai/other" and agent.model_pinned

    run(scenario)


@pytest.mark.parametrize("text", ["\x1c", "\x1f\n\x1e", "\u2028 a\nb"])
def test_any_text_makes_a_title(text):
    assert title_of(text) in ("", "a")
