"""run_shell: a command's way from its arguments to its result."""

import asyncio
import contextlib
import os
import time
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.policy import Rule
from dispatch_jupyter.core.protocol.records import CommandRun
from dispatch_jupyter.core.tools.output import MAX_CHARS, limit
from dispatch_jupyter.core.tools.shell.result import seconds
from dispatch_jupyter.core.tools.shell.settings import ShellSettings
from shell_desk import alive, until

pytestmark = pytest.mark.slow


def test_output_exit_code_and_time_are_told(desk):
    result = desk.run("echo out; echo err >&2; pwd; exit 3")
    *lines, end = result.text.split("\n")
    assert lines == ["out", "err", str(desk.project)]
    assert end.startswith("[exit 3 · 0.") and end.endswith(" s]")
    assert result.command.seconds is not None and end == f"[exit 3 · {seconds(result.command.seconds)}]"
    assert result.command.model_copy(update={"seconds": None}) == CommandRun(cwd=str(desk.project), exit_code=3)
    assert desk.began == [CommandRun(cwd=str(desk.project))]
    assert "".join(desk.shown) == f"out\nerr\n{desk.project}\n"
    assert desk.person.asked == [] and desk.person.notes == []


def test_a_command_without_output(desk):
    assert desk.run("true").text.startswith("[exit 0 · ")


def test_a_signal_is_named(desk):
    result = desk.run("kill -TERM $$")
    assert result.text.startswith("[ended by SIGTERM · ") and result.command.signal == "SIGTERM"


def test_no_start_files_and_no_input(desk):
    (desk.home / ".bashrc").write_text("echo rc")
    (desk.home / ".bash_profile").write_text("echo profile")
    desk.environ["BASH_ENV"] = str(desk.project / "evil.sh")
    (desk.project / "evil.sh").write_text("echo evil")
    assert desk.run('read -r line; echo "[$line] $?"').text.startswith("[] ")


def test_the_folder_it_starts_in(desk):
    (desk.project / "sub").mkdir()
    (desk.project / "file").write_text("")
    assert desk.run("pwd", cwd="sub").text.startswith(f"{desk.project}/sub\n")
    assert desk.run("pwd", cwd=f"{desk.project}/sub").text.startswith(f"{desk.project}/sub\n")
    assert desk.run("pwd", cwd=None).text.startswith(f"{desk.project}\n")


@pytest.mark.parametrize(
    ("cwd", "code", "words"),
    [
        ("no/such", "not_found", "no/such"),
        ("file", "not_a_folder", "is not a folder"),
        ("file/x", "not_found", "file/x"),
        (" ", "invalid_arguments", "cwd"),
        ("~no-such-user/x", "not_found", "~no-such-user/x"),
        ("x" * 5_000, "not_found", "xxx"),
    ],
)
def test_a_folder_that_cannot_be_started_in(desk, cwd, code, words):
    (desk.project / "file").write_text("")
    error = desk.error("touch ran", cwd=cwd)
    assert error.tool_code == code and words in error.message and error.hint
    assert not (desk.project / "ran").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"command": ""}, "empty"),
        ({"command": " \n\t"}, "empty"),
        ({"command": "echo a\0b"}, "NUL"),
        ({"command": "#" * 100_001}, "100,001 characters"),
        ({"command": "true", "timeout": 0}, "timeout"),
        ({"command": "true", "timeout": -5}, "timeout"),
        ({"command": "true", "timeout": 10_000_000}, "at most"),
        ({"command": "true", "shell": "zsh"}, "shell"),
        ({"cwd": "."}, "command"),
    ],
)
def test_arguments_that_cannot_be_used(desk, arguments, words):
    async def scenario():
        await desk.call("run_shell", **arguments)

    with pytest.raises(Exception, match=words) as caught:
        desk.play(scenario)
    assert caught.value.tool_code == "invalid_arguments" and caught.value.hint
    assert desk.began == []


def test_what_is_no_shell_is_not_run(desk):
    error = desk.error("touch ran; echo 'open")
    assert error.tool_code == "invalid_command"
    assert not (desk.project / "ran").exists()


def test_a_path_too_long_to_be_one(desk):
    assert "[exit 1" in desk.run(f"cat {'x' * 4_000}").text
    assert desk.error(f"cat /{'x' * 3_000}").tool_code == "denied"


