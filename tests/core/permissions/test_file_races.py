"""Somebody swaps links while files are read and written: nothing outside is ever read or written."""

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.protocol.errors import ToolError

SECONDS = 1.5


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder, text in (("project/inner", b"inside"), ("outside", b"SECRET")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_bytes(text)
    (tmp_path / "project" / "file").write_bytes(b"inside")
    return tmp_path / "project"


@contextmanager
def swapping(swap: Callable[[], None]) -> Iterator[None]:
    """Swap over and over in another thread."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            swap()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


LIBC = ctypes.CDLL(None, use_errno=True)
needs_exchange = pytest.mark.skipif(not hasattr(LIBC, "renameat2"), reason="names can be exchanged on Linux only")


def exchange(name: Path, target: Path) -> Callable[[], None]:
    """Exchanges `name` and a link to the target, in one system call: the name is always one or the other."""
    link = name.with_name("link")
    link.symlink_to(target)

    def swap() -> None:
        here, exchanged = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        assert LIBC.renameat2(here, os.fsencode(name), here, os.fsencode(link), exchanged) == 0
        if not name.is_symlink() and not link.is_symlink():
            link.unlink()  # the writer put a file in the place of the link, which it may
            link.symlink_to(target)

    return swap


@needs_exchange
@pytest.mark.slow
@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_reading(project: Path, swapped: str) -> None:
    files = Files(project)
    outside = project.parent / "outside"
    name, target = (project / "file", outside / "file") if swapped == "file" else (project / "inner", outside)
    seen: dict[str, int] = {}
    with swapping(exchange(name, target)):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                result = files.read("file" if swapped == "file" else "inner/file").data.decode()
            except ToolError as error:
                result = error.tool_code
            seen[result] = seen.get(result, 0) + 1
    assert "SECRET" not in seen
    assert seen["inside"] > 10
    assert seen["outside_project"] > 10, "the race was never met"
    assert set(seen) <= {"inside", "outside_project", "changed"}


@needs_exchange
@pytest.mark.slow
@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_writing(project: Path, swapped: str) -> None:
    files = Files(project)
    outside = project.parent / "outside"
    name, target = (project / "new", outside / "new") if swapped == "file" else (project / "inner", outside)
    path = "new" if swapped == "file" else "inner/new"
    if swapped == "file":
        name.write_bytes(b"")
    done: dict[str, int] = {}
    with swapping(exchange(name, target)):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                known = files.read_if_there(path)
                files.write(path, os.urandom(4), known.fingerprint if known else None)
                result = "written"
            except ToolError as error:
                result = error.tool_code
            done[result] = done.get(result, 0) + 1
    assert sorted(path.name for path in outside.iterdir()) == ["file"]
    assert (outside / "file").read_bytes() == b"SECRET"
    assert done["written"] > 10
    assert done["outside_project"] > 10, "the race was never met"


@pytest.mark.slow
def test_a_reader_meets_the_old_or_the_new_version(project: Path) -> None:
    files = Files(project)
    versions = (b"a" * 200_000, b"b" * 300_000)
    (project / "file").write_bytes(versions[0])
    turn = 0

    def write() -> None:
        nonlocal turn
        turn += 1
        files.write("file", versions[turn % 2], files.read("file").fingerprint)

    with swapping(write):
        end = time.monotonic() + 1
        seen = set()
        while time.monotonic() < end:
            data = (project / "file").read_bytes()
            assert data in versions
            seen.add(data)
    assert len(seen) == 2
