"""What can be taken back before an agent has read it: messages, and nothing that would never come again."""

import asyncio

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.errors import Conflict, ToolError
from dispatch_jupyter.core.tools.family import Wish
from model_server import Hang, Reply
from model_server.cast import Cast, summon
from tree_world import OK, Gate, agents, check_tree, hold_saving, quiet, results_for, thread

pytestmark = pytest.mark.slow


def test_a_result_that_waits_to_be_read_stays(run):
    async def scenario(desk: Desk) -> None:
        gate = Gate(OK)
        desk.model.script = Cast(
            root=[Reply(calls=[summon("researcher", background=True)]), gate, OK], researcher=[Reply("Found.")]
        )
        await desk.say("Go")
        await until(lambda: agents(desk, "researcher") and results_for(desk.session, agents(desk, "researcher")[0]))
        (result,) = results_for(desk.session, agents(desk, "researcher")[0])
        assert result.status == "queued"
        with pytest.raises(Conflict, match="result"):
            await desk.workspace.withdraw(desk.agent.id, result.id)
        gate.open()
        await quiet(desk.workspace, desk.session)
        assert desk.session.tables.message(result.id).status == "delivered"
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_so_does_a_brief(run):
    async def scenario(desk: Desk) -> None:
        cast = Cast(root=[Reply(calls=[summon("researcher")]), OK], researcher=[Reply("Found.")])
        desk.model.script = lambda request: Hang()
        await desk.say("Go")
        release = hold_saving(desk, lambda: agents(desk, "researcher"))
        desk.model.script = cast
        await desk.workspace.interrupt(desk.agent.id)
        await desk.say("Go on")
        await until(lambda: agents(desk, "researcher"))
        (child,) = agents(desk, "researcher")
        (brief,) = thread(desk, child)
        with pytest.raises(Conflict, match="brief"):
            await desk.workspace.withdraw(child.id, brief.id)
        release.set()
        await quiet(desk.workspace, desk.session)
        assert "Do it." in cast.sent("researcher")[0].user_text
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_one_that_is_stopped_before_it_is_stored_does_not_begin(run):
    """A detached one too, which a stop does not close."""

    async def scenario(desk: Desk) -> None:
        cast = Cast(root=[OK], researcher=[OK])
        desk.model.script = cast
        await desk.say("Go")
        await quiet(desk.workspace, desk.session)
        children = desk.workspace._runners.children
        release = hold_saving(desk, lambda: agents(desk, "researcher"))
        wish = Wish("Do it.", "researcher", background=True, detached=True)
        summoning = asyncio.create_task(children.summon(desk.session, desk.agent.id, wish))
        await until(lambda: agents(desk, "researcher"))
        (child,) = agents(desk, "researcher")
        await desk.workspace.interrupt(child.id)
        release.set()
        with pytest.raises(ToolError, match="stopped before it began"):
            await summoning
        await quiet(desk.workspace, desk.session)
        assert not cast.sent("researcher") and agents(desk, "researcher")[0].error.code == "cancelled"

    run(scenario)


def test_what_ends_after_its_session_was_closed_makes_no_new_workbench(run):
    async def scenario(desk: Desk) -> None:
        desk.model.script = Cast(root=[Reply(calls=[summon("researcher")]), OK], researcher=[OK])
        await desk.say("Go")
        await quiet(desk.workspace, desk.session)
        workspace, session, root = desk.workspace, desk.session, desk.agent
        workspace._runners.forget(session)
        await workspace._sessions.close(session)
        await workspace._benches.clear(session)
        await workspace._runners.children._end_below(session, root.id)
        assert not workspace._benches._benches and not workspace._runners._runners

    run(scenario)
