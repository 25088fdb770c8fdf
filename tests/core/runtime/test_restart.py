"""What is left when a server ends, well or badly, and another opens the same store."""

import asyncio

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import CreateSession
from dispatch_jupyter.core.protocol.errors import Locked, StoreError, StoreFull
from dispatch_jupyter.core.protocol.records import Message, Request, ToolCall
from dispatch_jupyter.core.store.session_db import SessionDB
from model_server import Call, Reply

pytestmark = pytest.mark.slow
WRITE = Call("write_file", {"path": "made.txt", "content": "made\n"})


def test_a_server_that_stops_mid_turn_marks_it_and_the_next_goes_on(open_desk):
    async def main() -> None:
        first = open_desk()
        first.model.script = [Reply("Making. ", calls=[WRITE]), Reply.tokens(5_000, pace=0.01)]
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


def test_what_a_killed_server_left_open_is_closed_and_the_next_message_works(open_desk):
    async def main() -> None:
        first = open_desk()
        first.session = session = await first.workspace.create(CreateSession())
        agent = first.agent

        def put(record, key, **fields):
            return session.put(record(id=key, agent_id=agent.id, **fields))

        put(Message, "asked", role="user", order=10, status="delivered", text="Go")
        put(Message, "calling", role="assistant", order=11, status="complete")
        call = {"message_id": "calling", "name": "write_file", "arguments": {"path": "a"}}
        put(ToolCall, "done", index=0, provider_id="1", **call, status="completed", output="Written.")
        put(ToolCall, "begun", index=1, provider_id="2", **call, status="in_progress")
        put(ToolCall, "planned", index=2, provider_id="3", **call)
        put(ToolCall, "asking", index=3, provider_id="5", **call | {"name": "ask_user"}, status="in_progress")
        put(Request, "which", call_id="asking", kind="question", question="Which?")
        shell = {**call, "name": "run_shell", "status": "in_progress"}
        put(ToolCall, "held", index=4, provider_id="6", **shell)
        put(ToolCall, "reaching", index=5, provider_id="7", **shell, command={"cwd": "/p"})
        reaches = [{"operation": "read", "path": "/etc/hosts", "covers": "/etc"}]
        for call_id in ("held", "reaching"):
            put(Request, f"leave-{call_id}", call_id=call_id, kind="permission", question="May I?", reaches=reaches)
        put(Message, "talking", role="assistant", order=12, status="streaming", text="So fa")
        put(ToolCall, "half", message_id="talking", index=0, provider_id="4", name="write_file")
        put(Message, "waiting", role="user", order=13, status="queued", text="And this")
        session.put(agent.model_copy(update={"status": "running", "note": "trying again in 4 s"}))
        await first.workspace._sessions.close(session)  # as it stands, like a kill
        await first.workspace.close()

        second = open_desk()
        second.session = session = await second.workspace.session(session.tables.session.id)
        assert {m.id: m.status for m in second.thread} == {
            "asked": "delivered",
            "calling": "complete",
            "talking": "interrupted",
            "waiting": "queued",
        }
        calls = {call.id: call for call in second.calls}
        assert {call.id: call.status for call in calls.values() if call.id != "done"} == dict.fromkeys(
            ("begun", "planned", "asking", "held", "reaching", "half"), "failed"
        )
        assert calls["done"].status == "completed" and calls["done"].output == "Written."
        assert "may have taken effect" in calls["begun"].output and "was not run" in calls["planned"].output
        assert calls["asking"].output.endswith("The question was not answered.")
        assert calls["held"].output.endswith("It waited for leave and was not run.")
        assert calls["reaching"].output.endswith("It may have taken effect.")
        agent = second.agent
        assert (agent.status, agent.error.code, agent.note) == ("error", "interrupted", None)
        second.model.script = [Reply("Both.")]
        await second.ask("Go on")
        roles = [message["role"] for message in second.model.requests[0].messages]
        assert roles == ["system", "user", "assistant", *["tool"] * 6, "assistant", "user", "user"]
        assert second.texts()[-1] == "Both." and second.agent.status == "idle"
        await second.workspace.close()

    asyncio.run(main())


def test_a_session_that_could_not_be_made_leaves_nothing(run, monkeypatch):
    async def scenario(desk: Desk) -> None:
        def full(self, rows, *, sync):
            raise StoreFull("The disk is full.", "Make room.")

        with monkeypatch.context() as patch:
            patch.setattr(SessionDB, "append", full)
            with pytest.raises(StoreFull):
                await desk.workspace.create(CreateSession())
        assert await desk.workspace.list() == [] and desk.workspace._sessions.live() == []

    run(scenario)


def test_a_session_whose_records_do_not_fit_together_says_so_each_time_and_stays_closed(open_desk):
    async def main() -> None:
        desk = open_desk()
        desk.model.script = [Reply("Hello.")]
        await desk.ask("Hello")
        orphan = desk.agent.model_copy(update={"id": f"{desk.agent.id[:-4]}beef", "parent_id": "nobody"})
        desk.session.put(orphan)
        session_id = desk.session.tables.session.id
        await desk.workspace.close()
        again = open_desk()
        for _ in range(2):
            with pytest.raises(StoreError, match="do not fit together: There is no `nobody`"):
                await again.workspace.session(session_id)
        assert again.workspace._sessions.live() == []
        await again.workspace.close()
        left = [task.get_name() for task in asyncio.all_tasks()]
        assert "dispatch-session-pump" not in left

    asyncio.run(main())
