"""The end of the server: agents stop, what came too late is kept or refused, nothing is left and nobody waits."""

import asyncio
from contextlib import suppress

import pytest

from desk import Desk, Gate, new_session, slow_disk, until
from dispatch_jupyter.core.protocol.commands import CreateSession, SendMessage
from dispatch_jupyter.core.protocol.errors import Conflict, DispatchError
from dispatch_jupyter.core.runtime import agent as agent_module
from dispatch_jupyter.core.runtime.repair import INTERRUPTED
from dispatch_jupyter.core.tools.tool import Arguments, Toolbox, ToolResult
from model_server import Call, Hang, Reply

pytestmark = pytest.mark.slow
READ = Call("read_file", {"path": "README.md"})


def test_a_message_that_comes_as_the_server_stops_is_kept_and_not_acted_on(open_desk):
    async def main() -> None:
        first = open_desk()
        session_id = await new_session(first)
        slow_disk(await first.workspace.session(session_id), 0.1)
        sending = asyncio.create_task(first.workspace.send(SendMessage(text="Late", session_id=session_id), "me"))
        await asyncio.sleep(0.05)
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
        self.begun = False

    async def run(self, arguments, context):
        self.begun = True
        until = asyncio.get_running_loop().time() + 2
        while asyncio.get_running_loop().time() < until:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
        return ToolResult("Ended by itself.")


def test_a_tool_that_does_not_stop_does_not_hold_up_the_end_of_the_server(open_desk, monkeypatch):
    monkeypatch.setattr(agent_module, "STOP_SECONDS", 0.2)

    async def main() -> None:
        desk, tool = open_desk(), Stubborn()
        desk.workspace._toolbox = Toolbox([tool])
        desk.model.script = [Reply(calls=[Call("stubborn", {})])]
        await desk.say("Go")
        await until(lambda: tool.begun)
        async with asyncio.timeout(1.5):
            await desk.workspace.close()
        task = next(task for task in asyncio.all_tasks() if task.get_name().startswith("dispatch-agent"))
        await asyncio.wait([task])

    asyncio.run(main())


def test_a_workspace_may_be_closed_twice(run):
    async def scenario(desk: Desk) -> None:
        await new_session(desk)
        await desk.workspace.close()

    run(scenario)


def test_a_turn_that_ends_as_the_server_stops_begins_no_other(run):
    async def scenario(desk: Desk) -> None:
        (desk.project / "dispatch.yaml").write_text("limits:\n  max_steps: 1\n")
        desk.model.script = [Reply("One.", first=0.3, calls=[READ]), Reply("Two.")]
        await desk.say("First")
        await until(lambda: desk.model.requests)
        await desk.say("Second")
        desk.workspace._runners[desk.agent.id]._why = INTERRUPTED  # as `stop` does before it waits
        agent = await desk.rest()
        await asyncio.sleep(0.05)
        assert agent.error.code == "max_steps" and len(desk.model.requests) == 1
        assert desk.thread[-1].status == "queued"

    run(scenario)


def test_the_connections_to_providers_are_closed_at_the_end(open_desk):
    async def main() -> None:
        desk, closed = open_desk(), []
        aclose = desk.workspace._client.aclose

        async def noted():
            closed.append(True)
            await aclose()

        desk.workspace._client.aclose = noted
        await desk.workspace.close()
        await desk.workspace.close()
        assert closed == [True]

    asyncio.run(main())


def test_an_agent_is_not_resumed_as_the_server_stops(open_desk):
    async def main() -> None:
        desk = open_desk()
        desk.model.script = [Hang()]
        await desk.say("Hi")
        await desk.workspace.interrupt(desk.agent.id)
        look_up, go_on = desk.workspace.models.default, asyncio.Event()

        async def slow():
            await go_on.wait()
            return await look_up()

        desk.workspace.models.default = slow
        resuming = asyncio.create_task(desk.workspace.resume(desk.agent.id))
        await asyncio.sleep(0.02)
        await desk.workspace.close()
        go_on.set()
        with pytest.raises(Conflict):
            await resuming
        assert desk.workspace.at_work == 0

    asyncio.run(main())
