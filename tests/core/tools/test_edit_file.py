"""edit_file."""

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch_jupyter.core.permissions.policy import OutsideProject

SOURCE = "def f():\n    return 1\n\n\ndef g():\n    return 1\n"


@pytest.fixture
def known(agent: Any) -> Any:
    """An agent that has read a file."""
    agent.put("a.py", SOURCE)
    agent.call("read_file", path="a.py")
    return agent


def test_replaces_a_unique_block(known: Any) -> None:
    result = known.call("edit_file", path="a.py", old_text="def g():\n    return 1", new_text="def g():\n    return 2")
    assert known.read_bytes("a.py").decode() == SOURCE[:-2] + "2\n"
    assert result.text == "Edited `a.py` at line 5. Lines added: 1, removed: 1."
    (change,) = result.changes
    assert (change.path, change.added, change.removed, change.created) == ("a.py", 1, 1, False)
    assert change.diff == "@@ -3,4 +3,4 @@\n \n \n def g():\n-    return 1\n+    return 2"


def test_edits_follow_each_other_without_reading_again(known: Any) -> None:
    known.call("edit_file", path="a.py", old_text="def f", new_text="def h")
    known.call("edit_file", path="a.py", old_text="def h", new_text="def i")
    assert known.read_bytes("a.py").startswith(b"def i")


def test_several_places(known: Any) -> None:
    error = known.error("edit_file", path="a.py", old_text="return 1", new_text="return 2")
    assert error.tool_code == "many_matches"
    assert error.message == "old_text stands in `a.py` 2 times: line 2, line 6."
    assert known.read_bytes("a.py").decode() == SOURCE
    text = known.text("edit_file", path="a.py", old_text="return 1", new_text="return 2", replace_all=True)
    assert "in 2 places" in text
    assert known.read_bytes("a.py").count(b"return 2") == 2


def test_places_without_number(agent: Any) -> None:
    agent.put("a.txt", "a" * 100_000)
    agent.call("read_file", path="a.txt")
    edit = {"path": "a.txt", "old_text": "a", "new_text": "b"}
    assert agent.code("edit_file", **edit) == "many_matches"
    assert "20,000 times or more" in agent.error("edit_file", **edit, replace_all=True).message
    assert agent.read_bytes("a.txt") == b"a" * 100_000


def test_no_place_shows_the_nearest(known: Any) -> None:
    error = known.error("edit_file", path="a.py", old_text="def g():\n    return 3", new_text="x")
    assert error.tool_code == "no_match"
    assert "5\tdef g():\n6\t    return 1" in error.hint
    assert known.read_bytes("a.py").decode() == SOURCE


def test_a_shift_is_told(agent: Any) -> None:
    agent.put("a.py", "class A:\n    def f(self):\n        pass\n")
    agent.call("read_file", path="a.py")
    text = agent.text(
        "edit_file", path="a.py", old_text="def f(self):\n    pass", new_text="def f(self):\n    return 1"
    )
    assert "4 more characters of indentation" in text
    assert agent.read_bytes("a.py") == b"class A:\n    def f(self):\n        return 1\n"
    error = agent.error("edit_file", path="a.py", old_text=" " * 8 + "def f(self):", new_text="x")
    assert "Copy old_text and new_text" in error.hint


def test_unread_and_changed_files_are_refused(agent: Any) -> None:
    agent.put("a.py", SOURCE)
    edit = {"path": "a.py", "old_text": "def f", "new_text": "def x"}
    assert agent.code("edit_file", **edit) == "not_read"
    agent.call("read_file", path="a.py")
    agent.put("a.py", SOURCE + "# by somebody else\n")
    assert agent.code("edit_file", **edit) == "changed"
    agent.call("read_file", path="a.py")
    agent.call("edit_file", **edit)
    assert agent.read_bytes("a.py").endswith(b"# by somebody else\n")


def test_a_part_that_was_read_is_enough(agent: Any) -> None:
    agent.put("a.py", SOURCE)
    agent.call("read_file_slice", path="a.py", line=1)
    agent.call("edit_file", path="a.py", old_text="def f", new_text="def x")


@pytest.mark.parametrize(
    ("data", "old", "new", "after"),
    [
        (b"a\r\nb\r\n", "a\nb", "x\ny", b"x\r\ny\r\n"),
        (b"\xef\xbb\xbfa\nb", "a", "x", b"\xef\xbb\xbfx\nb"),
        ("\ufeffä\r\nb".encode("utf-16-le"), "ä\nb", "ö\nc", "\ufefföy".replace("y", "\r\nc").encode("utf-16-le")),
        ("grün\n".encode("latin-1"), "n", "ß", "grüß\n".encode("latin-1")),
        ("👍🏽 é\n".encode(), "é", "ñ", "👍🏽 ñ\n".encode()),
        (b"a\x0cb\rc\nd\n", "d", "e", b"a\x0cb\rc\ne\n"),
        (b"\x80\x81 a\n", "a", "b", b"\x80\x81 b\n"),
    ],
)
def test_bytes_around_the_edit_stay(agent: Any, data: bytes, old: str, new: str, after: bytes) -> None:
    agent.put("a.txt", data)
    agent.call("read_file", path="a.txt")
    agent.call("edit_file", path="a.txt", old_text=old, new_text=new)
    assert agent.read_bytes("a.txt") == after


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"old_text": "", "new_text": "x"}, "no_match"),
        ({"old_text": "def f", "new_text": "def f"}, "no_change"),
        ({"old_text": "\n\n\ndef g", "new_text": "\r\n\r\n\r\ndef g"}, "no_change"),
        ({"old_text": "def f", "new_text": "\0"}, "binary"),
        ({"old_text": "def f", "new_text": "\ud800"}, "invalid_arguments"),
        ({"old_text": "\ud800", "new_text": "x"}, "invalid_arguments"),
        ({"old_text": "def f", "new_text": "x" * 10_000_000}, "too_large"),
        ({"old_text": "def f"}, "invalid_arguments"),
        ({"path": "missing.py", "old_text": "a", "new_text": "b"}, "not_found"),
        ({"path": "/etc/passwd", "old_text": "a", "new_text": "b"}, "outside_project"),
        ({"path": ".", "old_text": "a", "new_text": "b"}, "not_a_file"),
    ],
)
def test_bad_input(known: Any, arguments: dict[str, Any], code: str) -> None:
    assert known.code("edit_file", **{"path": "a.py", **arguments}) == code
    assert known.read_bytes("a.py").decode() == SOURCE


