"""Trees whose server ends, well or badly, and another goes on with them."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.ids import handle_of
from dispatch_jupyter.core.runtime.setup import set_up
from model_server import Call, Fault, Hang, Reply
from model_server.cast import DONE, Cast, summon
from test_key_waits import SETTINGS, TurnedClock
from tree_world import LEAD, agents, calls_of, check_tree, hold_saving, quiet, results_for, thread

pytestmark = pytest.mark.slow
Server = Callable[..., Awaitable[Desk]]


@pytest.fixture
def clock() -> TurnedClock:
    clock = TurnedClock()
    clock.turn(to=datetime.now(UTC))  # what a provider says is counted from now
    return clock


@pytest.fixture
def server(open_desk, model, project, tmp_path, monkeypatch, clock) -> Server:
    """Begins servers one after the other, in the same session; a folder may be another's copy."""
    for name in ("DISPATCH_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("FIRST_KEY", "secret-of-the-first")
    monkeypatch.setenv("SECOND_KEY", "secret-of-the-second")
    path = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SETTINGS.format(anthropic=model.base("anthropic"), openai=model.base("openai")))
    (project / "dispatch.yaml").write_text(LEAD)
    count = iter(range(10))

    async def begin(before: Desk | None = None, folder: Path = tmp_path / "data" / "sessions") -> Desk:
        name = f"instance{next(count)}"
        workspace = set_up(project=project, folder=folder, instance=name, server_url="", clock=clock)
        await workspace.start()
        desk = Desk(workspace, project, model)
        if before is not None:
            desk.session = await workspace.session(before.session.tables.session.id)
        return desk

    return begin


BOTH_KEYS = [Fault.rate_limited(3600), Fault.rate_limited(3600)]


async def waits_for_a_key(desk: Desk) -> None:
    await until(lambda: agents(desk, "researcher") and agents(desk, "researcher")[0].status == "waiting_for_key")


def test_a_child_that_waits_for_a_key_brings_its_result_home_after_a_restart(server, clock):
    async def main() -> None:
        first = await server()
        first.model.script = cast = Cast(
            root=[Reply(calls=[summon("researcher")]), Reply("Thanks.")], researcher=[*BOTH_KEYS, Reply("Found.")]
        )
        await first.say("Go")
        await waits_for_a_key(first)
        assert first.agent.waiting_on == "children"
        await first.workspace.close()

        second = await server(first)
        assert second.agent.status == "idle", "its call is over"
        await waits_for_a_key(second)
        clock.turn(hours=2)
        await until(lambda: "Thanks." in second.texts())
        await quiet(second.workspace, second.session)
        (child,) = agents(second, "researcher")
        assert (child.status, child.result) == ("done", "Found.")
        (brought,) = results_for(second.session, child)
        assert brought.status == "delivered" and "Found." in str(cast.sent("root")[-1].body)
        check_tree(second.workspace, second.session)
        await second.workspace.close()

    asyncio.run(main())


def test_a_parent_in_between_goes_on_with_it_and_is_heard_of_above(server, clock):
    async def main() -> None:
        first = await server()
        first.model.script = cast = Cast(
            root=[Reply(calls=[summon("lead")]), Reply("Thanks.")],
            lead=[Reply(calls=[summon("researcher")]), Reply("Joined.")],
            researcher=[*BOTH_KEYS, Reply("Found.")],
        )
        await first.say("Go")
        await waits_for_a_key(first)
        await first.workspace.close()

        second = await server(first)
        await waits_for_a_key(second)
        (lead,), (researcher,) = agents(second, "lead"), agents(second, "researcher")
        assert (lead.status, lead.waiting_on, lead.waits_for) == ("waiting", "children", [researcher.id])
        clock.turn(hours=2)
        await until(lambda: "Thanks." in second.texts())
        await quiet(second.workspace, second.session)
        (lead,) = agents(second, "lead")
        assert (lead.status, lead.result) == ("done", "Joined.")
        assert [len(results_for(second.session, one)) for one in (lead, researcher)] == [1, 1]
        assert "Joined." in str(cast.sent("root")[-1].body) and "Found." in str(cast.sent("lead")[-1].body)
        check_tree(second.workspace, second.session)
        await second.workspace.close()

    asyncio.run(main())


def test_a_tree_that_was_cut_off_goes_on_as_a_whole(server):
    async def main() -> None:
        first = await server()
        first.model.script = cast = Cast(
            root=[Reply(calls=[summon("lead")])], lead=[Reply(calls=[summon("writer")])], writer=[Hang()]
        )
        await first.say("Go")
        await until(lambda: cast.sent("writer"))
        await first.workspace.close()

        second = await server(first)
        assert [one.error.code for one in second.session.tables.agents()] == ["interrupted"] * 3
        assert not [one for one in second.session.tables.agents() if one.ended_at]
        check_tree(second.workspace, second.session)
        second.model.script = Cast(
            root=[Reply("I see."), Reply("Thanks.")],
            lead=[Reply("I see."), Reply("Joined.")],
            writer=[Reply("Written.")],
        )
        await second.workspace.resume(second.agent.id)
        await quiet(second.workspace, second.session)
        (lead,), (writer,) = agents(second, "lead"), agents(second, "writer")
        assert (lead.status, writer.status, writer.result) == ("done", "done", "Written.")
        assert len(results_for(second.session, lead)) == 1 and len(results_for(second.session, writer)) == 1
        check_tree(second.workspace, second.session)
        await second.workspace.close()

    asyncio.run(main())


def test_retrieve_lets_one_that_was_cut_off_go_on(server):
    async def main() -> None:
        first = await server()
        first.model.script = cast = Cast(root=[Reply(calls=[summon("writer", background=True)]), DONE], writer=[Hang()])
        await first.say("Go")
        await until(lambda: cast.sent("writer") and first.agent.status == "idle")
        await first.workspace.close()

        second = await server(first)
        retrieve = Call("retrieve", {"id": handle_of(agents(second, "writer")[0].id)})
        second.model.script = Cast(root=[Reply(calls=[retrieve]), DONE], writer=[Reply("Written.")])
        await second.say("What became of it?")
        await quiet(second.workspace, second.session)
        assert "Written." in calls_of(second.session, second.agent)[-1].output
        assert results_for(second.session, agents(second, "writer")[0]) == []
        check_tree(second.workspace, second.session)
        await second.workspace.close()

    asyncio.run(main())


def test_a_child_that_had_not_begun_when_its_server_was_killed_is_interrupted(server, tmp_path):
    async def main() -> None:
        first = await server()
        first.model.script = Cast(root=[Reply(calls=[summon("writer")], first=0.2)], writer=[Hang()])
        await first.say("Go")
        release = hold_saving(first, lambda: agents(first, "writer"))
        await until(lambda: agents(first, "writer") and first.session.stored >= agents(first, "writer")[0].seq)
        copy = tmp_path / "again"
        shutil.copytree(tmp_path / "data" / "sessions", copy, ignore=shutil.ignore_patterns("*.lock", "*.owner"))
        release.set()
        await first.workspace.close()

        second = await server(first, copy)
        (writer,) = agents(second, "writer")
        assert writer.error.code == "interrupted" and not writer.ended_at
        check_tree(second.workspace, second.session)
        second.model.script = Cast(root=[Reply("I see."), Reply("Thanks.")], writer=[Reply("Written.")])
        await second.workspace.resume(second.agent.id)
        await quiet(second.workspace, second.session)
        assert agents(second, "writer")[0].result == "Written."
        assert thread(second, writer)[0].status == "delivered"
        check_tree(second.workspace, second.session)
        await second.workspace.close()

    asyncio.run(main())
