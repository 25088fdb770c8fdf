"""Commands of agents in a whole session: asked for, confined, streamed, stopped, sent to the background."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.commands import AnswerRequest, TrustFile
from dispatch_jupyter.core.protocol.errors import Conflict, NotFound, StoreFull
from dispatch_jupyter.core.protocol.ids import CallId
from dispatch_jupyter.core.protocol.records import CommandRun, Grant, Job, Request
from dispatch_jupyter.core.tools.tool import Arguments, ToolResult
from model_server import Call, Reply

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the shell is tested on Linux")]


def runs(command, **more):
    return Reply(calls=[Call("run_shell", {"command": command, **more})])


async def open_request(desk: Desk):
    await until(lambda: desk.session and any(one.status == "open" for one in desk.session.tables.every(Request)))
    return next(one for one in desk.session.tables.every(Request) if one.status == "open")


async def answer(desk: Desk, request, answer="allow", scope="once", note=""):
    command = AnswerRequest(answer=answer, scope=scope, note=note)
    return await desk.workspace.permissions.answer(request.id, command, "ada")


async def rest(desk: Desk):
    await until(lambda: desk.agent.status not in ("running", "waiting"))
    return desk.agent


def live(desk: Desk) -> str:
    return desk.session.live_text("calls", desk.calls[-1].id).get("output", "") if desk.calls else ""


def alive(marker) -> bool:
    """Whether any process has this in its command line."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(marker).encode() in (process / "cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.txt").write_text("what lies outside\n")
    return folder


def test_the_project_is_worked_in_without_a_question(run, project):
    (project / "test_it.py").write_text("def test_it():\n    assert 1 + 1 == 2\n")

    async def scenario(desk: Desk):
        desk.model.script = [runs(f"{sys.executable} -m pytest -q -p no:cacheprovider test_it.py"), Reply("Green.")]
        agent = await desk.ask("Run the test suite")
        (call,) = desk.calls
        assert agent.status == "idle"
        assert desk.session.tables.every(Request) == []
        assert "1 passed" in call.output
        assert (call.command.exit_code, call.command.cwd) == (0, str(project))
        assert "1 passed" in desk.model.requests[-1].tool_results[0]

    run(scenario)


def test_output_comes_live_and_stays_with_a_stopped_call(run):
    async def scenario(desk: Desk):
        desk.model.script = [runs("echo begun; sleep 60")]
        await desk.say("go")
        await until(lambda: "begun" in live(desk))
        await desk.workspace.interrupt(desk.agent.id)
        assert desk.agent.error.code == "cancelled"
        assert desk.calls[0].output.startswith("begun")
        assert "Stopped" in desk.calls[0].output

    run(scenario)


class Quick:
    """Prints before it has said that it runs."""

    name, kind, description, arguments, exclusive = "quick", "execute", "Quick.", Arguments, True

    async def run(self, arguments, context):
        context.show("early ")
        await asyncio.sleep(0.1)
        context.began(CommandRun(cwd="/"))
        context.show("late")
        await context.spoken_to()
        return ToolResult("over")


def test_what_comes_before_the_command_is_recorded_is_not_lost(run):
    async def scenario(desk: Desk):
        desk.only_tool(Quick())
        desk.model.script = [Reply(calls=[Call("quick", {})]), Reply("Done."), Reply("Done.")]
        await desk.say("go")
        await until(lambda: live(desk) == "early late")
        feed = await desk.workspace.watch(desk.session.tables.session.id, None, None)
        async with asyncio.timeout(60):
            snapshot = await anext(aiter(feed))
        assert "early late" in snapshot[0]
        desk.workspace.unwatch(feed)
        await desk.say("enough")
        await rest(desk)

    run(scenario)


def test_what_reaches_out_is_asked_before_anything_runs(run, project, outside):
    async def scenario(desk: Desk):
        desk.model.script = [runs(f"touch here; cat {outside}/a.txt"), runs(f"cat {outside}/a.txt"), Reply("Done.")]
        await desk.say("go")
        request = await open_request(desk)
        assert not (project / "here").exists()
        assert desk.workspace.at_work == 0, "it waits for a person"
        (reach,) = request.reaches
        assert (reach.operation, reach.path, reach.covers) == ("read", f"{outside}/a.txt", str(outside))
        ((start, end),) = reach.spans
        assert request.command[start:end] == f"{outside}/a.txt"
        await answer(desk, request, scope="session")
        await rest(desk)
        assert all("what lies outside" in call.output for call in desk.calls)
        assert len(desk.session.tables.every(Request)) == 1

    run(scenario)


