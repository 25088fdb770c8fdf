"""What a command may touch: asked for before it runs, while it runs, and taken back."""

import asyncio
import os
import time

import pytest

from dispatch_jupyter.core.permissions.policy import Denied, Policy, Rule
from dispatch_jupyter.core.protocol.ids import AgentId
from dispatch_jupyter.core.runtime.decisions import question_of
from dispatch_jupyter.core.tools.shell import live
from dispatch_jupyter.core.tools.shell.questions import MAX_WHILE_RUNNING, Questions
from shell_desk import alive, once, until

pytestmark = pytest.mark.slow


def session(_reaches):
    return "session"


# ------------------------------------------------------------------ before


def test_those_that_wait_for_leave_keep_nobody_from_running(desk, monkeypatch):
    monkeypatch.setattr("dispatch_jupyter.core.tools.shell.shell.MAX_RUNNING", 2)
    desk.person.answer = lambda _: None

    async def scenario():
        asking = [
            asyncio.create_task(desk.shell_call(f"cat {desk.outside}/data.txt", agent=f"s1-a{n}")) for n in range(2, 4)
        ]
        await until(lambda: len(desk.person.asked) == 2)
        assert (await desk.shell_call("echo here")).text.startswith("here\n[exit 0")
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    desk.play(scenario)


def test_one_question_for_all_a_command_names(desk):
    desk.person.answer = once
    command = f"cat {desk.outside}/data.txt; cp {desk.outside}/data.txt {desk.outside}/copy.txt; ls {desk.home}"
    result = desk.run(command)
    assert result.text.startswith("of the outside\n[exit 0")
    assert (desk.outside / "copy.txt").read_text() == "of the outside\n"
    (reaches, asked_for), *others = desk.person.asked
    assert others == [] and asked_for == command
    assert {(reach.operation, reach.path) for reach in reaches} == {
        ("read", f"{desk.outside}/data.txt"),
        ("write", f"{desk.outside}/copy.txt"),
        ("read", str(desk.home)),
    }
    data = next(reach for reach in reaches if reach.path.endswith("data.txt"))
    assert data.covers == str(desk.outside)
    assert [command[start:end] for start, end in data.spans] == [f"{desk.outside}/data.txt"] * 2


def test_a_name_of_two_lines_is_asked_for_itself(desk):
    odd = desk.outside / "odd\nname"
    odd.write_text("two lines\n")
    desk.person.answer = once
    result = desk.run(f"cat '{odd}'")
    assert result.text.startswith("two lines\n[exit 0")
    ((reaches, _),) = desk.person.asked
    assert [(reach.operation, reach.path, reach.covers) for reach in reaches] == [("read", str(odd), str(desk.outside))]
    assert question_of("dispatch", reaches, None) == f"dispatch wants to read {desk.outside}/odd\\nname"


def test_spans_count_as_javascript_does(desk):
    command = f"echo 😀; cat {desk.outside}/data.txt"
    desk.person.answer = once
    desk.run(command)
    ((start, end),) = desk.person.asked[0][0][0].spans
    units = command.encode("utf-16-le")
    assert units[2 * start : 2 * end].decode("utf-16-le") == f"{desk.outside}/data.txt"


def test_a_denial_runs_nothing(desk):
    error = desk.error(f"touch ran; cat {desk.outside}/data.txt")
    assert isinstance(error, Denied) and error.tool_code == "denied" and "not today" in error.message
    assert not (desk.project / "ran").exists() and desk.began == []


def test_what_a_wider_one_covers_is_not_asked_for(desk):
    desk.person.answer = once
    desk.run(f"ls {desk.outside}; cat {desk.outside}/data.txt")
    assert desk.person.paths == [[f"read {desk.outside}"]]
    assert len(desk.person.asked[0][0][0].spans) == 2


def test_a_secret_is_never_swallowed(desk):
    (desk.home / ".ssh").mkdir()
    (desk.home / ".ssh" / "id").write_text("key\n")
    desk.person.answer = once
    result = desk.run(f"ls {desk.home}; cat {desk.home}/.ssh/id")
    assert [path for (reaches, _) in desk.person.asked for path in (reach.path for reach in reaches)] == [
        str(desk.home),
        f"{desk.home}/.ssh/id",
    ]
    assert desk.person.asked[0][0][1].secret == "SSH keys"
    assert "key\n[exit 0" in result.text


def test_links_lead_where_they_lead(desk):
    (desk.project / "link").symlink_to(desk.outside)
    (desk.project / "inside").mkdir()
    (desk.outside / "back").symlink_to(desk.project / "inside")
    desk.person.answer = once
    desk.run("cat link/data.txt")
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    desk.person.asked.clear()
    desk.run(f"ls {desk.outside}/back")
    assert desk.person.asked == []


def test_what_is_to_be_made_is_asked_for_where_it_will_be(desk):
    (desk.project / "link").symlink_to(desk.outside)
    desk.person.answer = once
    result = desk.run("echo new > link/new.txt")
    assert desk.person.paths == [[f"write {desk.outside}/new.txt"]]
    assert "[exit 0" in result.text and (desk.outside / "new.txt").read_text() == "new\n"


