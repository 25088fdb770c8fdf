"""Agents that reach outside their project: asked, allowed, denied, expired, logged."""

import asyncio

import pytest
import yaml

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import AnswerRequest
from dispatch_jupyter.core.protocol.errors import Conflict, DispatchError, Invalid, StoreFull
from dispatch_jupyter.core.protocol.ids import RequestId
from dispatch_jupyter.core.protocol.records import Decision, Grant, Request
from model_server import Call, Reply

pytestmark = pytest.mark.slow


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.txt").write_text("the first secret\n")
    (folder / "b.txt").write_text("the second secret\n")
    return folder


def reads(*paths):
    return Reply(calls=[Call("read_file", {"path": str(path)}) for path in paths])


async def asked(desk: Desk, count: int = 1):
    await until(lambda: desk.session and len(open_requests(desk)) == count)
    return open_requests(desk)


def open_requests(desk: Desk):
    return [request for request in desk.session.tables.every(Request) if request.status == "open"]


async def answer(desk: Desk, request, answer="allow", scope="once", note=""):
    command = AnswerRequest(answer=answer, scope=scope, note=note)
    return await desk.workspace.permissions.answer(request.id, command, "ada")


async def rest(desk: Desk):
    await until(lambda: desk.agent.status not in ("running", "waiting"))
    return desk.agent


def decisions(desk: Desk):
    return [(line.allowed, line.rule, line.by, line.path) for line in desk.session.tables.every(Decision)]


def test_a_read_outside_waits_for_a_person(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        assert desk.agent.status == "waiting"
        assert desk.agent.waiting_on == "request"
        assert request.call_id == desk.calls[0].id
        (reach,) = request.reaches
        assert (reach.operation, reach.path, reach.covers) == ("read", str(outside / "a.txt"), str(outside))
        assert request.scopes == ["once", "session", "always"]
        assert "read" in request.question
        await answer(desk, request)
        agent = await rest(desk)
        assert (agent.status, agent.waiting_on) == ("idle", None)
        assert "the first secret" in desk.calls[0].output
        assert decisions(desk) == [(True, "person: once", "ada", str(outside / "a.txt"))]

    run(scenario)


def test_once_is_for_one_call(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        await answer(desk, (await asked(desk))[0])
        await until(lambda: len(desk.calls) == 2)
        (second,) = await asked(desk)
        assert second.call_id == desk.calls[1].id
        await answer(desk, second, "deny")
        await rest(desk)

    run(scenario)


def test_leave_for_the_session_covers_the_folder(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), reads(outside / "b.txt"), Reply("Done.")]
        await desk.say("read both")
        await answer(desk, (await asked(desk))[0], scope="session")
        await rest(desk)
        assert len(desk.session.tables.every(Request)) == 1
        assert "the second secret" in desk.calls[1].output
        (grant,) = desk.session.tables.every(Grant)
        assert (grant.operation, grant.path, grant.granted_by) == ("read", str(outside), "ada")
        used = desk.session.tables.every(Decision)[-1]
        assert (used.rule, used.grant_id, used.allowed) == ("session grant", grant.id, True)

    run(scenario)


def test_leave_to_read_is_no_leave_to_write(run, outside):
    async def scenario(desk: Desk):
        writes = Reply(calls=[Call("write_file", {"path": str(outside / "new.txt"), "content": "x"})])
        desk.model.script = [reads(outside / "a.txt"), writes, Reply("Done.")]
        await desk.say("go")
        await answer(desk, (await asked(desk))[0], scope="session")
        (request,) = await asked(desk)
        assert [reach.operation for reach in request.reaches] == ["write"]
        assert not (outside / "new.txt").exists()
        await answer(desk, request)
        await rest(desk)
        assert (outside / "new.txt").read_text() == "x"
        assert len(desk.session.tables.every(Request)) == 2  # one for the write, not one more to look first

    run(scenario)


def test_a_denial_tells_the_agent_why(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("I will do without.")]
        await desk.say("read it")
        await answer(desk, (await asked(desk))[0], "deny", note="use the copy in data/")
        await rest(desk)
        (call,) = desk.calls
        assert (call.status, call.error.code) == ("failed", "denied")
        assert "use the copy in data/" in desk.model.requests[-1].tool_results[0]
        assert "the first secret" not in desk.model.requests[-1].tool_results[0]
        assert decisions(desk) == [(False, "person: deny", "ada", str(outside / "a.txt"))]

    run(scenario)


def test_always_lands_in_the_persons_own_settings(run, outside, tmp_path):
    own = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("# mine\nlimits:\n  max_steps: 9  # enough\n")

    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), reads(outside / "b.txt"), Reply("Done.")]
        await desk.say("read both")
        await answer(desk, (await asked(desk))[0], scope="always")
        await rest(desk)
        assert len(desk.session.tables.every(Request)) == 1
        assert "# mine" in own.read_text()
        assert "# enough" in own.read_text()
        (entry,) = yaml.safe_load(own.read_text())["permissions"]["auto_allow"]
        assert str(outside) in str(entry)

        listed = await desk.workspace.permissions.look()
        (grant,) = [grant for grant in listed.grants if grant.scope == "always"]
        assert (grant.operation, grant.path) == ("read", str(outside))

        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.workspace.permissions.revoke(grant.id, "ada")
        assert str(outside) not in own.read_text()
        await desk.say("again")
        await answer(desk, (await asked(desk))[0], "deny")
        await rest(desk)

    run(scenario)


