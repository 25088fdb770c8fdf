"""Commands: output, exit, killing, spilling, and what happens when somebody dies."""
# one command a line is easier to read than a broken one
# ruff: noqa: E501

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dispatch_jupyter.core.protocol.errors import ToolError
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.sandbox.types import Launch, Rules
from pace import pace

LEVELS = ["parsed only", "kernel", "kernel+live"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the launcher needs Linux"),
]


@pytest.mark.parametrize("level", LEVELS)
def test_output_exit_code_and_duration(boxed, level) -> None:
    async def scenario(box) -> None:
        ran = await box.run("echo out; echo err >&2; echo 'é' $HOME; sleep 0.2; exit 7")
        assert ran.text == f"out\nerr\né {box.base}/home\n"
        assert "".join(ran.live) == ran.text
        assert (ran.exit.code, ran.exit.signal, ran.exit.killed) == (7, None, None)
        assert ran.exit.output_bytes == len(ran.text.encode())
        assert 0.2 <= ran.exit.seconds < 30

    boxed(level, scenario)


def test_a_signal_is_named(boxed) -> None:
    async def scenario(box) -> None:
        ran = await box.run("kill -SEGV $$")
        assert (ran.exit.code, ran.exit.signal) == (None, "SIGSEGV")

    boxed("kernel", scenario)


def test_nothing_is_inherited(boxed, monkeypatch) -> None:
    async def scenario(box) -> None:
        ran = await box.run("env; ls -l /proc/self/fd | grep -v self; readlink /proc/self/fd/0; umask; ulimit -c")
        assert "KEY" not in ran.text
        assert "socket:" not in ran.text
        assert "/dev/null\n" in ran.text
        assert ran.text.endswith("\n0\n")

    monkeypatch.setenv("SECRET_KEY", "KEY")
    boxed("kernel+live", scenario)


def test_output_comes_as_it_is_printed(boxed) -> None:
    async def scenario(box) -> None:
        live: list[str] = []
        command = await box.start("echo first; sleep 30; echo second", live.append)
        assert command.pid > 0
        while not live:
            await asyncio.sleep(0.01)
        assert live == ["first\n"]
        assert command.output().text == "first\n"
        await command.kill("seen enough")
        ended = await command.wait()
        assert (ended.signal, ended.killed) == ("SIGKILL", "seen enough")
        assert ended.seconds < 25

    boxed("kernel", scenario)


def test_characters_are_not_cut(boxed) -> None:
    async def scenario(box) -> None:
        ran = await box.run("for i in 1 2 3; do printf '\\303'; sleep 0.15; printf '\\251'; done; printf '\\377'")
        assert "".join(ran.live) == ran.text == "ééé\N{REPLACEMENT CHARACTER}"

    boxed("kernel", scenario)


def test_a_missing_program_and_a_missing_folder_are_told(boxed) -> None:
    async def scenario(box) -> None:
        for argv, cwd in ((("no-such-program",), box.project), (("true",), box.project / "missing")):
            launch = Launch(argv, cwd, box.environ(), box.rules())
            with pytest.raises(ToolError, match="was not run") as raised:
                await box.sandbox.start(launch, ask=None, on_output=lambda text: None)
            assert raised.value.tool_code == "sandbox"
        assert (await box.run("echo fine")).text == "fine\n"

    boxed("kernel+live", scenario)


def test_it_does_not_run_where_it_cannot_be_confined(base) -> None:
    """A launcher that believes in a better Landlock than there is."""

    async def scenario() -> None:
        sandbox = Sandbox("kernel")
        if (await sandbox.level()).name != "kernel":
            pytest.skip("the kernel cannot confine here")
        broken = "raise OSError('Landlock is broken')\n"
        texts = sandbox._sources
        texts["launcher.child"] = texts["launcher.child"].replace("    landlock.restrict(rules)\n", f"    {broken}")
        assert broken in texts["launcher.child"]
        launch = Launch(("touch", str(base / "ran")), base, {"PATH": "/usr/bin:/bin"}, Rules(write=(str(base),)))
        with pytest.raises(ToolError, match="Landlock is broken"):
            await sandbox.start(launch, ask=None, on_output=lambda text: None)
        await sandbox.close()

    asyncio.run(scenario())
    assert not (base / "ran").exists()


# --- floods