def test_a_character_the_encoding_lacks(agent: Any) -> None:
    agent.put("a.txt", "grün".encode("latin-1"))
    agent.call("read_file", path="a.txt")
    error = agent.error("edit_file", path="a.txt", old_text="grün", new_text="€")
    assert error.tool_code == "encoding"
    assert "'\\u20ac'" in error.message


def notebook(*sources: list[str] | str) -> dict[str, Any]:
    return {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": 1,
                "id": f"c{index}",
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for index, source in enumerate(sources)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.mark.parametrize("style", [{"indent": 1}, {"indent": 2, "ensure_ascii": True}, {"indent": None}])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_notebook_is_edited_in_its_cells(agent: Any, style: dict[str, Any], end: str) -> None:
    def dump(value: Any) -> str:
        return json.dumps(value, **{"ensure_ascii": False, **style}) + end

    agent.put("n.ipynb", dump(notebook(["import os\n", "x = 'ü'\n", "print(x)"], 'text "quoted"\nmore')))
    assert "print(x)" in agent.text("read_file", path="n.ipynb")
    result = agent.call("edit_file", path="n.ipynb", old_text="x = 'ü'\nprint(x)", new_text="y = 'é'\nprint(y)\n")
    assert "in cell 0" in result.text
    after = notebook(["import os\n", "y = 'é'\n", "print(y)\n"], 'text "quoted"\nmore')
    assert agent.read_bytes("n.ipynb").decode() == dump(after)
    agent.call("edit_file", path="n.ipynb", old_text='"quoted"\nmore', new_text="'q'")
    assert json.loads(agent.read_bytes("n.ipynb"))["cells"][1]["source"] == "text 'q'"


def test_a_block_must_be_in_one_cell_and_unique(agent: Any) -> None:
    agent.put("n.ipynb", json.dumps(notebook("a = 1", "b = 1", "x = [1]\na = 1")))
    agent.call("read_file", path="n.ipynb")
    error = agent.error("edit_file", path="n.ipynb", old_text="a = 1", new_text="a = 2")
    assert "2 times: cell 0 line 1, cell 2 line 2" in error.message
    assert agent.code("edit_file", path="n.ipynb", old_text="a = 1\nb = 1", new_text="") == "no_match"
    assert agent.code("edit_file", path="n.ipynb", old_text='"cell_type"', new_text="") == "no_match"
    agent.call("edit_file", path="n.ipynb", old_text="a = 1", new_text="a = 2", replace_all=True)
    sources = [cell["source"] for cell in json.loads(agent.read_bytes("n.ipynb"))["cells"]]
    assert sources == ["a = 2", "b = 1", "x = [1]\na = 2"]


def test_an_unusual_notebook_keeps_its_data(agent: Any) -> None:
    odd = '{"nbformat":4,  "metadata":{}, "cells":[{"cell_type":"raw","source":["a"],"n":1.50}]}'
    agent.put("n.ipynb", odd)
    agent.call("read_file", path="n.ipynb")
    agent.call("edit_file", path="n.ipynb", old_text="a", new_text="b")
    assert json.loads(agent.read_bytes("n.ipynb")) == json.loads(odd.replace('"a"', '"b"'))


def test_a_broken_notebook_is_repaired_as_text(agent: Any) -> None:
    whole = json.dumps(notebook("a = 1"), indent=1)
    agent.put("n.ipynb", "<<<<<<< ours\n" + whole + "\n>>>>>>> theirs\n")
    assert agent.code("read_file", path="n.ipynb") == "invalid_notebook"
    agent.call("read_file", path="n.ipynb", raw=True)
    text = agent.text("edit_file", path="n.ipynb", old_text="<<<<<<< ours\n", new_text="")
    assert "still not a usable notebook" in text
    text = agent.text("edit_file", path="n.ipynb", old_text=">>>>>>> theirs\n", new_text="")
    assert "still not" not in text
    assert "a = 1" in agent.text("read_file", path="n.ipynb")


@pytest.mark.parametrize("there", [True, False])
def test_outside_the_one_question_is_for_writing(agent: Any, tmp_path: Path, there: bool) -> None:
    file = tmp_path.resolve() / "outside.txt"
    if there:
        file.write_text("a")
    for path in (str(file), "../outside.txt"):
        error = agent.error("edit_file", path=path, old_text="a", new_text="b")
        assert isinstance(error, OutsideProject)
        assert (error.reach.operation, error.reach.path) == ("write", str(file))
