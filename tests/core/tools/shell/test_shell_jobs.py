"""Commands that outlive their call: moved to the background, listed, read, stopped, ended."""

import asyncio
import re

import pytest

from dispatch_jupyter.core.protocol.errors import Conflict, NotFound
from dispatch_jupyter.core.protocol.ids import CallId
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.tools.shell.jobs import JobBook
from dispatch_jupyter.core.tools.shell.settings import ShellSettings
from shell_desk import alive, until

pytestmark = pytest.mark.slow

TICKING = "n=0; while [ $n -lt 400 ]; do n=$((n+1)); echo tick $n; sleep 0.05; done"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Less time to end by itself than people and agents give."""
    monkeypatch.setattr("dispatch_jupyter.core.tools.shell.run.GRACE", 0.4)


async def start(desk, command=TICKING, **arguments):
    """A background job; its id."""
    result = await desk.shell_call(command, background=True, **arguments)
    assert result.command.exit_code is None
    return result.command.job_id


async def read_to_the_end(desk, job_id):
    """All that is read of a job until it has ended, and the line that says so."""
    texts = []
    while not texts or texts[-1].endswith("[it runs]"):
        texts.append((await desk.call("read_job", job=job_id, wait=20)).text)
    return "\n".join(text.removesuffix("[it runs]").strip() for text in texts).strip()


def test_a_command_that_is_seen_can_be_moved(desk, monkeypatch):
    """Also where it prints before whoever started it has heard that it runs."""
    start = Sandbox.start

    async def heard_late(self, *args, **more):
        command = await start(self, *args, **more)
        await asyncio.sleep(0.3)
        return command

    async def scenario():
        call = asyncio.create_task(desk.shell_call("echo up; sleep 77"))
        await until(lambda: desk.shown)
        desk.shell.to_background(CallId("c1"))
        assert (await call).text.startswith("up\n[It goes on in the background as job ")
        assert "".join(desk.shown) == "up\n"

    monkeypatch.setattr(Sandbox, "start", heard_late)
    desk.play(scenario)


def test_a_job_is_started_read_and_stopped(desk):
    async def scenario():
        result = await desk.shell_call("echo up; sleep 77 & echo $! > pid; wait", background=True)
        job_id = result.command.job_id
        assert result.text.startswith("up\n[It runs in the background as job ") and job_id in result.text
        (job,) = desk.jobs
        assert (job.id, job.status, job.call_id, job.agent_id) == (job_id, "running", "c1", "s1-a1")
        assert job.spill == str(desk.folder / "out" / "c1.txt") and job.cwd == str(desk.project)
        listed = (await desk.call("list_jobs")).text
        assert re.fullmatch(rf"{job_id}  running · \S+ s · 3 bytes  echo up; sleep 77 .*", listed)
        assert (await desk.call("read_job", job=job_id)).text == "[it runs]"
        stopped = (await desk.call("stop_job", job=job_id)).text
        assert stopped.startswith("up\n[stopped by its agent · ")
        assert not alive(int((desk.project / "pid").read_text()))
        _, ended = desk.jobs
        assert (ended.status, ended.why, ended.tail, ended.output_bytes) == ("stopped", "stopped by its agent", "up", 3)
        assert ended.ended_at is not None
        assert "stopped" in (await desk.call("list_jobs")).text
        assert (await desk.call("stop_job", job=job_id)).text == stopped

    desk.play(scenario)


def test_what_fails_at_once_is_told_at_once(desk):
    result = desk.run("echo no; exit 7", background=True)
    assert result.text.startswith("no\n[exit 7") and result.command.job_id is None
    assert desk.jobs == []


@pytest.mark.slow
def test_a_job_that_ends_by_itself(desk):
    async def scenario():
        # how long a busy machine takes to start it does not count: it ends only when it is told to
        job_id = await start(desk, "until [ -e go ]; do sleep 0.05; done; echo done; exit 4")
        (desk.project / "go").touch()
        text = await read_to_the_end(desk, job_id)
        assert text.startswith("done\n") and "[exit 4 · " in text
        await until(lambda: not desk.shell.busy)
        assert (desk.jobs[-1].status, desk.jobs[-1].exit_code, desk.jobs[-1].tail) == ("exited", 4, "done")
        assert desk.shell.job_output(job_id) == "done\n"

    desk.play(scenario)


def test_what_one_agent_has_read_is_new_to_another(desk):
    async def scenario():
        job_id = await start(desk, "echo up; sleep 77")
        await until(lambda: desk.shell.job_output(job_id))
        first = (await desk.call("read_job", job=job_id)).text
        other = (await desk.call("read_job", job=job_id, agent="s1-a2")).text
        assert other == "up\n[it runs]"
        assert (await desk.call("read_job", job=job_id)).text == "[it runs]", first

    desk.play(scenario)


@pytest.mark.slow
def test_only_what_is_new_is_read(desk):
    async def scenario():
        job_id = await start(desk)
        seen = []
        for _ in range(3):
            text = (await desk.call("read_job", job=job_id, wait=10)).text
            *lines, state = text.split("\n")
            assert lines and state == "[it runs]"
            seen += lines
        first = int(seen[0].split()[1])
        assert seen == [f"tick {first + number}" for number in range(len(seen))] and first > 1
        assert (await desk.call("read_job", job=job_id)).text.count("tick") <= 2

    desk.play(scenario)


def test_waiting_for_a_job_ends_when_somebody_speaks(desk):
    async def scenario():
        job_id = await start(desk, "sleep 77")
        waiting = asyncio.ensure_future(desk.call("read_job", job=job_id, wait=600))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        desk.spoken.set()
        assert (await waiting).text == "[it runs]"

    desk.play(scenario)


@pytest.mark.slow
def test_what_a_person_says_moves_a_command_to_the_background(desk):
    async def scenario():
        call = asyncio.ensure_future(desk.shell_call("echo a; touch begun; sleep 0.8; echo b; touch ended"))
        await until((desk.project / "begun").exists)
        await desk.running()
        desk.spoken.set()
        result = await call
        assert result.text.startswith("a\n[It goes on in the background as job ")
        assert result.command.job_id == desk.jobs[0].id
        assert not (desk.project / "ended").exists()
        shown = len(desk.shown)
        desk.spoken.clear()
        assert (await read_to_the_end(desk, result.command.job_id)).startswith("b\n")
        assert (desk.project / "ended").exists() and desk.jobs[-1].tail == "a\nb"
        assert len(desk.shown) == shown, "a call that is over shows nothing"

    desk.play(scenario)


def test_a_quick_command_is_not_moved_by_what_a_person_says(desk):
    async def scenario():
        desk.spoken.set()
        return await desk.shell_call("sleep 0.1; echo done")

    assert desk.play(scenario).text.startswith("done\n[exit 0")
    assert desk.jobs == []


@pytest.mark.slow
def test_a_person_moves_a_command_to_the_background(desk):
    desk.settings = ShellSettings(timeout=1.0)

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call("touch begun; sleep 1.4; echo end"))
        await until((desk.project / "begun").exists)
        await desk.running()
        with pytest.raises(Conflict):
            desk.shell.to_background("another")
        desk.shell.to_background("c1")
        result = await call
        with pytest.raises(Conflict, match="already"):
            desk.shell.to_background("c1")
        text = await read_to_the_end(desk, result.command.job_id)
        assert "end" in text and "[exit 0" in text, "the time it had in its call does not count any more"

    desk.play(scenario)


@pytest.mark.slow
def test_a_time_the_agent_gave_holds_in_the_background(desk):
    async def scenario():
        job_id = await start(desk, "sleep 77", timeout=1)
        await until(lambda: not desk.shell.busy)
        assert (desk.jobs[-1].id, desk.jobs[-1].status) == (job_id, "stopped")
        assert "longer than 1 s" in desk.jobs[-1].why

    desk.play(scenario)


@pytest.mark.slow
def test_a_person_stops_commands_and_jobs(desk):
    async def scenario():
        call = asyncio.ensure_future(desk.shell_call("sleep 77"))
        await desk.running()
        await desk.shell.stop_call("c1", "the user")
        stopped = await call
        assert stopped.text.startswith("[stopped by the user · ") and stopped.command.why == "stopped by the user"
        with pytest.raises(Conflict):
            await desk.shell.stop_call("c1", "the user")
        job_id = await start(desk, "sleep 77")
        await desk.shell.stop_job(job_id, "Ada")
        assert desk.jobs[-1].why == "stopped by Ada"
        with pytest.raises(Conflict, match="ended already"):
            await desk.shell.stop_job(job_id, "Ada")
        with pytest.raises(NotFound):
            await desk.shell.stop_job("nonsense", "Ada")
        with pytest.raises(NotFound):
            desk.shell.job_output("nonsense")
        again = await start(desk, "sleep 77")
        await desk.shell.stop_call(desk.jobs[-1].call_id, "the user")
        assert (desk.jobs[-1].id, desk.jobs[-1].status) == (again, "stopped")

    desk.play(scenario)


@pytest.mark.parametrize("tool", ["read_job", "stop_job"])
def test_an_unknown_job(desk, tool):
    async def scenario():
        with pytest.raises(Exception, match="no job `nope`") as none:
            await desk.call(tool, job="nope")
        assert none.value.tool_code == "not_found" and "no background jobs" in none.value.hint
        job_id = await start(desk, "sleep 77")
        with pytest.raises(Exception, match="no job `nope`") as other:
            await desk.call(tool, job="nope")
        assert job_id in other.value.hint

    desk.play(scenario)


@pytest.mark.slow
def test_jobs_end_with_their_agent_and_their_session(desk):
    async def scenario():
        await start(desk, "sleep 77 & echo $! > one; wait")
        other = await desk.call("run_shell", agent="s1-a2", command="sleep 78 & echo $! > two; wait", background=True)
        assert other.command.job_id
        await desk.shell.end_agent("s1-a1")
        assert not alive(int((desk.project / "one").read_text()))
        assert alive(int((desk.project / "two").read_text()))
        assert desk.jobs[-1].why == "ended with its agent"

    desk.play(scenario)
    assert not alive(int((desk.project / "two").read_text()))
    assert (desk.jobs[-1].status, desk.jobs[-1].why) == ("stopped", "ended with its session")


def test_a_job_of_a_sandbox_that_died_is_ended(desk):
    async def scenario():
        job_id = await start(desk, "sleep 77")
        await desk.sandbox.close()
        await until(lambda: len(desk.jobs) == 2)
        assert (desk.jobs[-1].id, desk.jobs[-1].status) == (job_id, "stopped")

    desk.play(scenario)


def test_a_flooding_job_stays_bounded(desk):
    async def scenario():
        job_id = await start(desk, "yes flood")
        await until(lambda: desk.shell.jobs.find(job_id)[1].handle.output().total > 50_000_000)
        assert len(desk.shell.job_output(job_id)) <= 64 * 1024
        assert len((await desk.call("read_job", job=job_id)).text) < 10_000
        assert len((await desk.call("read_job", job=job_id)).text) < 10_000
        await desk.shell.stop_job(job_id, "Ada")
        assert len(desk.jobs[-1].tail) <= 4_000
        assert (desk.folder / "out" / "c1.txt").stat().st_size <= 64 * 1024 * 1024

    desk.play(scenario)


def test_long_ended_jobs_are_forgotten(desk, monkeypatch):
    monkeypatch.setattr(JobBook, "MAX_ENDED", 2)
    monkeypatch.setattr("dispatch_jupyter.core.tools.shell.run.GRACE", 0.0)

    async def scenario():
        ids = [await start(desk, "sleep 0.1") for _ in range(4)]
        await until(lambda: not desk.shell.busy)
        assert [job.id for job, _ in desk.shell.jobs.all()] == ids[2:]
        with pytest.raises(NotFound):
            desk.shell.job_output(ids[0])

    desk.play(scenario)


def test_a_question_of_a_job_can_be_answered(desk):
    desk.person.answer = lambda _: "once"

    async def scenario():
        job_id = await start(desk, desk.hidden(f"sleep 0.6; cat {desk.outside}/data.txt"))
        await until(lambda: not desk.shell.busy)
        assert desk.shell.job_output(job_id) == "of the outside\n"
        assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]

    desk.play(scenario)