def test_a_folder_outside_to_start_in_is_asked_for(desk):
    assert isinstance(desk.error("pwd", cwd=str(desk.outside)), Denied)
    assert desk.person.paths == [[f"read {desk.outside}"]]
    desk.person.answer = once
    assert desk.run("cat data.txt", cwd=str(desk.outside)).text.startswith("of the outside\n[exit 0")


def test_what_is_never_opened_is_not_asked_for(desk):
    error = desk.error("cat /proc/1/environ")
    assert isinstance(error, Denied) and "Nothing was run" in error.message
    assert desk.person.asked == []
    ((reach, verdict),) = desk.person.notes
    assert (reach.path, verdict.outcome) == ("/proc/1/environ", "deny")


def test_what_a_grant_allows_is_logged_and_not_asked_for(desk):
    desk.person.now = desk.person.now.also(Rule("read", desk.outside, "session", "g1"))
    assert desk.run(f"cat {desk.outside}/data.txt").text.startswith("of the outside\n[exit 0")
    assert desk.person.asked == []
    assert [(reach.path, verdict.grant_id) for reach, verdict in desk.person.notes] == [
        (f"{desk.outside}/data.txt", "g1")
    ]


def test_a_grant_does_not_reach_further_than_it_says(desk):
    desk.person.now = desk.person.now.also(Rule("read", desk.outside, "session", "g1"))
    assert isinstance(desk.error(f"echo x > {desk.outside}/data.txt"), Denied)
    assert "[exit 1" in desk.run(desk.hidden(f"echo x > {desk.outside}/data.txt")).text
    assert (desk.outside / "data.txt").read_text() == "of the outside\n"


def test_too_much_at_once_is_not_asked_for(desk):
    names = " ".join(f"{desk.outside}/{number}" for number in range(60))
    error = desk.error(f"cat {names}")
    assert isinstance(error, Denied) and "60 places" in error.message
    assert desk.person.asked == []


def test_a_question_before_the_start_may_be_given_up(desk):
    desk.person.answer = lambda _: None

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call(f"cat {desk.outside}/data.txt"))
        await until(lambda: desk.person.asked)
        call.cancel()
        await asyncio.wait({call})
        assert call.cancelled() and desk.person.cancelled == 1
        assert not desk.shell.busy

    desk.play(scenario)


# ------------------------------------------------------------------ while it runs


def test_what_the_text_does_not_say_is_asked_for_while_it_runs(desk):
    desk.person.answer = once
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt; cat {desk.outside}/data.txt"))
    assert result.text.startswith("of the outside\nof the outside\n[exit 0")
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    assert desk.person.asked[0][1] == "bash hidden.sh"


def test_the_time_of_a_person_is_not_the_commands(desk):
    def slowly(_):
        time.sleep(1.5)
        return "once"

    desk.person.answer = slowly
    started = time.monotonic()
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt"))
    assert desk.person.asked, "nobody was asked"
    assert result.command.seconds < time.monotonic() - started - 1.4


def test_a_denial_while_it_runs_is_told(desk):
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt; cat {desk.outside}/data.txt"))
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    assert "Permission denied" in result.text
    assert f"[Denied: {desk.outside}/data.txt: The person did not allow this. They say: not today.]" in result.text
    assert result.text.rpartition("\n")[2].startswith("[exit 1")


def test_a_path_that_was_denied_is_not_asked_for_in_another_way(desk):
    desk.run(desk.hidden(f"cat {desk.outside}/data.txt; echo x > {desk.outside}/data.txt; true"))
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    assert (desk.outside / "data.txt").read_text() == "of the outside\n"


def test_a_program_that_tries_everything_leads_to_few_questions(desk):
    for number in range(8):
        (desk.outside / str(number)).write_text("x")
    result = desk.run(desk.hidden(f"for n in 0 1 2 3 4 5 6 7; do cat {desk.outside}/$n; done; true"))
    assert len(desk.person.asked) == MAX_WHILE_RUNNING
    assert "[exit 0" in result.text and result.text.count("Permission denied") == 8


def test_what_was_refused_is_kept_to_a_bound(desk):
    decisions = live.LiveDecisions(Questions(desk.person, "x", agent_id=AgentId("s1-a1"), aside=desk.folder))

    async def scenario():
        for number in range(2_000):
            assert not await decisions.may("read", f"/proc/{number}/environ")

    asyncio.run(scenario())
    assert len(decisions.refused) == live.MAX_REFUSED


def test_leave_for_the_session_covers_what_follows(desk):
    (desk.outside / "more").mkdir()
    (desk.outside / "more" / "b").write_text("b\n")
    desk.person.answer = session
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt {desk.outside}/more/b"))
    assert result.text.startswith("of the outside\nb\n") and "[exit 0" in result.text
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]