def test_a_denied_command_does_not_run(run, project, outside):
    async def scenario(desk: Desk):
        desk.model.script = [runs(f"touch here; cat {outside}/a.txt"), Reply("All right.")]
        await desk.say("go")
        await answer(desk, await open_request(desk), "deny", note="not that one")
        await rest(desk)
        assert not (project / "here").exists()
        assert "not that one" in desk.model.requests[-1].tool_results[0]

    run(scenario)


def test_what_hides_from_the_reader_is_held_by_the_kernel(run, project, outside):
    (project / "where").write_text(f"{outside}/a.txt")
    hidden = "print(open(open('where').read()).read())"

    async def scenario(desk: Desk):
        if (await desk.workspace.status()).sandbox != "kernel+live":
            pytest.skip("needs seccomp user notification")
        desk.model.script = [runs(f'python3 -c "{hidden}"'), runs(f'python3 -c "{hidden}"'), Reply("Done.")]
        await desk.say("go")
        request = await open_request(desk)
        (reach,) = request.reaches
        assert (reach.operation, reach.path) == ("read", f"{outside}/a.txt")
        await answer(desk, request)
        await until(lambda: len(desk.calls) == 2)
        assert "what lies outside" in desk.calls[0].output
        await answer(desk, await open_request(desk), "deny")
        await rest(desk)
        assert "what lies outside" not in desk.calls[1].output
        assert "Permission denied" in desk.calls[1].output

    run(scenario)


def test_a_message_takes_the_agent_from_a_long_command(run, tmp_path):
    flag = tmp_path / "project" / "flag"

    async def scenario(desk: Desk):
        desk.model.script = [
            runs(f"echo begun; while [ ! -e {flag} ]; do sleep 0.1; done; echo over"),
            Reply("I hear you."),
        ]
        await desk.say("go")
        await until(lambda: "begun" in live(desk))
        await desk.say("how far are you?")
        await rest(desk)
        (call,) = desk.calls
        assert "begun" in call.output
        assert "over" not in call.output
        assert call.command.job_id
        assert "how far are you?" in desk.model.requests[-1].user_text
        (job,) = desk.session.tables.every(Job)
        assert (job.id, job.status) == (call.command.job_id, "running")
        assert desk.workspace.at_work == 1
        flag.touch()
        await until(lambda: desk.session.tables.every(Job)[0].status == "exited")
        (job,) = desk.session.tables.every(Job)
        assert job.exit_code == 0
        assert "over" in job.tail

    run(scenario)


def test_the_end_of_a_job_is_told_at_the_next_step_and_after_a_restart(open_desk, project):
    async def main():
        desk = open_desk()
        desk.model.script = [runs("until [ -e go ]; do sleep 0.05; done; exit 3", background=True), Reply("It runs.")]
        await desk.ask("go")
        (project / "go").touch()
        await until(lambda: desk.session.tables.every(Job)[0].status == "exited")
        desk.model.script = [Reply("I see.")]
        await desk.ask("and now?")
        told = said_of_jobs(desk)
        assert len(told) == 1 and "exit 3" in told[0]
        session_id = desk.session.tables.session.id
        await desk.workspace.close()

        again = open_desk()
        again.session = await again.workspace.session(session_id)
        again.model.script = [Reply("As I said.")]
        await again.ask("once more")
        assert said_of_jobs(again) == told
        await again.workspace.close()

    asyncio.run(main())


def said_of_jobs(desk: Desk):
    messages = desk.model.requests[-1].body["messages"]
    return [m["content"] for m in messages if m["role"] == "user" and "background job" in str(m["content"])]