def test_always_that_cannot_be_kept_allows_nothing(run, outside, tmp_path):
    own = tmp_path / "config" / "dispatch" / "dispatch.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("limits: [\n")

    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        with pytest.raises(DispatchError, match=r"dispatch\.yaml"):
            await answer(desk, request, scope="always")
        assert open_requests(desk) == [desk.session.tables.one(Request, request.id)]
        assert desk.calls[0].status == "in_progress"
        assert own.read_text() == "limits: [\n"
        await answer(desk, request, scope="once")
        await rest(desk)
        assert "the first secret" in desk.calls[0].output

    run(scenario)


def test_an_answer_that_cannot_be_stored_allows_nothing(run, outside, monkeypatch):
    def no_space(*_args, **_more):
        raise StoreFull("no space left")

    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        with monkeypatch.context() as full:
            full.setattr(desk.session._db, "append", no_space)
            with pytest.raises(StoreFull):
                await answer(desk, request, scope="session")
        assert desk.session.tables.one(Request, request.id).status == "open"
        assert [grant for grant in desk.session.tables.every(Grant) if grant.revoked_at is None] == []
        assert decisions(desk) == [(False, "not stored", "ada", str(outside / "a.txt"))]
        await answer(desk, request, "deny")
        await rest(desk)

    run(scenario)


def test_leave_for_always_that_comes_too_late_for_its_agent_is_told_as_what_it_is(run, outside, tmp_path, monkeypatch):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt")]
        await desk.say("read it")
        (request,) = await asked(desk)
        approvals = desk.workspace._benches.of(desk.session).approvals
        keep = approvals._keep_always

        async def slow(*asked):
            await keep(*asked)
            await desk.workspace.interrupt(desk.agent.id)

        monkeypatch.setattr(approvals, "_keep_always", slow)
        with pytest.raises(Conflict, match=r"in dispatch\.yaml"):
            await answer(desk, request, scope="always")
        assert str(outside) in (tmp_path / "config" / "dispatch" / "dispatch.yaml").read_text()
        assert decisions(desk)[-1] == (True, "person: always", "ada", str(outside / "a.txt"))

    run(scenario)


def test_an_answer_counts_once(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        both = await asyncio.gather(answer(desk, request), answer(desk, request, "deny"), return_exceptions=True)
        assert sum(isinstance(one, Conflict) for one in both) == 1
        with pytest.raises(Conflict, match="ada"):
            await answer(desk, request)
        with pytest.raises(Conflict, match="nothing was allowed"):
            await desk.workspace.permissions.answer(RequestId("0" * 32), AnswerRequest(answer="allow"), "ada")
        await rest(desk)

    run(scenario)


def test_secrets_are_opened_once_at_most(run, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    keys = tmp_path / "home" / ".ssh"
    keys.mkdir(parents=True)
    (keys / "id_ed25519").write_text("a private key\n")

    async def scenario(desk: Desk):
        desk.model.script = [reads(keys / "id_ed25519"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        assert request.scopes == ["once"]
        assert request.reaches[0].secret
        with pytest.raises(Invalid, match="scope"):
            await answer(desk, request, scope="session")
        assert open_requests(desk)
        await answer(desk, request)
        await rest(desk)
        assert "a private key" in desk.calls[0].output
        assert desk.session.tables.every(Grant) == []

    run(scenario)


def test_leave_given_meanwhile_answers_what_waits(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt", outside / "b.txt"), Reply("Done.")]
        await desk.say("read both")
        first, second = await asked(desk, 2)
        await answer(desk, first, scope="session")
        await rest(desk)
        second = desk.session.tables.one(Request, second.id)
        assert (second.status, second.answer, second.answered_by) == ("answered", "allow", None)
        assert all(call.status == "completed" for call in desk.calls)

    run(scenario)


def test_a_stopped_agents_questions_expire(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        (request,) = await asked(desk)
        await desk.workspace.interrupt(desk.agent.id)
        request = desk.session.tables.one(Request, request.id)
        assert (request.status, request.answer) == ("expired", None)
        assert request.error.code == "expired"
        assert desk.agent.status == "error"
        assert desk.calls[0].status == "failed"
        assert decisions(desk) == [(False, "expired", "", str(outside / "a.txt"))]
        with pytest.raises(Conflict, match="expired"):
            await answer(desk, request)

    run(scenario)


def test_a_restart_asks_again_and_allows_nothing(open_desk, outside):
    async def main():
        desk = open_desk()
        desk.model.script = [reads(outside / "a.txt")]
        await desk.say("read it")
        (request,) = await asked(desk)
        session_id = desk.session.tables.session.id
        await desk.workspace.close()

        again = open_desk()
        again.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        again.session = await again.workspace.session(session_id)
        old = again.session.tables.one(Request, request.id)
        assert old.status == "expired"
        assert again.agent.error.code == "interrupted"
        assert "the first secret" not in again.calls[0].output
        with pytest.raises(Conflict):
            await answer(again, old)
        await again.workspace.resume(again.agent.id)
        (new,) = await asked(again)
        assert new.id != old.id
        await answer(again, new)
        await rest(again)
        assert "the first secret" in again.calls[-1].output
        await again.workspace.close()

    asyncio.run(main())


def test_grants_of_a_session_outlive_a_restart_and_can_be_revoked(open_desk, outside):
    async def main():
        desk = open_desk()
        desk.model.script = [reads(outside / "a.txt"), Reply("Done.")]
        await desk.say("read it")
        await answer(desk, (await asked(desk))[0], scope="session")
        await rest(desk)
        session_id = desk.session.tables.session.id
        await desk.workspace.close()

        again = open_desk()
        again.model.script = [reads(outside / "b.txt"), Reply("Done."), reads(outside / "a.txt"), Reply("Done.")]
        again.session = await again.workspace.session(session_id)
        listed = await again.workspace.permissions.look(session_id)
        (grant,) = [grant for grant in listed.grants if grant.scope == "session"]
        await again.say("read the other")
        await rest(again)
        assert "the second secret" in again.calls[-1].output

        revoked = await again.workspace.permissions.revoke(grant.id, "ada")
        assert revoked.revoked_by == "ada"
        with pytest.raises(Conflict):
            await again.workspace.permissions.revoke(grant.id, "ada")
        await again.say("read the first again")
        (request,) = await asked(again)
        await answer(again, request, "deny")
        await rest(again)
        await again.workspace.close()

    asyncio.run(main())


def test_nobody_can_be_asked_for_the_insides_of_processes(run):
    async def scenario(desk: Desk):
        desk.model.script = [reads("/proc/self/environ", "/proc/1/mem"), Reply("Done.")]
        await desk.ask("read them")
        assert desk.session.tables.every(Request) == []
        assert [call.error.code for call in desk.calls] == ["denied", "denied"]

    run(scenario)
