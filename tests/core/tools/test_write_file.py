"""write_file."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from dispatch_jupyter.core.permissions import replace
from dispatch_jupyter.core.permissions.policy import OutsideProject, Rule
from dispatch_jupyter.core.protocol.records import FileChange


def test_creates(agent: Any) -> None:
    result = agent.call("write_file", path="new/hello.py", content='print("hi")\n')
    assert agent.read_bytes("new/hello.py") == b'print("hi")\n'
    assert result.text == "Created `new/hello.py`. Lines added: 1, removed: 0."
    assert result.changes == (
        FileChange(path="new/hello.py", diff='@@ -0,0 +1 @@\n+print("hi")', added=1, removed=0, created=True),
    )


def test_may_write_again_what_it_wrote(agent: Any) -> None:
    agent.call("write_file", path="a.txt", content="one\n")
    result = agent.call("write_file", path="a.txt", content="two\n")
    assert agent.read_bytes("a.txt") == b"two\n"
    assert result.changes[0].diff == "@@ -1 +1 @@\n-one\n+two"
    assert not result.changes[0].created


def test_what_it_has_not_read_is_not_overwritten(agent: Any) -> None:
    agent.put("a.txt", "precious")
    error = agent.error("write_file", path="a.txt", content="new")
    assert error.tool_code == "not_read"
    assert "read_file" in error.hint
    assert agent.read_bytes("a.txt") == b"precious"
    agent.call("read_file", path="a.txt")
    agent.call("write_file", path="a.txt", content="new")
    assert agent.read_bytes("a.txt") == b"new"


def test_what_changed_since_is_not_overwritten(agent: Any) -> None:
    agent.put("a.txt", "one")
    agent.call("read_file", path="a.txt")
    agent.put("a.txt", "precious")
    assert agent.code("write_file", path="a.txt", content="new") == "changed"
    assert agent.read_bytes("a.txt") == b"precious"


def test_the_same_content_is_not_written(agent: Any) -> None:
    path = agent.put("a.txt", "same\n")
    before = path.stat()
    result = agent.call("write_file", path="a.txt", content="same\n")
    assert result.changes == ()
    assert "nothing was written" in result.text
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    agent.call("write_file", path="a.txt", content="new\n")  # it knew the content, so it may


@pytest.mark.parametrize(
    ("before", "content", "after"),
    [
        (b"a\r\nb\r\n", "x\ny\n", b"x\r\ny\r\n"),
        (b"a\r\nb\n", "x\ny\n", b"x\ny\n"),
        (b"a\nb\n", "x\r\ny\r\n", b"x\r\ny\r\n"),
        (b"\xef\xbb\xbfa\n", "x\n", b"\xef\xbb\xbfx\n"),
        ("\ufeffa\n".encode("utf-16-le"), "ü\n", "\ufeffü\n".encode("utf-16-le")),
        ("grün\n".encode("latin-1"), "blau ü\n", "blau ü\n".encode("latin-1")),
        ("grün\n".encode("latin-1"), "10 €\n", "10 €\n".encode()),
    ],
)
def test_keeps_line_endings_and_encoding(agent: Any, before: bytes, content: str, after: bytes) -> None:
    agent.put("a.txt", before)
    agent.call("read_file", path="a.txt")
    agent.call("write_file", path="a.txt", content=content)
    assert agent.read_bytes("a.txt") == after
    assert agent.call("write_file", path="a.txt", content=content).changes == ()


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("../out.txt", "x", "outside_project"),
        ("/tmp/out.txt", "x", "outside_project"),
        ("", "x", "invalid_path"),
        ("folder", "x", "not_a_file"),
        ("folder/", "x", "not_a_file"),
        ("a.txt/x", "x", "not_found"),
        ("n.txt", "a\0b", "binary"),
        ("n.txt", "a\ud83d", "invalid_arguments"),
        ("n.txt", "x" * 10_000_001, "too_large"),
        ("n.ipynb", "print(1)", "invalid_notebook"),
        ("n.ipynb", '{"cells": []}', "invalid_notebook"),
    ],
)
def test_bad_input(agent: Any, path: str, content: str, code: str) -> None:
    agent.put("a.txt", "")
    (agent.root / "folder").mkdir()
    assert agent.code("write_file", path=path, content=content) == code
    assert sorted(found.name for found in agent.root.rglob("*")) == ["a.txt", "folder"]


def test_a_missing_project(agent: Any) -> None:
    agent.root.rename(agent.root.with_name("moved"))
    assert agent.code("write_file", path="a.txt", content="x") == "project"
    assert agent.code("list_files") == "project"
    assert not agent.root.exists()


def test_a_notebook(agent: Any) -> None:
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    agent.call("write_file", path="n.ipynb", content=json.dumps(notebook))
    assert json.loads(agent.read_bytes("n.ipynb")) == notebook


def test_hard_links_are_told(agent: Any) -> None:
    path = agent.put("a.txt", "old")
    (agent.root / "b.txt").hardlink_to(path)
    agent.call("read_file", path="a.txt")
    assert "(hard links: 1) keep the old text" in agent.text("write_file", path="a.txt", content="new")
    assert agent.read_bytes("b.txt") == b"old"


def test_nothing_is_written_after_a_cancel_is_over(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    writing, go_on = threading.Event(), threading.Event()
    fill = replace._fill

    def slowly(handle: int, data: bytes) -> None:
        writing.set()
        assert go_on.wait(30)
        fill(handle, data)

    monkeypatch.setattr(replace, "_fill", slowly)

    async def cancel_it() -> bytes | None:
        call = asyncio.create_task(agent.start("write_file", path="a.txt", content="new"))
        await asyncio.to_thread(writing.wait, 30)
        call.cancel()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
        with pytest.raises(asyncio.CancelledError):
            await call
        found = agent.root / "a.txt"
        return found.read_bytes() if found.exists() else None

    at_the_end_of_the_cancel = asyncio.run(cancel_it())
    assert at_the_end_of_the_cancel == b"new"
    assert [path.name for path in agent.root.iterdir()] == ["a.txt"]


def test_a_cancelled_failure_is_quiet(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def fail(_handle: int, _data: bytes) -> None:
        writing.set()
        assert go_on.wait(30)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replace, "_fill", fail)
    complaints: list[Any] = []

    async def cancel_it() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        call = asyncio.create_task(agent.start("write_file", path="a.txt", content="new"))
        await asyncio.to_thread(writing.wait, 30)
        call.cancel()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
        with pytest.raises(asyncio.CancelledError):
            await call

    asyncio.run(cancel_it())
    assert complaints == []
    assert list(agent.root.iterdir()) == []


@pytest.mark.parametrize("there", [True, False])
def test_outside_the_one_question_is_for_writing(agent: Any, tmp_path: Path, there: bool) -> None:
    file = tmp_path.resolve() / "outside.txt"
    if there:
        file.write_text("a")
    for path in (str(file), "../outside.txt"):
        error = agent.error("write_file", path=path, content="x")
        assert isinstance(error, OutsideProject)
        assert (error.reach.operation, error.reach.path) == ("write", str(file))


def test_with_leave_for_writing_a_file_outside_is_read_and_replaced(agent: Any, tmp_path: Path) -> None:
    file = tmp_path.resolve() / "outside.txt"
    file.write_text("old")
    agent.policy = agent.policy.also(Rule("write", file, "once", exact=True))
    agent.text("read_file", path=str(file))
    agent.text("write_file", path=str(file), content="new")
    assert file.read_text() == "new"
    assert agent.code("write_file", path=f"{file}2", content="new") == "outside_project"