def test_a_flood_is_bounded_and_does_not_hold_up_the_loop(boxed) -> None:
    async def scenario(box) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        lags: list[float] = []
        ticker = asyncio.create_task(_tick(lags))
        spill = box.base / "spill"
        ran = await box.run("echo start; yes | head -c 1G; echo end", spill=spill, spill_limit=1_000_000)
        ticker.cancel()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert ran.exit.output_bytes == (1 << 30) + 10
        assert ran.exit.spilled_bytes == spill.stat().st_size == 1_000_000
        assert ran.text.startswith("start\ny\n")
        assert ran.text.endswith("y\nend\n")
        assert "bytes left out" in ran.text
        assert len(ran.text) < 140_000
        assert grown < 20_000, f"{grown} KiB more"
        assert max(len(text) for text in ran.live) <= 33_000
        assert len(ran.live) < 15 * (ran.exit.seconds + 1)
        assert sorted(lags)[len(lags) * 95 // 100] < 0.3 * pace()

    boxed("kernel", scenario)


async def _tick(lags: list[float]) -> None:
    while True:
        started = time.monotonic()
        await asyncio.sleep(0.01)
        lags.append(time.monotonic() - started - 0.01)


def test_all_output_is_spilled(boxed) -> None:
    async def scenario(box) -> None:
        ran = await box.run("seq 100000", spill=box.base / "spill")
        text = (box.base / "spill").read_text()
        assert text == "".join(f"{number}\n" for number in range(1, 100_001))
        assert ran.exit.spilled_bytes == ran.exit.output_bytes == len(text)
        assert (box.base / "spill").stat().st_mode & 0o777 == 0o600
        output = ran.text
        assert text.startswith(output[:60_000])
        assert text.endswith(output[-60_000:])

    boxed("kernel", scenario)


def test_a_spill_file_is_not_reached_through_a_link(boxed) -> None:
    async def scenario(box) -> None:
        (box.base / "spill").symlink_to(box.outside / "secret")
        with pytest.raises(ToolError):
            await box.run("echo x", spill=box.base / "spill")
        assert (box.outside / "secret").read_text() == "the secret\n"

    boxed("kernel", scenario)


# --- killing

SURVIVORS = {
    "plain": "sleep 301 & sleep 302",
    "setsid": "setsid sleep 303 & sleep 302",
    "double fork": "(setsid sh -c 'sleep 304 & sleep 305 & exec true') & sleep 302",
    "nohup": "nohup setsid sleep 306 >/dev/null 2>&1 & disown; sleep 302",
    "respawner": "sh -c 'while true; do setsid sleep 0.05; done' & sleep 302",
    "ignores signals": "sh -c 'trap \"\" TERM HUP INT; sleep 307' & sleep 302",
    "stopped": "sleep 308 & kill -STOP $!; sleep 302",
    "daemon": (
        'python3 -S -c "import os, time\nif os.fork(): os._exit(0)\nos.setsid()\n'
        'if os.fork(): os._exit(0)\nos.closerange(0, 99)\ntime.sleep(309)" & sleep 302'
    ),
    "forks on": (
        'python3 -S -c "import os, time\nwhile True:\n  if os.fork(): os._exit(0)\n  time.sleep(0.001)" & sleep 302'
    ),
}


@pytest.mark.parametrize("kind", SURVIVORS)
@pytest.mark.parametrize("level", ["parsed only", "kernel+live"])
def test_killing_leaves_nothing(boxed, level, kind) -> None:
    async def scenario(box) -> None:
        command = await box.start(SURVIVORS[kind], lambda text: None)
        await asyncio.sleep(0.4)
        assert _of(box.project), "there is something to kill"
        started = time.monotonic()
        await command.kill("test")
        assert time.monotonic() - started < 15
        assert _of(box.project) == []

    boxed(level, scenario)


@pytest.mark.parametrize("kind", SURVIVORS)
def test_nothing_outlives_its_command(boxed, kind) -> None:
    async def scenario(box) -> None:
        ran = await box.run(SURVIVORS[kind].removesuffix("sleep 302") + "sleep 0.2; echo done")
        assert ran.text.endswith("done\n")
        assert ran.exit.seconds < 40
        assert _of(box.project) == []

    boxed("kernel", scenario)


def test_a_substitution_may_finish(boxed) -> None:
    async def scenario(box) -> None:
        assert (await box.run("echo one > >(sleep 0.05; cat); echo two")).text == "two\none\n"

    boxed("kernel", scenario)


def test_killing_twice_and_after_the_end_is_fine(boxed) -> None:
    async def scenario(box) -> None:
        command = await box.start("sleep 60", lambda text: None)
        await asyncio.gather(command.kill("first"), command.kill("second"))
        await command.kill("third")
        assert (await command.wait()).killed == "first"

    boxed("kernel", scenario)


@pytest.mark.slow
def test_many_processes_are_ended(boxed) -> None:
    async def scenario(box) -> None:
        bomb = "f() { [ $1 -gt 0 ] && { f $(($1 - 1)) & f $(($1 - 1)) & }; sleep 60; }; f 7"
        command = await box.start(bomb, lambda text: None)
        await asyncio.sleep(1)
        assert len(_of(box.project)) > 50
        await command.kill("test")
        assert _of(box.project) == []

    boxed("kernel", scenario)


def _of(folder: Path) -> list[str]:
    """Processes of a command, known by their working folder; zombies do not count."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


# --- deaths


def test_closing_the_sandbox_ends_everything(boxed) -> None:
    async def scenario(box) -> None:
        command = await box.start("sleep 60", lambda text: None)
        await box.sandbox.close()
        assert (await command.wait()).killed == "the server ends"
        assert _of(box.project) == []
        with pytest.raises(ToolError):
            await box.run("echo x")

    boxed("kernel", scenario)


@pytest.mark.parametrize("level", ["parsed only", "kernel+live"])
def test_a_killed_server_leaves_nothing(base, level) -> None:
    script = f"""
import asyncio
from pathlib import Path
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.sandbox.types import Launch, Rules

async def main():
    sandbox = Sandbox({level!r})
    rules = Rules(write=({str(base)!r}, "/dev/null"), execute=("/usr", "/bin", "/lib", "/lib64"), read=("/etc", "/proc"))
    for _ in range(2):
        launch = Launch(("bash", "-c", "setsid sleep 60 & sleep 60"), Path({str(base / "project")!r}), {{"PATH": "/usr/bin:/bin"}}, rules)
        await sandbox.start(launch, ask=None, on_output=print)
    print("running", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert server.stdout
    assert server.stdout.readline() == "running\n"
    below = psutil.Process(server.pid).children(recursive=True)
    assert len(_of(base / "project")) >= 4
    server.kill()
    server.wait()
    server.stdout.close()
    _, left = psutil.wait_procs(below, timeout=5)
    assert left == []
    assert _of(base / "project") == []


def test_a_killed_launcher_is_started_again(boxed, caplog) -> None:
    async def scenario(box) -> None:
        before = await box.start("sleep 0.5; echo went on", lambda text: None)
        launcher = box.sandbox._launcher._process
        launcher.kill()
        launcher.wait()
        assert (await box.run("echo again")).text == "again\n"
        await before.wait()
        assert before.output().text == "went on\n"

    boxed("kernel", scenario)


def test_a_killed_supervisor_takes_its_command_along(boxed) -> None:
    async def scenario(box) -> None:
        command = await box.start("setsid sleep 60 & sleep 60", lambda text: None)
        await asyncio.sleep(0.2)
        os.kill(psutil.Process(command.pid).ppid(), signal.SIGKILL)
        ended = await command.wait()
        assert ended.killed
        assert ended.signal == "SIGKILL"
        for _ in range(100):
            if not _of(box.project):
                break
            await asyncio.sleep(0.05)
        assert _of(box.project) == []
        assert (await box.run("echo again")).text == "again\n"

    boxed("kernel", scenario)


def test_a_stuck_supervisor_is_killed(boxed, monkeypatch) -> None:
    async def scenario(box) -> None:
        monkeypatch.setattr("dispatch_jupyter.core.sandbox.supervised.KILL_SECONDS", 0.2)
        monkeypatch.setattr("dispatch_jupyter.core.sandbox.supervised._GRACE", 0.3)
        command = await box.start("sleep 60", lambda text: None)
        os.kill(psutil.Process(command.pid).ppid(), signal.SIGSTOP)
        await command.kill("test")
        assert (await command.wait()).killed == "test"
        await asyncio.sleep(0.5)
        assert _of(box.project) == []

    boxed("kernel", scenario)


def test_a_command_that_nobody_waits_for_any_more_is_killed(boxed) -> None:
    async def scenario(box) -> None:
        starting = asyncio.create_task(box.start("sleep 60", lambda text: None))
        await asyncio.sleep(0)
        while not box.sandbox._commands:
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        assert _of(box.project) == []

    boxed("kernel", scenario)


def test_many_at_once(boxed) -> None:
    async def scenario(box) -> None:
        ran = await asyncio.gather(*(_echo(box, number) for number in range(20)))
        assert ran == [f"{number}\n" for number in range(20)]

    boxed("kernel+live", scenario)


async def _echo(box, number: int) -> str:
    command = await box.start(f"echo {number}", lambda text: None)
    await command.wait()
    return command.output().text
