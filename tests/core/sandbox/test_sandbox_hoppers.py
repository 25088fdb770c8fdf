"""Processes that fork and end all the time: whoever looks for one finds that it is another by now."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
    pytest.mark.slow,
    pytest.mark.alone,  # they fill the table of processes
]

HOPPERS = """
#include <time.h>
#include <unistd.h>
int main(void) {
  time_t until = time(0) + 20;
  for (int number = 0; number < 20; number++)
    if (fork() == 0) {
      setsid(); close(0); close(1); close(2);
      for (unsigned turn = 0;; turn++) {
        if (turn % 64 == 0 && time(0) > until) _exit(0);
        if (fork() > 0) _exit(0);
      }
    }
  write(1, "they hop", 8);
  sleep(20);
}
"""


async def hopping(box):
    """A command of such processes, which end by themselves after 20 s."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler, and nothing else forks fast enough")
    (box.project / "hop.c").write_text(HOPPERS)
    subprocess.run([compiler, "-O1", "-o", "hop", "hop.c"], cwd=box.project, check=True)
    up = asyncio.Event()
    command = await box.start("exec ./hop", lambda text: up.set())
    await asyncio.wait_for(up.wait(), 10)
    await asyncio.sleep(0.5)
    return command


def alive(box) -> list[str]:
    """Such processes in the project, zombies not counted: they have no folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cwd").readlink() == box.project and (folder / "comm").read_text() == "hop\n":
                found.append(folder.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("level", ["kernel", "kernel+live"])
def test_they_do_not_outrun_being_killed(boxed, level) -> None:
    async def scenario(box) -> None:
        command = await hopping(box)
        await asyncio.wait_for(command.kill("enough"), 30)
        assert (await command.wait()).killed == "enough"
        assert alive(box) == []

    boxed(level, scenario)


@pytest.mark.parametrize("others", [False, True])
def test_they_end_as_well_where_their_supervisor_was_killed(boxed, others) -> None:
    """Where there are other commands, the launcher cannot end all its processes at once, until nothing else helps."""

    async def scenario(box) -> None:
        other = await box.start("sleep 30", lambda text: None) if others else None
        command = await hopping(box)
        os.kill(command._supervisor, signal.SIGKILL)
        assert (await command.wait()).signal == "SIGKILL"
        until = time.monotonic() + 14
        while await asyncio.to_thread(alive, box) and time.monotonic() < until:
            await asyncio.sleep(0.1)
        assert alive(box) == []
        assert (await box.run("echo fine")).text == "fine\n"
        if other:
            await other.kill("enough")

    boxed("kernel", scenario)
