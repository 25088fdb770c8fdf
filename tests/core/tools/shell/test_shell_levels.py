"""What is asked at levels where nothing is asked while a command runs."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.permissions.policy import Denied, Policy, Rule
from dispatch_jupyter.core.tools.shell import shell
from dispatch_jupyter.core.tools.shell.rules import confinement
from shell_desk import Desk, once, until

pytestmark = pytest.mark.slow


# ------------------------------------------------------------------ other levels


def test_at_a_lesser_level_named_paths_are_asked_for(lesser_desk):
    desk = lesser_desk
    assert isinstance(desk.error(f"cat {desk.outside}/data.txt"), Denied)
    desk.person.answer = once
    assert desk.run(f"cat {desk.outside}/data.txt").text.startswith("of the outside\n[exit 0")


def test_parsed_only_asks_about_what_cannot_be_told(top):
    desk = _parsed_only(top)
    command = "F=$(cat name); cat $F"
    (desk.project / "name").write_text(f"{desk.outside}/data.txt")
    error = desk.error(command)
    assert isinstance(error, Denied)
    ((reaches, _),) = desk.person.asked
    (reach,) = reaches
    assert (reach.operation, reach.path, reach.limit) == ("execute", "/", "once")
    assert "known only when it runs" in reach.caution
    assert [command[start:end] for start, end in reach.spans] == ["$F"]
    desk.error(f"{command}; cat {desk.outside}/other")
    assert [reach.path for reach in desk.person.asked[-1][0]] == [f"{desk.outside}/other", "/"]
    desk.person.answer = once
    assert desk.run(command).text.startswith("of the outside\n")


def _parsed_only(top: Path):
    return Desk(top, "parsed only")


@pytest.mark.parametrize("answer", ["once", "session"])
def test_kernel_denies_asks_and_runs_it_again(top, answer):
    desk = Desk(top, "kernel")
    desk.person.answer = lambda _: answer
    command = desk.hidden(f"echo ran >> runs; cat {desk.outside}/data.txt")
    result = desk.run(command)
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    assert "run again from its beginning" in desk.person.asked[0][0][0].caution
    assert result.text.startswith("of the outside\n[It was denied, and allowed then: ")
    assert (
        "[Run 1 ended with exit 1; this is run 2, from its beginning.]" in result.text
        and "[exit 0" in result.text
        and result.command.exit_code == 0
    )
    assert (desk.project / "runs").read_text() == "ran\nran\n"


def test_kernel_asks_where_a_pipe_hides_the_failure(top):
    desk = Desk(top, "kernel")
    desk.person.answer = once
    result = desk.run(desk.hidden(f"echo ran >> runs; cat {desk.outside}/data.txt 2>&1 | tail -n 3"))
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    assert "run again from its beginning" in desk.person.asked[0][0][0].caution, "others may have printed that"
    assert result.text.startswith("of the outside\n[It was denied, and allowed then: ")
    assert (desk.project / "runs").read_text() == "ran\nran\n"


@pytest.mark.parametrize(
    "line",
    [
        "cat: /etc/shadow: Permission denied",
        "mkdir: cannot create directory '/new': Permission denied",
        "touch: cannot touch '{home}/new': Permission denied",
    ],
)
def test_nothing_delicate_is_asked_about_for_what_a_command_printed(top, line):
    desk = Desk(top, "kernel")
    said = line.format(home=desk.home)
    result = desk.run(desk.hidden(f'echo "{said}"'))
    assert desk.person.asked == [] and "[Denied without asking: " in result.text and "[exit 0" in result.text
    assert "[Denied without asking: " in desk.run(desk.hidden(f'echo "{said}"; exit 1')).text
    assert desk.person.asked == []


@pytest.mark.parametrize(
    ("script", "asked", "printed"),
    [
        ("cp note {outside}/data.txt && cat {outside}/data.txt", "write {outside}/data.txt", "new\n"),
        ("echo new > {outside}/made.txt; cat {outside}/made.txt", "write {outside}", "new\n"),
        ("mkdir {outside}/a; ls {outside}", "write {outside}", "a\ndata.txt\nrun\n"),
        ("rm {outside}/data.txt; ls {outside}", "write {outside}", "run\n"),
        ("{outside}/run", "execute {outside}/run", "it ran\n"),
    ],
)
def test_what_kernel_asks_for_is_what_the_command_needs(top, script, asked, printed):
    desk = Desk(top, "kernel")
    desk.person.answer = once
    program = desk.outside / "run"
    program.write_text("#!/bin/sh\necho it ran\n")
    program.chmod(0o755)
    (desk.project / "note").write_text("new\n")
    result = desk.run(desk.hidden(script.format(outside=desk.outside)))
    assert desk.person.paths == [[asked.format(outside=desk.outside)]]
    assert result.text.startswith(printed) and result.command.exit_code == 0


def test_what_others_were_refused_is_not_asked_about(top):
    desk = Desk(top, "kernel")
    (desk.project / "log").write_text(f"cat: {desk.outside}/data.txt: Permission denied\n")
    for command in ("cat log", "grep -n denied log", "git --version", " tail -n 3 'log'"):
        desk.run(command)
    assert desk.person.asked == []


@pytest.mark.parametrize("level", ["kernel+live", "kernel"])
def test_what_every_command_may_read_is_secret_where_the_person_keeps_secrets_there(top, level):
    desk = Desk(top, level)
    assert "NAME=" in desk.run(desk.hidden("cat /etc/os-release")).text
    places = places_of({**desk.environ, "PIP_CONFIG_FILE": "/etc/os-release"}, desk.home)
    desk.person.now = replace(desk.person.now, places=places)
    result = desk.run(desk.hidden("cat /etc/os-release"))
    assert "NAME=" not in result.text and "Permission denied" in result.text


@pytest.mark.parametrize("level", ["kernel+live", "kernel"])
def test_a_project_in_a_place_of_secrets_is_one(top, level):
    desk = Desk(top, level)
    desk.project = desk.home / ".ssh" / "project"
    desk.project.mkdir(parents=True)
    desk.person.now = replace(desk.person.now, project=desk.project)
    desk.person.answer = lambda reaches: "once" if reaches[0].path == str(desk.outside) else "deny"
    script = desk.outside / "run.sh"
    script.write_text(f"echo x > {desk.project}/x; cat {desk.outside}/data.txt")
    result = desk.run("bash run.sh", cwd=str(desk.outside))
    assert "of the outside" in result.text and not (desk.project / "x").exists()


@pytest.mark.parametrize("level", ["kernel+live", "kernel"])
def test_a_link_is_removed_where_it_is(top, level):
    desk = Desk(top, level)
    desk.person.answer = once
    link, far = desk.outside / "link", desk.home / "far"
    far.mkdir()
    (far / "kept").touch()
    link.symlink_to(far / "kept")
    assert desk.run(f"rm {link}").command.exit_code == 0
    assert desk.person.paths == [[f"write {link if level == 'kernel+live' else desk.outside}"]]
    assert not link.is_symlink() and (far / "kept").exists()


def test_that_the_first_run_took_too_long_is_not_said_of_the_last(top):
    desk = Desk(top, "kernel")
    desk.person.answer = once
    script = f"cat {desk.outside}/data.txt || sleep 77"
    result = desk.run(desk.hidden(script), timeout=1)
    assert result.text.startswith("of the outside\n") and not result.command.timed_out
    assert "[Run 1 ended with SIG" in result.text


def test_kernel_asks_for_the_least_it_may_have_been_and_then_for_more(top):
    desk = Desk(top, "kernel")
    desk.person.answer = once
    result = desk.run(desk.hidden(f"echo new > {desk.outside}/data.txt; cat {desk.outside}/data.txt"))
    assert desk.person.paths == [[f"{operation} {desk.outside}/data.txt"] for operation in ("read", "write")]
    assert result.text.startswith("new\n")
    removes = f"python3 -S -c 'import os, sys; os.remove(sys.argv[1])' {desk.outside}/data.txt"
    desk.person.asked.clear()
    assert desk.run(desk.hidden(removes)).command.exit_code == 0
    assert desk.person.paths == [[f"write {desk.outside}"]], "the rest it was given before"


@pytest.mark.parametrize("scope", ["once", "session"])
def test_at_kernel_leave_to_make_something_is_leave_for_its_folder(top, scope):
    desk = Desk(top, "kernel")
    desk.person.answer = lambda _: scope
    result = desk.run(f"mkdir -p {desk.outside}/a/b && echo x > {desk.outside}/a/b/c && cat {desk.outside}/data.txt")
    ((reach,),) = (reaches for reaches, _ in desk.person.asked)
    assert (reach.operation, reach.path, reach.covers) == ("write", str(desk.outside), str(desk.outside))
    assert "all of this folder" in reach.caution and len(reach.spans) == 3
    assert result.text.startswith("of the outside\n") and result.command.exit_code == 0


@pytest.mark.parametrize(
    "command",
    ["rm {o}/data.txt", "mv {o}/data.txt .", "sed -i s/of/in/ {o}/data.txt", "rm -rf {o}/old", "rmdir {o}/old"],
)
def test_at_kernel_leave_to_remove_something_is_leave_for_its_folder(top, command):
    desk = Desk(top, "kernel")
    desk.person.answer = once
    (desk.outside / "old").mkdir()
    before = {path: path.read_bytes() if path.is_file() else b"" for path in desk.outside.iterdir()}
    result = desk.run(f"echo ran >> runs; {command.format(o=desk.outside)}")
    assert desk.person.paths == [[f"write {desk.outside}"]] and result.command.exit_code == 0
    assert {path: path.read_bytes() if path.is_file() else b"" for path in desk.outside.iterdir()} != before
    assert (desk.project / "runs").read_text() == "ran\n"


def test_at_kernel_a_refusal_that_names_no_path_tells_the_agent_what_to_do(top):
    desk = Desk(top, "kernel")
    result = desk.run(desk.hidden(f"cd {desk.outside} && cat data.txt"))
    assert desk.person.asked == [] and "name the full path in the command, and the user is asked" in result.text
    assert "full path" not in desk.run("cat nothing").text


def test_at_kernel_a_guarded_name_or_a_home_is_asked_about_as_it_is(top):
    desk = Desk(top, "kernel")
    for path in (desk.outside / ".git/hooks/x", desk.home / "note"):
        desk.error(f"touch {path}")
        (reach,) = desk.person.asked[-1][0]
        assert reach.path == str(path) and "this machine knows no less" not in (reach.caution or "")


def test_kernel_runs_nothing_again_after_a_no(top):
    desk = Desk(top, "kernel")
    result = desk.run(desk.hidden(f"echo ran >> runs; cat {desk.outside}/data.txt"))
    assert "not today" in result.text and "[exit 1" in result.text
    assert (desk.project / "runs").read_text() == "ran\n"


def test_kernel_runs_it_again_as_often_as_leave_is_given_to_a_bound(top):
    desk = Desk(top, "kernel")
    desk.person.answer = once
    files = [desk.outside / f"{number}.txt" for number in range(6)]
    for path in files:
        path.write_text("more\n")
    script = f"echo ran >> runs; set -e; {'; '.join(f'cat {path}' for path in files)}"
    result = desk.run(desk.hidden(script))
    assert desk.person.paths == [[f"read {path}"] for path in files[:3]]
    assert f"[Denied without asking: read {files[3]}]" in result.text and "[exit 1" in result.text
    assert (desk.project / "runs").read_text() == "ran\n" * 4


def test_a_command_that_is_stopped_while_it_asks_is_not_run_again(top):
    desk = Desk(top, "kernel")
    desk.person.answer = lambda _: None

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call(desk.hidden(f"echo ran >> runs; cat {desk.outside}/data.txt")))
        await until(lambda: desk.person.asked)
        await desk.shell.stop_call("c1", "the user")
        return await call

    assert desk.play(scenario).command.why == "stopped by the user"
    assert (desk.project / "runs").read_text() == "ran\n"


def test_leave_taken_back_just_before_the_second_run_ends_that(top, monkeypatch):
    desk = Desk(top, "kernel")
    desk.person.answer = lambda _: "session"
    runs = []

    async def scenario():
        loop = asyncio.get_running_loop()

        def revoking(policy, *args, **more):
            rules = confinement(policy, *args, **more)
            runs.append(policy.grants)
            if len(runs) == 2:
                desk.person.now = Policy(desk.project, (), desk.person.now.places)
                ended = asyncio.run_coroutine_threadsafe(desk.shell.end_without_leave(), loop)
                with contextlib.suppress(TimeoutError):
                    ended.result(0.3)  # it ends once the second run has
            return rules

        monkeypatch.setattr(shell, "confinement", revoking)
        return await desk.shell_call(desk.hidden(f"cat {desk.outside}/data.txt && sleep 77"))

    result = desk.play(scenario)
    assert runs == [frozenset(), {"grant-0"}]
    assert "taken back" in result.text


def test_where_nothing_holds_a_command_an_agent_that_may_not_write_runs_none(top):
    desk = Desk(top, "parsed only")
    desk.person.now = replace(desk.person.now, operations=frozenset(("read", "execute")))
    error = desk.error(desk.hidden("echo evil > made"))
    assert error.tool_code == "shell_off" and "may not write" in error.message
    assert not (desk.project / "made").exists()


@pytest.mark.parametrize("level", ["kernel+live", "kernel"])
def test_leave_to_read_a_secret_and_leave_to_write_around_it_do_not_add_up(top, level):
    desk = Desk(top, level)
    secret = desk.outside / ".netrc"
    secret.write_text("password\n")
    desk.person.now = desk.person.now.also(Rule("write", desk.outside, "session", "g1"))
    desk.person.answer = lambda reaches: "once" if reaches[0].operation == "read" else "deny"
    hidden = desk.hidden(
        f"echo pwned > {secret}; echo fine > {desk.outside}/beside; echo new > {desk.outside}/data.txt"
    )
    result = desk.run(f"cat {secret}; {hidden}; cat {secret}")
    assert result.text.count("password\n") == 2 and secret.read_text() == "password\n"
    assert (desk.outside / "data.txt").read_text() == "new\n"
    if level == "kernel+live":  # else nothing new is made beside what is hidden
        assert (desk.outside / "beside").read_text() == "fine\n"


def test_at_kernel_leave_to_read_is_no_leave_to_run(top):
    desk = Desk(top, "kernel")
    program = desk.outside / "run"
    program.write_bytes(Path("/bin/echo").resolve().read_bytes())
    program.chmod(0o755)
    desk.person.now = desk.person.now.also(Rule("read", desk.outside, "session", "g1"))
    desk.person.answer = once
    result = desk.run(desk.hidden(f"{program} it ran"))
    assert desk.person.paths == [[f"execute {program}"]] and result.text.startswith("it ran\n")


@pytest.mark.parametrize("level", ["kernel+live", "kernel"])
def test_the_kernel_keeps_an_agent_that_may_not_write_from_it(top, level):
    desk = Desk(top, level)
    desk.person.answer = once
    desk.person.now = replace(desk.person.now, operations=frozenset(("read", "execute")))
    script = "cat hidden.sh > /dev/null && echo seen; echo mine > $TMPDIR/x && echo kept; echo evil > made"
    result = desk.run(desk.hidden(script))
    assert result.text.startswith("seen\nkept\n") and not (desk.project / "made").exists()
