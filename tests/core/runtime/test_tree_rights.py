"""What a child may do is never more than its parent may, at every call."""

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import AnswerRequest
from dispatch_jupyter.core.protocol.records import Grant, Request
from model_server import Call, Reply
from model_server.cast import DONE, Cast, summon
from tree_world import Gate, agents, calls_of, check_tree, quiet

pytestmark = pytest.mark.slow
WRITE = Call("write_file", {"path": "made.txt", "content": "made"})
BOTH = """\
agents:
  - {{name: dispatch, permissions: [{parent}]}}
  - {{name: helper, is_subagent: true, permissions: [{child}]}}
"""
ALL = "read, write, execute, summon"


def settle(project, parent: str, child: str) -> None:
    (project / "dispatch.yaml").write_text(BOTH.format(parent=parent, child=child))


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("write", WRITE),
        ("execute", Call("run_shell", {"command": "touch made.txt"})),
    ],
)
def test_what_is_taken_from_the_parent_is_taken_from_the_child_at_its_next_call(run, project, operation, call):
    settle(project, ALL, ALL)

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply(calls=[call]))
        desk.model.script = Cast(root=[Reply(calls=[summon("helper")]), DONE], helper=[gate, DONE])
        await desk.say("Go")
        await until(lambda: gate.asked)  # it has been told of its tools
        settle(project, ", ".join(one for one in ALL.split(", ") if one != operation), ALL)
        await desk.workspace._config.renewed()
        gate.open()
        await quiet(desk.workspace, desk.session)
        (helper,) = agents(desk, "helper")
        (refused,) = calls_of(desk.session, helper)
        assert (refused.status, refused.error.code) == ("failed", "denied") and not (project / "made.txt").exists()
        assert operation not in helper.limits.operations
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_childs_template_that_is_widened_gives_it_nothing_its_parent_has_not(run, project):
    settle(project, "read, summon", "read")

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply(calls=[Call("read_file", {"path": "README.md"})]))
        cast = Cast(root=[Reply(calls=[summon("helper")]), DONE], helper=[gate, Reply(calls=[WRITE]), DONE])
        desk.model.script = cast
        await desk.say("Go")
        await until(lambda: gate.asked)
        settle(project, "read, summon", ALL + ", user_agent")
        await desk.workspace._config.renewed()
        gate.open()
        await quiet(desk.workspace, desk.session)
        (helper,) = agents(desk, "helper")
        assert {*helper.limits.operations} == {"read"} and {*helper.limits.summons} <= {"summon"}
        assert "write_file" not in cast.sent("helper")[1].tool_names and not (project / "made.txt").exists()
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_a_narrower_wish_stands_whatever_the_template_says(run, project):
    settle(project, ALL, ALL)

    async def scenario(desk: Desk) -> None:
        narrow = summon("helper", permissions=["read"], tools=["read", "edit"])
        desk.model.script = cast = Cast(root=[Reply(calls=[narrow]), DONE], helper=[Reply(calls=[WRITE]), DONE])
        await desk.say("Go")
        await quiet(desk.workspace, desk.session)
        names = {*cast.sent("helper")[0].tool_names}
        assert "read_file" in names and not {"write_file", "run_shell", "summon"} & names
        assert not (project / "made.txt").exists()
        check_tree(desk.workspace, desk.session)

    run(scenario)


def test_leave_that_is_revoked_holds_for_no_child_any_more(run, project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("a secret of nobody")
    read = Call("read_file", {"path": str(outside / "a.txt")})

    async def scenario(desk: Desk) -> None:
        gate = Gate(Reply(calls=[read]))
        desk.model.script = Cast(
            root=[Reply(calls=[summon("researcher")]), DONE], researcher=[Reply(calls=[read]), gate, DONE]
        )
        await desk.say("Go")
        await until(lambda: desk.session and desk.session.tables.every(Request))
        (asked,) = desk.session.tables.every(Request)
        assert "dispatch > researcher" in asked.question
        assert agents(desk, "researcher")[0].waiting_on == "request"
        await desk.workspace.permissions.answer(asked.id, AnswerRequest(answer="allow", scope="session"), "me")
        await until(lambda: gate.asked)
        (grant,) = desk.session.tables.every(Grant)
        await desk.workspace.permissions.revoke(grant.id, "me")
        gate.open()
        await until(lambda: len(desk.session.tables.every(Request)) == 2)
        again = desk.session.tables.every(Request)[1]
        await desk.workspace.permissions.answer(again.id, AnswerRequest(answer="deny"), "me")
        await quiet(desk.workspace, desk.session)
        first, second = calls_of(desk.session, agents(desk, "researcher")[0])
        assert (first.status, second.status) == ("completed", "failed")
        check_tree(desk.workspace, desk.session)

    run(scenario)
