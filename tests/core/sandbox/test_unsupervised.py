"""Commands of systems without a supervisor (macOS, Windows), as far as any Unix can run them: processes, output, ends.

What `sandbox-exec` makes of a profile is tested nowhere here, only the profile's text and that it is what is used.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.errors import ToolError
from dispatch_jupyter.core.sandbox import seatbelt, unsupervised
from dispatch_jupyter.core.sandbox.command import Command
from dispatch_jupyter.core.sandbox.launcher.window import KEPT
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.sandbox.types import Launch, Rules

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these commands are for a Unix shell")

ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin", "ONLY": "this"}


def launch(folder: Path, command: str, **changes) -> Launch:
    return Launch(("sh", "-c", command), folder, ENVIRON, Rules(), **changes)


def ran(folder: Path, command: str, then: Callable[[Command, list[str]], Awaitable[None]], **changes) -> None:
    """Start a command, do something with it, and see that nothing of it is left."""

    async def whole() -> None:
        live: list[str] = []
        running = await unsupervised.start(launch(folder, command, **changes), live.append)
        try:
            await asyncio.wait_for(then(running, live), 20)
        finally:
            await running.kill("the test is over")
            await asyncio.wait_for(running.closed(), 10)

    asyncio.run(whole())


def gone(process: int) -> bool:
    """Whether a process ended, be it a zombie yet."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        said = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
        if said.stdout.strip().startswith("Z") or not said.stdout.strip():
            return True
        time.sleep(0.02)
    return False


def test_it_runs_where_and_with_what_it_is_told(tmp_path) -> None:
    async def then(running, live) -> None:
        ended = await running.wait()
        assert (ended.code, ended.signal, ended.killed) == (3, None, None)
        assert running.output().text == f"{os.path.realpath(tmp_path)}\nthis none\nerror\n"
        assert "".join(live) == running.output().text
        assert ended.output_bytes == len(running.output().text)
        assert ended.seconds > 0

    ran(tmp_path, 'pwd -P; cat; echo "$ONLY ${HOME:-none}"; echo error >&2; exit 3', then)


def test_a_signal_is_named(tmp_path) -> None:
    async def then(running, live) -> None:
        ended = await running.wait()
        assert (ended.code, ended.signal) == (None, "SIGTERM")

    ran(tmp_path, "kill -TERM $$", then)


def test_output_comes_while_it_runs(tmp_path) -> None:
    async def then(running, live) -> None:
        while "".join(live) != "first\n":
            await asyncio.sleep(0.01)
        (tmp_path / "go").touch()
        await running.wait()
        assert "".join(live) == "first\nsecond\n"

    ran(tmp_path, "echo first; while [ ! -e go ]; do sleep 0.05; done; echo second", then)


def test_of_a_flood_the_ends_are_kept_and_the_file_is_as_long_as_allowed(tmp_path) -> None:
    spill = tmp_path / "spill"

    async def then(running, live) -> None:
        ended = await running.wait()
        assert ended.code == 0
        assert ended.output_bytes == 6_888_896
        assert ended.spilled_bytes == spill.stat().st_size == 1000
        assert spill.read_text().startswith("1\n2\n3\n")
        output = running.output()
        assert output.head.startswith("1\n2\n")
        assert output.tail.endswith("\n1000000\n")
        assert output.omitted == output.total - len(output.head) - len(output.tail)
        assert max(map(len, live)) < 2 * KEPT

    ran(tmp_path, "seq 1000000", then, spill=spill, spill_limit=1000)


def test_killing_ends_the_whole_group(tmp_path) -> None:
    async def then(running, live) -> None:
        while "".join(live).count("\n") < 2:
            await asyncio.sleep(0.01)
        children = [int(line) for line in "".join(live).split()]
        started = time.monotonic()
        await running.kill("it takes too long")
        await running.kill("again")
        assert time.monotonic() - started < 15
        ended = await running.wait()
        assert (ended.code, ended.signal, ended.killed) == (None, "SIGKILL", "it takes too long")
        assert all([await asyncio.to_thread(gone, child) for child in [*children, running.pid]])

    ran(tmp_path, "trap '' TERM HUP INT; sleep 60 & echo $!; (sleep 60; true) & echo $!; wait", then)


def test_what_it_leaves_in_its_group_ends_with_it(tmp_path) -> None:
    async def then(running, live) -> None:
        ended = await running.wait()
        assert ended.code == 0
        assert ended.seconds < 15
        assert await asyncio.to_thread(gone, int(running.output().text))

    ran(tmp_path, "sleep 60 & echo $!", then)


def test_who_left_its_group_does_not_keep_it_waiting(tmp_path, monkeypatch) -> None:
    """It holds the pipe and is not ended: the level's reason says that nothing holds a command."""
    monkeypatch.setattr(unsupervised, "_KILL_SECONDS", 0.3)
    script = tmp_path / "left.py"
    script.write_text("import os, time; os.setsid(); open('pid', 'w').write(str(os.getpid())); time.sleep(60)\n")

    async def then(running, live) -> None:
        ended = await running.wait()
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        assert ended.code == 0
        assert ended.seconds < 10

    ran(tmp_path, f"{sys.executable} {script} & while [ ! -s pid ]; do sleep 0.05; done", then)