def test_switched_off(desk):
    desk.settings = ShellSettings(enabled=False, off_reason="the server has no password.")
    error = desk.error("touch ran")
    assert error.tool_code == "shell_off" and "the server has no password." in error.message
    assert not (desk.project / "ran").exists()


@pytest.mark.slow
def test_too_long_is_ended_with_all_its_processes(desk):
    result = desk.run("echo begun; setsid sleep 77 & echo $! > pid; sleep 77", timeout=1)
    assert result.text.startswith("begun\n[timed out after 1 s")
    assert result.command.timed_out and result.command.exit_code is None
    assert not alive(int((desk.project / "pid").read_text()))


def test_the_default_time_is_a_setting(desk):
    desk.settings = ShellSettings(timeout=0.3)
    assert desk.run("sleep 77").command.timed_out


def test_processes_left_behind_are_ended(desk):
    desk.run("(setsid sleep 77 & echo $! > pid); sleep 0.1; echo done")
    assert not alive(int((desk.project / "pid").read_text()))


def test_a_cancelled_call_leaves_nothing(desk):
    async def scenario():
        call = asyncio.ensure_future(desk.shell_call("(setsid sleep 77 & echo $! > pid); sleep 77"))
        await until((desk.project / "pid").exists)
        await until((desk.project / "pid").read_text)
        pid = int((desk.project / "pid").read_text())
        assert alive(pid)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert not alive(pid)
        assert not desk.shell.busy

    desk.play(scenario)


def test_a_call_cancelled_at_any_moment_leaves_nothing(desk):
    seconds = f"77.{os.getpid()}"

    async def scenario():
        await desk.shell_call("true")
        for moment in range(16):
            call = asyncio.ensure_future(desk.shell_call(f"sleep {seconds}"))
            await asyncio.sleep(moment * 0.003)
            call.cancel()
            await asyncio.wait({call})
            assert not desk.shell.busy and not _running_with(seconds), moment

    desk.play(scenario)


def test_a_call_cancelled_while_its_command_is_started_leaves_nothing(desk):
    seconds = f"78.{os.getpid()}"

    async def scenario():
        start, started = desk.sandbox.start, asyncio.Event()

        async def slow_start(*args, **more):
            command = await start(*args, **more)
            started.set()
            await asyncio.sleep(0.2)
            return command

        desk.sandbox.start = slow_start
        call = asyncio.ensure_future(desk.shell_call(f"sleep {seconds}"))
        await started.wait()
        call.cancel()
        await asyncio.wait({call})
        assert call.cancelled() and not _running_with(seconds)

    desk.play(scenario)


