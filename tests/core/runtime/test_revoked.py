"""Leave that is taken back is gone, whatever it was given with; where other leave allows the same, the log says so."""

import asyncio

import pytest

from desk import Desk
from dispatch_jupyter.core.protocol.commands import AnswerRequest
from dispatch_jupyter.core.protocol.records import Decision, Grant, Request
from model_server import Call, Reply
from test_approvals import answer, asked, outside, reads, rest  # noqa: F401

pytestmark = pytest.mark.slow


def revoked(desk: Desk) -> list[Decision]:
    return [line for line in desk.session.tables.every(Decision) if line.rule == "revoked"]


async def asks_again(desk: Desk, path) -> None:
    desk.model.script = [reads(path), Reply("Done.")]
    await desk.say("read it")
    (request,) = await asked(desk)
    await answer(desk, request, "deny")
    await rest(desk)


def test_one_answer_gives_leave_for_a_folder_once(run, outside):  # noqa: F811
    async def scenario(desk: Desk):
        look = Call("run_shell", {"command": f"cat {outside}/a.txt {outside}/b.txt"})
        desk.model.script = [Reply(calls=[look]), Reply("Done.")]
        await desk.say("read both")
        (request,) = await asked(desk)
        assert [reach.covers for reach in request.reaches] == [str(outside)] * 2
        await answer(desk, request, scope="session")
        await rest(desk)
        (grant,) = desk.session.tables.every(Grant)
        given = [line for line in desk.session.tables.every(Decision) if line.rule == "person: session"]
        assert [(line.path, line.grant_id) for line in given] == [
            (str(outside / name), grant.id) for name in ("a.txt", "b.txt")
        ]
        await desk.workspace.permissions.revoke(grant.id, "ada")
        await asks_again(desk, outside / "a.txt")

    run(scenario)


def test_leave_for_different_things_stays_different(run, outside, tmp_path):  # noqa: F811
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").touch()

    async def scenario(desk: Desk):
        look = f"cat {outside}/a.txt {tmp_path}/other/x > {outside}/new.txt"
        desk.model.script = [Reply(calls=[Call("run_shell", {"command": look})]), Reply("Done.")]
        await desk.say("go")
        await answer(desk, (await asked(desk))[0], scope="session")
        await rest(desk)
        given = {(grant.operation, grant.path) for grant in desk.session.tables.every(Grant)}
        assert given == {("read", str(outside)), ("read", str(tmp_path / "other")), ("write", str(outside))}

    run(scenario)


def test_the_same_leave_given_twice_is_taken_back_as_one(run, outside):  # noqa: F811
    """Two people answer two questions at the same time: each is known to have given it, until both grants are gone."""

    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt", outside / "b.txt"), Reply("Done.")]
        await desk.say("read both")
        requests = await asked(desk, 2)
        session = AnswerRequest(answer="allow", scope="session")
        answers = zip(requests, ("ada", "bob"), strict=True)
        await asyncio.gather(*(desk.workspace.permissions.answer(one.id, session, by) for one, by in answers))
        await rest(desk)
        grants = desk.session.tables.every(Grant)
        assert {grant.granted_by for grant in grants} == {"ada", "bob"}

        last = await desk.workspace.permissions.revoke(grants[1].id, "eve")
        assert last.id == grants[1].id
        gone = [(grant.granted_by, grant.revoked_by) for grant in desk.session.tables.every(Grant)]
        assert sorted(gone) == [("ada", "eve"), ("bob", "eve")]
        assert {(line.grant_id, line.by, line.note) for line in revoked(desk)} == {
            (grant.id, "eve", None) for grant in grants
        }
        await asks_again(desk, outside / "a.txt")

    run(scenario)


@pytest.mark.parametrize("scope", ["session", "always"])
def test_that_other_leave_allows_the_same_is_told_with_what_was_taken_back(run, outside, scope):  # noqa: F811
    async def scenario(desk: Desk):
        writes = Reply(calls=[Call("write_file", {"path": str(outside / "new.txt"), "content": "x"})])
        desk.model.script = [reads(outside / "a.txt"), writes, Reply("Done."), reads(outside / "b.txt"), Reply("Done.")]
        await desk.say("go")
        await answer(desk, (await asked(desk))[0], scope=scope)
        await answer(desk, (await asked(desk))[0], scope="session")
        await rest(desk)
        grants = (await desk.workspace.permissions.look(desk.session.tables.session.id)).grants
        grant_ids = {grant.operation: grant.id for grant in grants}

        gone = await desk.workspace.permissions.revoke(grant_ids["read"], "ada")
        assert gone.revoked_by == "ada" and gone.revoked_at is not None
        (line,) = revoked(desk)
        assert (line.operation, line.path, line.note) == (
            "read", str(outside), f"Still allowed, by leave to write {outside}.",
        )  # fmt: skip
        await desk.say("read the other")
        await rest(desk)
        assert "the second secret" in desk.calls[-1].output  # as the line says
        assert len(desk.session.tables.every(Request)) == 2

        await desk.workspace.permissions.revoke(grant_ids["write"], "ada")
        assert revoked(desk)[1].note is None
        await asks_again(desk, outside / "a.txt")

    run(scenario)