def test_a_full_disk_ends_the_file_and_not_the_command(tmp_path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")

    async def then(running, live) -> None:
        ended = await running.wait()
        assert (ended.code, ended.spilled_bytes, ended.output_bytes) == (0, 0, 5)

    ran(tmp_path, "echo fine; true", then, spill=Path("/dev/full"))


@pytest.mark.parametrize(
    "changes",
    [
        {"argv": ("no-such-program",), "spill": "spill"},
        {"argv": ("sh", "-c", "echo \0")},
        {"cwd": "missing"},
        {"spill": "missing/file"},
    ],
    ids=str,
)
def test_what_cannot_be_started_is_told(tmp_path, changes) -> None:
    fields = {"argv": ("true",), "cwd": tmp_path, "environ": ENVIRON, "rules": Rules()} | changes
    fields |= {name: tmp_path / fields[name] for name in ("cwd", "spill") if name in fields}

    async def whole() -> None:
        with pytest.raises(ToolError) as error:
            await unsupervised.start(Launch(**fields), lambda text: None)
        assert error.value.tool_code == "sandbox"
        assert "Nothing of it was started" in (error.value.hint or "")

    asyncio.run(whole())


def test_a_server_that_ends_takes_its_commands_along(tmp_path, monkeypatch) -> None:
    """The whole way: the sandbox of another system, its level, a command, the end."""
    monkeypatch.setattr("dispatch_jupyter.core.sandbox.sandbox.sys.platform", "freebsd")

    async def whole() -> None:
        sandbox = Sandbox()
        assert (await sandbox.level()).name == "parsed only"
        running = await sandbox.start(launch(tmp_path, "sleep 60"), ask=None, on_output=lambda text: None)
        assert isinstance(running, unsupervised.UnsupervisedCommand)
        await asyncio.wait_for(sandbox.close(), 10)
        assert (await running.wait()).killed == "the server ends"
        assert gone(running.pid)

    asyncio.run(whole())


def test_on_macos_it_is_started_under_sandbox_exec_with_its_profile(tmp_path, monkeypatch) -> None:
    """A script stands in for `sandbox-exec`: it shows what it was given and runs the command."""
    program = tmp_path / "sandbox-exec"
    program.write_text('#!/bin/sh\nprintf "%s" "$2" > profile\nshift 2\nexec "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(unsupervised.sys, "platform", "darwin")
    monkeypatch.setattr(seatbelt, "PROGRAM", str(program))
    rules = Rules(write=(str(tmp_path),))

    async def whole() -> None:
        started = Launch(("echo", "two words", "$HOME"), tmp_path, ENVIRON, rules)
        running = await unsupervised.start(started, lambda text: None)
        assert (await running.wait()).code == 0
        await running.closed()
        assert running.output().text == "two words $HOME\n"

    asyncio.run(whole())
    assert (tmp_path / "profile").read_text() == seatbelt.profile(rules)


ODD = (
    "/a b",
    '/say "yes"',
    "/back\\slash",
    "/end\\",
    "/(deny)",
    "/;comment",
    "/new\nline",
    "/näme",
    '/") (allow default) ("',
)


def test_odd_paths_stay_one_string_of_the_profile() -> None:
    text = seatbelt.profile(Rules(write=ODD))
    strings, rest = strings_of(text)
    assert [path for path in strings if path in ODD] == sorted(ODD, key=len)
    assert "allow default" not in rest
    assert rest.count("(") == rest.count(")")


def test_the_innermost_rule_comes_last_and_leave_for_the_very_same_wins() -> None:
    text = seatbelt.profile(Rules(write=("/p",), read=("/p/keys/one", "/"), hidden=("/p/keys", "/q")))
    lines = [line for line in text.splitlines() if "subpath" in line and "ioctl" not in line]
    assert [strings_of(line)[0][0] for line in lines] == ["/", "/q", "/p", "/p/keys", "/p/keys/one"]
    assert [line.split()[0] for line in lines] == ["(allow", "(deny", "(allow", "(deny", "(allow"]
    same = seatbelt.profile(Rules(read=("/p",), hidden=("/p",)))
    assert same.index('(deny file-read* file-write* process-exec* (subpath "/p"))') < same.index(
        '(allow file-read* file-map-executable (subpath "/p"))'
    )


def strings_of(text: str) -> tuple[list[str], str]:
    """The strings of a profile, as its reader takes them, and what is around them."""
    strings: list[str] = []
    rest, inside, escaped = "", False, False
    for character in text:
        if not inside:
            if character == '"':
                strings.append("")
            else:
                rest += character
            inside = character == '"'
        elif escaped or character not in '"\\':
            strings[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            inside = False
    return strings, rest