def test_a_person_sends_a_command_to_the_background_and_stops_it(run):
    async def scenario(desk: Desk):
        desk.model.script = [runs("echo begun; sleep 61.25"), Reply("It runs.")]
        await desk.say("go")
        await until(lambda: "begun" in live(desk))
        session_id = desk.session.tables.session.id
        async with desk.workspace.commands(session_id) as commands:
            commands.to_background(desk.calls[0].id)
            await rest(desk)
            (job,) = desk.session.tables.every(Job)
            assert "begun" in commands.job(job.id).tail
            stopped = await commands.stop_job(job.id, "ada")
            assert stopped.status == "stopped"
            assert "ada" in stopped.why
            with pytest.raises(Conflict):
                await commands.stop_job(job.id, "ada")
            with pytest.raises(Conflict):
                await commands.stop_call(desk.calls[0].id, "the user")
            with pytest.raises(NotFound):
                await commands.stop_call(CallId("nothing"), "the user")
        assert not alive("61.25")

    run(scenario)


def test_a_question_of_a_job_does_not_make_its_agent_wait(run, project, outside):
    (project / "look.sh").write_text(f"echo begun; cat {outside}/a.txt")

    async def scenario(desk: Desk):
        if (await desk.workspace.status()).sandbox != "kernel+live":
            pytest.skip("needs seccomp user notification")
        desk.model.script = [runs("bash look.sh"), Reply("It goes on.", first=0.5)]
        await desk.say("go")
        request = await open_request(desk)
        assert (desk.agent.status, desk.agent.waiting_on) == ("waiting", "request")
        async with desk.workspace.commands(desk.session.tables.session.id) as commands:
            commands.to_background(desk.calls[0].id)
        await until(lambda: desk.calls[0].status == "completed")
        assert (desk.agent.status, desk.agent.waiting_on) == ("running", None)
        await rest(desk)
        await answer(desk, request)
        await until(lambda: desk.session.tables.every(Job)[0].status == "exited")
        assert "what lies outside" in desk.session.tables.every(Job)[0].tail

    run(scenario)


def test_a_person_stops_only_the_command(run):
    async def scenario(desk: Desk):
        desk.model.script = [runs("echo begun; sleep 61.5"), Reply("Then not.")]
        await desk.say("go")
        await until(lambda: "begun" in live(desk))
        async with desk.workspace.commands(desk.session.tables.session.id) as commands:
            await commands.stop_call(desk.calls[0].id, "the user")
        agent = await rest(desk)
        assert agent.status == "idle"
        assert desk.texts()[-1] == "Then not."
        assert not alive("61.5")

    run(scenario)


def test_revoking_stops_what_runs_with_the_leave(run, outside):
    async def scenario(desk: Desk):
        desk.model.script = [
            runs(f"cat {outside}/a.txt; sleep 61.75"),
            Reply("Stopped."),
        ]
        await desk.say("go")
        await answer(desk, await open_request(desk), scope="session")
        await until(lambda: "what lies outside" in live(desk))
        (grant,) = desk.session.tables.every(Grant)
        await desk.workspace.permissions.revoke(grant.id, "ada")
        await rest(desk)
        assert "taken back" in desk.model.requests[-1].tool_results[0]
        assert not alive("61.75")

    run(scenario)


def test_revoking_stops_what_got_the_leave_while_it_ran(run, project, outside):
    (project / "look.sh").write_text(f"exec 9< {outside}/a.txt; echo opened; sleep 61.6")

    async def scenario(desk: Desk):
        if (await desk.workspace.status()).sandbox != "kernel+live":
            pytest.skip("needs seccomp user notification")
        desk.model.script = [runs("bash look.sh"), Reply("Stopped.")]
        await desk.say("go")
        await answer(desk, await open_request(desk), scope="session")
        await until(lambda: "opened" in live(desk))
        (grant,) = desk.session.tables.every(Grant)
        await desk.workspace.permissions.revoke(grant.id, "ada")
        assert not alive("61.6")
        await rest(desk)
        assert "taken back" in desk.model.requests[-1].tool_results[0]

    run(scenario)


def test_leave_that_cannot_be_stored_as_revoked_is_revoked_all_the_same(run, outside, monkeypatch):
    async def scenario(desk: Desk):
        desk.model.script = [runs(f"cat {outside}/a.txt; sleep 61.8"), Reply("Stopped.")]
        await desk.say("go")
        await answer(desk, await open_request(desk), scope="session")
        await until(lambda: "what lies outside" in live(desk))
        (grant,) = desk.session.tables.every(Grant)
        with monkeypatch.context() as full:
            full.setattr(desk.session._db, "append", no_space)
            with pytest.raises(StoreFull):
                await desk.workspace.permissions.revoke(grant.id, "ada")
            assert not alive("61.8")
        await rest(desk)
        assert "taken back" in desk.model.requests[-1].tool_results[0]

    run(scenario)


