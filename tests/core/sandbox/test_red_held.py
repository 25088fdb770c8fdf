"""Attacks that were held, so that they stay so: floods, crowds of waiting calls, hidden places that are moved."""

import asyncio
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
]

LEVELS = ("kernel+live", "kernel")


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_left_behind_and_prints_without_end_is_ended(boxed, level) -> None:
    async def scenario(box) -> None:
        ran = await asyncio.wait_for(box.run("yes & yes & yes & exit 3"), 30)
        assert ran.exit.code == 3
        assert ran.exit.output_bytes > 0

    boxed(level, scenario)


def test_a_crowd_that_waits_for_one_answer_can_be_killed(boxed) -> None:
    """Each waiting call costs the supervisor a descriptor: it must not run out of them before it can kill."""
    crowd = """
import os, threading
def reach():
    try: os.open("../outside/secret", os.O_RDONLY)
    except OSError: pass
threading.stack_size(65536)
for _ in range(1200): threading.Thread(target=reach, daemon=True).start()
print("all wait", flush=True)
threading.Event().wait()
"""

    async def scenario(box) -> None:
        (box.project / "crowd.py").write_text(crowd)
        up = asyncio.Event()

        async def never(operation, path) -> bool:
            await asyncio.Event().wait()
            return True

        def show(text: str) -> None:
            if "all" in text:
                up.set()

        command = await box.start("exec python3 -S crowd.py", show, ask=never)
        await asyncio.wait_for(up.wait(), 20)
        await asyncio.wait_for(command.kill("enough"), 20)
        assert (await command.wait()).killed == "enough"
        assert not Path("/proc", str(command.pid)).exists()

    boxed("kernel+live", scenario)


@pytest.mark.parametrize(
    "move",
    [
        "os.rename('deep', 'elsewhere')",
        "os.rename('deep/er', 'elsewhere')",
        "os.mkdir('other') or call(-100, b'other', -100, b'deep', 2)",
        "os.mkdir('other') or call(-100, b'deep', -100, b'other', 2)",
    ],
)
def test_folders_that_hold_something_hidden_are_not_moved_even_by_leave(boxed, base, move) -> None:
    """Moved, it would have a name that nothing hides. Nobody can be asked into it."""
    hidden = base / "project" / "deep" / "er" / "keys"
    hidden.mkdir(parents=True)
    (hidden / "id").write_text("the key\n")
    program = f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    if libc.renameat2(*arguments): raise OSError(ctypes.get_errno(), "renameat2")
try:
    {move}
except OSError as error: print("held", error.errno)
for top, _, names in os.walk("."):
    for name in names:
        if name == "id": print(open(os.path.join(top, name)).read())
"""

    async def scenario(box) -> None:
        (box.project / "move.py").write_text(program)
        ran = await box.run("python3 -S move.py")
        assert "held" in ran.text
        assert "the key" not in ran.text
        assert (hidden / "id").exists()

    boxed("kernel+live", scenario, hidden=(str(hidden),), allow=lambda operation, path: "keys" not in path)