def _running_with(word: str) -> list[str]:
    """Command lines of processes with this word in them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_text(errors="replace"))
    return [line for line in lines if word in line]


def test_a_flood_is_bounded_and_kept(desk):
    before = time.monotonic()
    result = desk.run("seq 1 2000000; printf '\\033[31mlast\\033[0m\\n'")
    assert time.monotonic() - before < 20
    assert len(result.text) < MAX_CHARS
    first, *_, last, end = result.text.split("\n")
    assert (first, last) == ("1", "\x1b[31mlast\x1b[0m") and end.startswith("[exit 0")
    whole = desk.folder / "out" / "c1.txt"
    assert f"All: {whole} (read_file)" in result.text
    assert whole.stat().st_size == 14_888_896 + 14
    assert sum(map(len, desk.shown)) < 2_000_000
    assert limit(result.text, "c1", desk.folder).spill_path is None, "what is handed over is not cut again"


def test_the_whole_output_is_for_its_owner_only(desk):
    desk.run("seq 1 9999")
    assert (desk.folder.stat().st_mode & 0o777, (desk.folder / "out").stat().st_mode & 0o777) == (0o700, 0o700)
    assert (desk.folder / "out" / "c1.txt").stat().st_mode & 0o777 == 0o600


def test_odd_output(desk):
    result = desk.run(r"printf 'a\xffb\r\n'; printf '10%%\r20%%\r'; printf '99%%\n\0\a'; printf '\xf0\x9f\x98\x80'")
    assert result.text.split("\n")[:3] == ["a\ufffdb", "99%", "😀"]


def test_nobody_looking_on_any_more_does_not_end_a_command(desk):
    def broken(_text):
        raise RuntimeError("the session is gone")

    async def scenario():
        context = desk.context()
        context.show = broken
        tool = desk.toolbox.get("run_shell")
        return await tool.run(tool.arguments(command="echo a; sleep 0.2; echo b"), context)

    assert desk.play(scenario).text.startswith("a\nb\n[exit 0")


def test_commands_have_a_temporary_folder_and_caches_of_their_own(desk):
    result = desk.run('echo x > "$TMPDIR/x" && mkdir -p "$XDG_CACHE_HOME/y" && echo "$TMPDIR"')
    assert result.text.startswith(f"{desk.folder}/tmp\n[exit 0")
    assert desk.run('cat "$TMPDIR/x"').text.startswith("x\n[exit 0")
    assert oct((desk.folder / "tmp").stat().st_mode & 0o777) == "0o700"
    assert desk.person.asked == []


def test_a_command_may_read_what_an_earlier_one_printed(desk):
    whole = desk.folder / "out" / "c1.txt"

    async def scenario():
        await desk.shell_call("seq 1 9999")
        assert (await desk.shell_call(f"tail -1 {whole}")).text.startswith("9999\n[exit 0")
        assert desk.person.asked == []
        desk.person.now = desk.person.now.also(Rule("write", desk.folder, "scratch"))
        assert "exit 1" in (await desk.shell_call(desk.hidden(f"echo x > {whole}"))).text
        assert "exit 1" in (await desk.shell_call(desk.hidden(f"mv {desk.folder}/out {desk.folder}/tmp"))).text

    desk.play(scenario)
    assert whole.read_text().endswith("9999\n")


def test_what_was_told_whole_is_not_kept_twice(desk):
    desk.run("echo short")
    assert list((desk.folder / "out").iterdir()) == []


def test_outputs_may_be_kept_elsewhere(desk, top):
    desk.outputs = top / "outputs"
    text = desk.run("seq 1 9999").text
    assert str(top / "outputs" / "c1.txt") in text
    assert (top / "outputs" / "c1.txt").read_text().endswith("9999\n")
    assert not (desk.folder / "out").exists()


@pytest.mark.slow
def test_pytest_is_coloured_for_people_where_nothing_else_reads_it(desk):
    assert desk.run('echo "$PY_COLORS"').text.startswith("1\n")
    assert desk.run('echo "[$PY_COLORS]" | cat').text.startswith("[]\n")
    (desk.project / "test_a.py").write_text("def test_a(): pass\n")
    assert "\x1b[32m" in desk.run("python -m pytest -q").text


def test_where_there_is_no_place_for_temporary_files_nothing_runs(desk):
    desk.folder.write_text("in the way")
    error = desk.error("touch ran")
    assert error.tool_code == "io" and not (desk.project / "ran").exists()


def test_bounded_number(desk):
    async def scenario():
        calls = [asyncio.ensure_future(desk.shell_call("sleep 77")) for _ in range(16)]
        await desk.running(16)
        with pytest.raises(Exception, match="16 commands and jobs"):
            await desk.shell_call("true")
        await desk.shell.end_agent("s1-a1")
        results = await asyncio.gather(*calls)
        assert all("[ended with its agent" in result.text for result in results)
        assert "[exit 0" in (await desk.shell_call("true")).text

    desk.play(scenario)


def test_a_closed_shell_runs_nothing(desk):
    async def scenario():
        call = asyncio.ensure_future(desk.shell_call("sleep 77"))
        await desk.running()
        await desk.shell.close()
        assert "ended with its session" in (await call).text
        with pytest.raises(Exception, match="being closed"):
            await desk.shell_call("true")

    desk.play(scenario)


def test_nothing_starts_once_the_session_is_closed(desk):
    answered = asyncio.Event()

    async def ask(reaches, command=None):
        desk.person.asked.append((list(reaches), command))
        await answered.wait()
        return ()

    desk.person.ask = ask

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call(f"touch ran; cat {desk.outside}/data.txt"))
        await until(lambda: desk.person.asked)
        assert not desk.shell.busy, "nothing runs yet"
        await desk.shell.close()
        answered.set()
        with pytest.raises(Exception, match="being closed"):
            await call

    desk.play(scenario)
    assert not (desk.project / "ran").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="root may read everything but for the sandbox")
def test_root_is_held_too(desk):
    result = desk.run(desk.hidden("cat /etc/shadow"))
    assert "Permission denied" in result.text and "[exit 1" in result.text
