"""The workspace as a whole: what it tells its clients, which settings agents get, how it ends."""

import asyncio
import json
import logging

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import CreateSession, SendMessage
from dispatch_jupyter.core.protocol.errors import Conflict
from dispatch_jupyter.core.runtime import current_catalog as catalog_module
from dispatch_jupyter.core.runtime import settings as settings_module
from model_server import Hang, Reply

pytestmark = pytest.mark.slow


def test_everybody_hears_of_sessions_and_of_the_end(open_desk):
    async def main() -> None:
        desk = open_desk()
        feed = await desk.workspace.watch(None)
        desk.model.script = [Reply("Hi.")]
        await desk.ask("Hi")
        await desk.workspace.close()
        async with asyncio.timeout(60):
            heard = [json.loads(notice) async for frame in feed for notice in frame]
        session_id = desk.session.tables.session.id
        assert {(notice["kind"], notice["session_id"]) for notice in heard} == {
            ("session_created", session_id),
            ("session_changed", session_id),
            ("keys_changed", None),
            ("stopping", None),
        }

    asyncio.run(main())


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
        closing = asyncio.create_task(desk.workspace.close())
        await asyncio.sleep(0)
        with pytest.raises(Conflict, match="stopping"):
            await desk.workspace.resume(desk.agent.id)
        await closing
        assert desk.workspace.at_work == 0

    asyncio.run(main())


def test_what_fails_in_the_background_is_logged(run, caplog):
    async def scenario(desk: Desk) -> None:
        async def broken(session):
            raise OSError("a hiccup")

        desk.model.script = [Reply("Hi."), Reply("Still here.")]
        desk.session = await desk.workspace.create(CreateSession())
        desk.workspace._sessions.note = broken
        await desk.ask("Hi")
        await until(lambda: "a hiccup" in caplog.text)
        await desk.ask("Hello?")
        assert desk.texts() == ["Hi.", "Still here."]

    with caplog.at_level(logging.WARNING):
        run(scenario)


def test_settings_take_effect_at_the_next_message_unless_they_were_chosen(run, monkeypatch):
    monkeypatch.setattr(catalog_module, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(settings_module, "FRESH_SECONDS", 0.0)

    async def scenario(desk: Desk) -> None:
        monkeypatch.delenv("DISPATCH_MODEL")
        settings = desk.project / "dispatch.yaml"
        settings.write_text("model: openai/first\nlimits:\n  max_steps: 7\n")
        desk.model.script = lambda _: Reply("Hi.")
        agent = await desk.ask("One")
        assert (agent.model.id, agent.limits.max_steps) == ("openai/first", 7)
        settings.write_text("model: openai/second\nlimits:\n  max_steps: 9\n")
        agent = await desk.ask("Two")
        assert (agent.model.id, agent.limits.max_steps) == ("openai/second", 9)
        assert [m.text for m in desk.thread if m.role == "notice"] == [f"The model is now {agent.model.label}."]
        await desk.workspace.send(
            SendMessage(text="Three", session_id=desk.session.tables.session.id, model="openai/mine"), "me"
        )
        await desk.rest()
        settings.write_text("model: openai/third\nlimits:\n  max_steps: 11\n")
        assert (await desk.ask("Four")).model.id == "openai/mine"
        settings.write_text("limits: [")
        assert (await desk.ask("Five")).limits.max_steps == 11, "as it was when it could last be read"

    run(scenario)
