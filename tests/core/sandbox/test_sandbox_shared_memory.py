"""Shared memory: a command has its own, and of other programs' what it was given leave for."""

from collections.abc import Iterator
from multiprocessing import shared_memory
from pathlib import Path

import pytest

from sandbox_box import Box, yes

LIVE = "kernel+live"
FOLDER = Path("/dev/shm")
OWN = """python3 -c "
from multiprocessing import Lock, shared_memory
made = shared_memory.SharedMemory(create=True, size=9)
made.buf[:4] = b'mine'
other = shared_memory.SharedMemory(made.name)
print(bytes(other.buf[:4]))
other.close()
made.close()
made.unlink()
Lock()
"
"""
FOLDER_OF_OWN = "mkdir -p /dev/shm/of-own/a && echo 1 > /dev/shm/of-own/a/b && rm -r /dev/shm/of-own"
pytestmark = pytest.mark.slow


@pytest.fixture
def theirs() -> Iterator[Path]:
    made = shared_memory.SharedMemory(create=True, size=16)
    made.buf[:6] = b"secret"
    yield FOLDER / made.name.strip("/")
    made.close()
    made.unlink()


def test_that_of_others_is_asked_about_and_ones_own_works(boxed, theirs) -> None:
    async def scenario(box: Box) -> None:
        ran = await box.run(f"cat {theirs}; echo x > {theirs}; {FOLDER_OF_OWN}; {OWN}echo {theirs.parent}/*")
        assert "secret" not in ran.text and "b'mine'\n" in ran.text, ran.text
        assert str(theirs) in ran.text, "names are no secret"
        assert "of-own" not in ran.text and "rm:" not in ran.text
        assert ran.asked == [("read", str(theirs)), ("write", str(theirs))]

    boxed(LIVE, scenario)
    assert theirs.read_bytes()[:6] == b"secret"


def test_leave_while_it_runs(boxed, theirs) -> None:
    async def scenario(box: Box) -> None:
        ran = await box.run(f"cat {theirs}")
        assert ran.text.startswith("secret") and ran.asked == [("read", str(theirs))]

    boxed(LIVE, scenario, allow=yes)


@pytest.mark.parametrize("covers", ["file", "folder"])
def test_leave_to_read_is_no_leave_to_write(boxed, theirs, covers) -> None:
    async def scenario(box: Box) -> None:
        ran = await box.run(f"cat {theirs} && ! echo x > {theirs} && {OWN}")
        assert ran.text.startswith("secret") and ran.text.endswith("b'mine'\n"), ran.text
        assert ran.asked == [("write", str(theirs))] and ran.exit.code == 0

    boxed(LIVE, scenario, more={"read": (str(theirs if covers == "file" else FOLDER),)})
    assert theirs.read_bytes()[:6] == b"secret"


@pytest.mark.parametrize("wide", ["/", "/dev"])
def test_leave_for_a_folder_around_it_is_none(boxed, theirs, wide) -> None:
    async def scenario(box: Box) -> None:
        ran = await box.run(f"cat {theirs}; echo x > {theirs}; cat {box.outside}/secret; {OWN}")
        assert "the secret" in ran.text or wide == "/dev"
        assert ran.text.endswith("b'mine'\n") and ("read", str(theirs)) in ran.asked
        assert ("write", str(theirs)) in ran.asked

    boxed(LIVE, scenario, more={"write": (wide,)})
    assert theirs.read_bytes()[:6] == b"secret"


def test_that_of_others_stays_theirs_when_they_rename_it(boxed, theirs) -> None:
    other = theirs.with_name("dispatch-renamed")

    async def scenario(box: Box) -> None:
        running = await box.start(f"until test -e {other}; do sleep 0.05; done; cat {other}; echo over", lambda _: None)
        theirs.rename(other)
        await running.wait()
        assert "secret" not in running.output().text and running.output().text.endswith("over\n")
        assert box.asked == [("read", str(other))]

    try:
        boxed(LIVE, scenario)
    finally:
        other.rename(theirs)


@pytest.mark.parametrize("covers", ["file", "folder"])
def test_leave_to_write(boxed, theirs, covers) -> None:
    async def scenario(box: Box) -> None:
        ran = await box.run(f"printf public > {theirs} && {OWN}")
        assert ran.text == "b'mine'\n" and ran.asked == []

    boxed(LIVE, scenario, more={"write": (str(theirs if covers == "file" else FOLDER),)})
    assert theirs.read_bytes()[:6] == b"public"


@pytest.mark.skipif(any(FOLDER.glob("*")), reason="other programs have shared memory here")
def test_where_nobody_has_any_a_folder_of_ones_own_works_too(boxed) -> None:
    async def scenario(box: Box) -> None:
        ran = await box.run(f"{FOLDER_OF_OWN} && {OWN}")
        assert ran.text == "b'mine'\n" and ran.asked == []

    boxed(LIVE, scenario)