@pytest.mark.slow
def test_the_clock_stands_still_while_somebody_is_asked(desk):
    async def slow(reaches, command=None):
        desk.person.asked.append((list(reaches), command))
        await asyncio.sleep(1.4)
        desk.person.now = desk.person.now.also(Rule("read", desk.outside, "session", "g1"))
        return ()

    desk.person.ask = slow
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt"), timeout=1)
    assert result.text.startswith("of the outside\n") and not result.command.timed_out


def test_a_stopped_command_gives_its_question_up(desk):
    desk.person.answer = lambda _: None

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call(desk.hidden(f"cat {desk.outside}/data.txt")))
        await until(lambda: desk.person.asked)
        await desk.running()
        await desk.shell.stop_call("c1", "the user")
        result = await call
        assert "[stopped by the user" in result.text
        assert desk.person.cancelled == 1

    desk.play(scenario)


def test_whatever_goes_wrong_while_asking_is_a_denial(desk, caplog):
    async def broken(reaches, command=None):
        raise RuntimeError("no journal")

    desk.person.ask = broken
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt"))
    assert "Permission denied" in result.text and "of the outside" not in result.text
    assert "could not be decided" in caplog.text


# ------------------------------------------------------------------ taken back


def test_what_runs_with_leave_that_is_taken_back_is_ended(desk):
    desk.person.now = desk.person.now.also(Rule("read", desk.outside, "session", "g1"))

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call("sleep 77 & echo $! > pid; wait"))
        await until(lambda: (desk.project / "pid").exists() and (desk.project / "pid").read_text())
        await desk.running()
        assert await desk.shell.end_without_leave() == 0
        assert not call.done()
        desk.person.now = Policy(desk.project, (), desk.person.now.places)
        assert await desk.shell.end_without_leave() == 1
        result = await call
        assert "taken back" in result.text
        assert not alive(int((desk.project / "pid").read_text()))
        assert await desk.shell.end_without_leave() == 0

    desk.play(scenario)


def test_leave_used_while_it_ran_is_held_too(desk):
    desk.person.answer = session

    async def scenario():
        script = f"exec 9< {desk.outside}/data.txt; touch opened; sleep 77"
        call = asyncio.ensure_future(desk.shell_call(desk.hidden(script)))
        await until((desk.project / "opened").exists)
        await desk.running()
        desk.person.now = Policy(desk.project, (), desk.person.now.places)
        assert await desk.shell.end_without_leave() == 1
        assert "taken back" in (await call).text

    desk.play(scenario)


def test_leave_taken_back_while_a_command_is_started_ends_it(desk):
    desk.person.now = desk.person.now.also(Rule("read", desk.outside, "session", "g1"))

    async def scenario():
        start = desk.sandbox.start

        async def slow_start(*args, **more):
            command = await start(*args, **more)
            desk.person.now = Policy(desk.project, (), desk.person.now.places)
            assert await desk.shell.end_without_leave() == 0, "the shell does not know of it yet"
            return command

        desk.sandbox.start = slow_start
        assert "taken back" in (await desk.shell_call("sleep 77")).text

    desk.play(scenario)


def test_an_answer_that_is_taken_back_at_once_opens_nothing(desk):
    async def ask(reaches, command=None):
        desk.person.asked.append((list(reaches), command))
        return ()

    desk.person.ask = ask
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt"))
    assert "Permission denied" in result.text and "of the outside" not in result.text


def test_a_question_of_what_has_ended_is_given_up(desk):
    desk.person.answer = lambda _: None
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt & sleep 0.4"))
    assert "[exit 0" in result.text and desk.person.cancelled == 1


def test_a_grant_that_has_become_a_link_gives_nothing(desk):
    """Who may write the folder above could lead the grant anywhere."""
    (desk.project / "data").mkdir()
    target = desk.outside
    desk.person.now = desk.person.now.also(Rule("read", desk.project / "data", "session", "g1"))
    (desk.project / "data").rmdir()
    (desk.project / "data").symlink_to(target)
    result = desk.run(desk.hidden("cat data/data.txt"))
    assert "Permission denied" in result.text and desk.person.paths == [[f"read {target}/data.txt"]]


def test_leave_for_many_homes_opens_nobodys_secrets(desk):
    homes = desk.outside / "homes"
    for secret in ("bob/.ssh/id", "team/ada/.AWS/credentials"):
        (homes / secret).parent.mkdir(parents=True)
        (homes / secret).write_text("KEY\n")
    (homes / "bob" / "plain").write_text("plain\n")
    desk.person.now = desk.person.now.also(Rule("read", homes, "session", "g1"))
    result = desk.run(desk.hidden(f"cat {homes}/bob/plain {homes}/bob/.ssh/id {homes}/team/ada/.AWS/credentials; true"))
    assert "plain" in result.text and "KEY" not in result.text
    assert [reach.secret for reaches, _ in desk.person.asked for reach in reaches] == ["SSH keys", "cloud credentials"]


@pytest.mark.skipif(os.geteuid() == 0, reason="needs an unprivileged user")
def test_permissions_of_the_disk_are_not_asked_about(desk):
    (desk.outside / "mine").touch(0o000)
    desk.person.answer = once
    assert "Permission denied" in desk.run(f"cat {desk.outside}/mine").text
