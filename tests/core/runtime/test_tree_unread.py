"""Results that come to an agent which ends before it has read them: they go to whoever is above it."""

import pytest

from desk import Desk, until
from model_server import Call, Fault, Reply
from model_server.cast import DONE, Cast, summon
from tree_world import LEAD, Gate, agents, check_tree, quiet, results_for, thread

pytestmark = pytest.mark.slow


async def begin(desk: Desk, lead: list, researcher: list, writer: list | None = None) -> Cast:
    """A lead in the background, which starts others in the background."""
    starts = Reply(calls=[summon("lead", background=True)])
    cast = Cast(root=[starts, DONE], lead=lead, researcher=researcher, writer=writer or [])
    desk.model.script = cast
    await desk.say("Go")
    return cast


def brought_to(desk: Desk, name: str) -> list[str]:
    """To whom the result of the one agent of that kind came, withdrawn messages left out."""
    (child,) = agents(desk, name)
    return [desk.session.tables.agent(message.agent_id).name for message in results_for(desk.session, child)]


@pytest.fixture(autouse=True)
def leads(project):
    (project / "dispatch.yaml").write_text(LEAD)


def test_an_agent_that_fails_leaves_its_unread_results_to_the_one_above(run):
    async def scenario(desk: Desk) -> None:
        gate = Gate(Fault(400, "This cannot be answered."))
        lead = [Reply(calls=[summon("researcher", background=True)]), gate]
        cast = await begin(desk, lead, [Reply("Found.")])
        await until(lambda: agents(desk, "researcher") and agents(desk, "researcher")[0].told)
        assert brought_to(desk, "researcher") == ["lead"]
        gate.open()
        await quiet(desk.workspace, desk.session)
        (ended,) = agents(desk, "lead")
        assert ended.status == "error" and ended.ended_at
        assert brought_to(desk, "researcher") == [desk.agent.name] and brought_to(desk, "lead") == [desk.agent.name]
        assert any("Found." in str(request.body) for request in cast.sent("root"))
        assert any("before it read" in message.text for message in thread(desk, ended))
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_what_was_found_outlives_a_stop_of_the_one_that_had_not_read_it(run):
    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Never said."))
        starts = [summon("researcher", background=True), summon("writer", background=True)]
        cast = await begin(desk, [Reply(calls=starts), gate], [Reply("Found.")], [Gate(Reply("Never written."))])
        await until(lambda: agents(desk, "researcher") and agents(desk, "researcher")[0].told)
        await until(lambda: cast.sent("writer") and desk.agent.status == "idle")
        spoken = len(cast.sent("root"))
        await desk.workspace.interrupt(agents(desk, "lead")[0].id)
        await quiet(desk.workspace, desk.session)
        assert brought_to(desk, "researcher") == [desk.agent.name]
        assert brought_to(desk, "writer") == [], "what was cut off with its parent is nobody's news"
        assert len(cast.sent("root")) > spoken, "whoever was not stopped hears of it"
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_result_that_somebody_has_read_is_not_told_again_when_its_reader_ends(run):
    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply("Joined."))
        wait = Reply(calls=[Call("run_shell", {"command": "sleep 0.5"})])
        cast = await begin(desk, [Reply(calls=[summon("researcher", background=True)]), wait, gate], [Reply("Found.")])
        await until(lambda: gate.asked)
        assert "Found." in cast.sent("lead")[-1].user_text
        gate.open()
        await quiet(desk.workspace, desk.session)
        assert brought_to(desk, "researcher") == ["lead"] and brought_to(desk, "lead") == [desk.agent.name]
        check_tree(desk.workspace, desk.session)

    run(scenario)
