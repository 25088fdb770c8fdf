"""What is left when a server ends, well or badly, and another opens the same store."""

import asyncio

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.errors import Locked
from model_server import Call, Reply

pytestmark = pytest.mark.slow
WRITE = Call("write_file", {"path": "made.txt", "content": "made\n"})


def test_a_server_that_stops_mid_turn_marks_it_and_the_next_goes_on(open_desk):
    async def main() -> None:
        first = open_desk()
        first.model.script = [Reply("Making. ", calls=[WRITE]), Reply.tokens(500, pace=0.01)]
        await first.say("Make it")
        await until(lambda: len(first.model.requests) == 2)
        await until(lambda: first.session.live_text("messages", first.thread[-1].id).get("text"))
        await first.workspace.close()

        second = open_desk()
        second.session = await second.workspace.session(first.session.tables.session.id)
        assert [m.status for m in second.thread] == ["delivered", "complete", "interrupted"]
        assert second.thread[-1].text.startswith("w0 ")
        assert second.agent.status == "error" and second.agent.error.code == "interrupted"
        assert second.calls[0].status == "completed"
        second.model.script = [Reply("Made before.")]
        await second.ask("And now?")
        assert second.texts()[-1] == "Made before."
        assert "made.txt" in second.model.requests[-1].body["messages"][3]["content"]
        await second.workspace.close()

    asyncio.run(main())


def test_records_are_the_same_after_a_restart(open_desk):
    async def main() -> None:
        first = open_desk()
        first.model.script = [Reply("Look. ", calls=[WRITE], reasoning="Hm. "), Reply("Done.")]
        await first.ask("Make it")
        before = first.session.state()
        await first.workspace.close()
        second = open_desk()
        after = (await second.workspace.session(before.session.id)).state()
        assert after == before
        (line,) = await second.workspace.list()
        assert (line.id, line.title, line.message_count) == (before.session.id, "Make it", 3)
        await second.workspace.close()

    asyncio.run(main())


def test_a_session_open_elsewhere_is_refused_with_its_owner(open_desk):
    async def main() -> None:
        first, second = open_desk(), open_desk()
        first.model.script = [Reply("Hi.")]
        await first.ask("Hi")
        with pytest.raises(Locked) as caught:
            await second.workspace.session(first.session.tables.session.id)
        assert "already open" in caught.value.message
        await first.workspace.close()
        await second.workspace.session(first.session.tables.session.id)
        await second.workspace.close()

    asyncio.run(main())


def test_sessions_nobody_needs_are_closed_and_come_back(run):
    async def scenario(desk: Desk) -> None:
        first = None
        for n in range(12):
            desk.session = None
            desk.model.script = [Reply(f"Answer {n}.")]
            await desk.ask(f"Question {n}")
            first = first or desk.session.tables.session.id
        await until(lambda: len(desk.workspace._sessions.live()) <= 9)
        desk.session = await desk.workspace.session(first)
        assert desk.texts() == ["Answer 0."]
        assert len(await desk.workspace.list()) == 12

    run(scenario)