def no_space(*_args, **_more):
    raise StoreFull("no space left")


def test_trust_that_is_taken_back_stops_what_runs_with_it(run, project, outside):
    (project / "dispatch.yaml").write_text(f"permissions:\n  auto_allow: [{outside}]\n")

    async def scenario(desk: Desk):
        (file,) = (await desk.workspace.permissions.trusted()).files
        seen = TrustFile(path=file.path, digest=file.digest)
        await desk.workspace.permissions.trust(seen)
        desk.model.script = [runs(f"cat {outside}/a.txt; sleep 61.9"), Reply("Stopped.")]
        await desk.say("go")
        await until(lambda: "what lies outside" in live(desk))
        await desk.workspace.permissions.trust(seen.model_copy(update={"trusted": False}))
        await rest(desk)
        assert "taken back" in desk.model.requests[-1].tool_results[0]
        assert not alive("61.9")

    run(scenario)


def test_leave_for_something_else_answers_no_question_about_what_git_runs(run, project, outside):
    subprocess.run(["git", "init", "-q", project], check=True)
    with (project / ".git" / "config").open("a") as config:
        config.write("[core]\n\thooksPath = tools\n")
    (project / "tools").mkdir()
    (project / "change.sh").write_text("echo evil > tools/pre-push; until [ -e go ]; do sleep 0.05; done")

    async def scenario(desk: Desk):
        reads = Reply(calls=[Call("read_file", {"path": f"{outside}/a.txt"})])
        desk.model.script = [runs("bash change.sh", background=True), reads, Reply("Done.")]
        await desk.say("go")
        await until(lambda: desk.session and len(desk.session.tables.every(Request)) == 2)
        requests = {one.reaches[0].path: one for one in desk.session.tables.every(Request)}
        hook = requests.pop(f"{project}/tools/pre-push")
        await answer(desk, *requests.values(), scope="session")
        await until(lambda: len(desk.texts()) == 3)
        assert desk.session.tables.one(Request, hook.id).status == "open"
        assert not (project / "tools" / "pre-push").exists()

    run(scenario)


def test_jobs_end_with_the_server_and_are_known_as_lost_or_stopped(open_desk):
    async def main():
        desk = open_desk()
        desk.model.script = [runs("sleep 62.25", background=True), Reply("It runs.")]
        await desk.ask("go")
        session_id = desk.session.tables.session.id
        assert alive("62.25")
        await desk.workspace.close()
        assert not alive("62.25")
        again = open_desk()
        session = await again.workspace.session(session_id)
        (job,) = session.tables.every(Job)
        assert job.status == "stopped"
        assert job.why
        await again.workspace.close()

    asyncio.run(main())


def test_what_commands_left_in_their_temporary_folder_goes_whatever_it_is(open_desk):
    deep = "import os\nfor _ in range(1500): os.mkdir('d'); os.chdir('d')"

    async def main():
        desk = open_desk()
        desk.model.script = [
            runs(f'cd "$TMPDIR"; pwd; mkdir shut; touch shut/x; chmod 0 shut; python3 -c "{deep}"'),
            Reply("Done."),
        ]
        await desk.ask("go")
        assert desk.calls[0].command.exit_code == 0, desk.calls[0].output
        folder = Path(desk.calls[0].output.splitlines()[0])
        assert folder.exists()
        await desk.workspace.close()
        assert not folder.parent.parent.exists()

    asyncio.run(main())


def test_commands_know_no_secrets_of_the_server(run, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-very-secret")
    monkeypatch.setenv("MY_TOKEN", "very-secret-too")

    async def scenario(desk: Desk):
        desk.model.script = [runs("env; cat /proc/$PPID/environ"), runs("env"), Reply("Nothing there.")]
        await desk.ask("go")
        for call in desk.calls:
            assert "very-secret" not in call.output

    run(scenario)
