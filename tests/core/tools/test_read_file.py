"""read_file and read_file_slice."""

import os
from typing import Any

import pytest

from dispatch_jupyter.core.tools.output import limit


def test_numbers_lines(agent: Any) -> None:
    agent.put("a.txt", "one\ntwo\n\nfour")
    assert agent.text("read_file", path="a.txt") == "1\tone\n2\ttwo\n3\t\n4\tfour"


def test_crlf_is_not_shown(agent: Any) -> None:
    agent.put("a.txt", "one\r\ntwo\r\n")
    assert agent.text("read_file", path="a.txt") == "1\tone\n2\ttwo"


def test_only_line_feeds_end_lines(agent: Any) -> None:
    agent.put("a.txt", "one\x0cstill\u2028one\x85\ntwo")
    assert agent.text("read_file", path="a.txt") == "1\tone\x0cstill\u2028one\x85\n2\ttwo"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_says_so(agent: Any, data: bytes) -> None:
    agent.put("a.txt", data)
    assert agent.text("read_file", path="a.txt") == "[`a.txt` is empty]"


def test_pages_by_offset_and_limit(agent: Any) -> None:
    agent.put("a.txt", "".join(f"line {number}\n" for number in range(1, 11)))
    text = agent.text("read_file", path="a.txt", offset=4, limit=2)
    assert text == "4\tline 4\n5\tline 5\n[lines 4-5 of 10; 5 more: go on with offset=6]"
    assert agent.text("read_file", path="a.txt", offset=9) == "9\tline 9\n10\tline 10"
    assert agent.text("read_file", path="a.txt", offset=0, limit=1).startswith("1\tline 1\n")


@pytest.mark.parametrize(("line", "count"), [("short", 1300), ("x" * 150, 1300), ("y" * 5000, 100), ("ü" * 60, 600)])
def test_following_the_pages_gives_every_line_and_none_is_cut_again(agent: Any, line: str, count: int) -> None:
    agent.put("a.txt", "".join(f"{number} {line}\n" for number in range(1, count + 1)))
    offset, seen = 1, []
    while True:
        text = agent.text("read_file", path="a.txt", offset=offset)
        assert limit(text, "c", agent.spill).text == text
        lines = text.split("\n")
        more = lines.pop() if "more: go on with offset=" in lines[-1] else None
        seen += [int(shown.split("\t")[0]) for shown in lines]
        if more is None:
            break
        offset = int(more.split("offset=")[1].rstrip("]"))
    assert seen == list(range(1, count + 1))


def test_long_lines_point_to_the_slice(agent: Any) -> None:
    agent.put("a.txt", "short\n" + "".join(f"{number:05d}" for number in range(3000)))
    shown = agent.text("read_file", path="a.txt").split("\n")[1]
    assert "[line 2 cut: 15,000 characters in all; read_file_slice with line=2, char_offset=2000 goes on]" in shown
    offset, whole = 0, ""
    while True:
        header, part = agent.text("read_file_slice", path="a.txt", line=2, char_offset=offset).split("\n", 1)
        whole += part
        if "more" not in header:
            break
        offset = int(header.split("char_offset=")[1].rstrip("]"))
    assert whole == "".join(f"{number:05d}" for number in range(3000))


def test_slices(agent: Any) -> None:
    agent.put("a.txt", "one\r\nabcdefghij\r\n\r\n")
    slice_of = lambda **more: agent.text("read_file_slice", path="a.txt", **more)  # noqa: E731
    assert slice_of(line=2) == "[line 2 of `a.txt`, characters 0-10 of 10]\nabcdefghij"
    assert slice_of(line=2, char_offset=3, char_length=4) == (
        "[line 2 of `a.txt`, characters 3-7 of 10; 3 more: go on with char_offset=7]\ndefg"
    )
    assert slice_of(line=3) == "[line 3 of `a.txt`, characters 0-0 of 0]\n"
    agent.put("long", "x" * 30_000)
    assert len(agent.text("read_file_slice", path="long", line=1, char_length=30_000)) < 10_000


def test_past_the_end(agent: Any) -> None:
    agent.put("a.txt", "one\ntwo\n")
    error = agent.error("read_file", path="a.txt", offset=3)
    assert (error.tool_code, error.message) == ("out_of_range", "`a.txt` has 2 lines; line 3 is past its end.")
    assert agent.code("read_file_slice", path="a.txt", line=3) == "out_of_range"
    assert agent.code("read_file_slice", path="a.txt", line=1, char_offset=3) == "out_of_range"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("grün €".encode(), "1\tgrün €"),
        ("grün €".encode("utf-8-sig"), "1\tgrün €"),
        ("\ufeffgrün €".encode("utf-16-le"), "1\tgrün €\n[read as utf-16-le]"),
        ("\ufeffgrün €".encode("utf-16-be"), "1\tgrün €\n[read as utf-16-be]"),
        ("\ufeffgrün €".encode("utf-32-le"), "1\tgrün €\n[read as utf-32-le]"),
        ("grün".encode("latin-1"), "1\tgrün\n[read as latin-1]"),
    ],
)
def test_encodings(agent: Any, data: bytes, shown: str) -> None:
    agent.put("a.txt", data)
    assert agent.text("read_file", path="a.txt") == shown


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"x" * 20_000 + b"\0",
        bytes(range(1, 256)) * 4,
        b"\xff\xfea",
        b"\xff\xfe\0\0\0\0\0\0",
    ],
    ids=["png", "late NUL", "noise", "half of UTF-16", "NUL in UTF-32"],
)
def test_binary(agent: Any, data: bytes) -> None:
    agent.put("a.bin", data)
    assert agent.code("read_file", path="a.bin") == "binary"
    assert agent.code("read_file_slice", path="a.bin", line=1) == "binary"
    assert agent.code("write_file", path="a.bin", content="text") == "binary"
    assert agent.seen.fingerprints == {}


def test_bad_files_say_what_to_do(agent: Any) -> None:
    os.mkfifo(agent.root / "pipe")
    (agent.root / "folder").mkdir()
    with agent.put("huge", "").open("r+b") as file:
        file.truncate(20_000_000)
    assert agent.code("read_file", path="pipe") == "not_a_file"
    assert agent.code("read_file", path="huge") == "too_large"
    assert agent.code("read_file", path="/etc/passwd") == "outside_project"
    assert agent.code("read_file", path="missing") == "not_found"
    assert agent.error("read_file", path="folder").hint == "Use list_files to see what is in it."


@pytest.mark.parametrize(
    "arguments",
    [{}, {"path": 3}, {"path": "a", "offset": -1}, {"path": "a", "limit": 0}, {"path": "a", "lines": 3}],
)
def test_bad_arguments(agent: Any, arguments: dict[str, Any]) -> None:
    assert agent.code("read_file", **arguments) == "invalid_arguments"


def test_null_and_numbers_as_text_pass_as_weak_models_write_them(agent: Any) -> None:
    agent.put("a.txt", "one\ntwo\n")
    assert agent.text("read_file", path="a.txt", offset="2", limit=None, raw=None) == "2\ttwo"


def test_reading_remembers_the_version(agent: Any) -> None:
    path = agent.put("a.txt", "one")
    (agent.root / "link").symlink_to("a.txt")
    agent.text("read_file", path="link")
    info = path.stat()
    assert agent.seen.fingerprints == {str(path.resolve()): (info.st_ino, info.st_size, info.st_mtime_ns)}


def test_a_spilled_result_can_be_read(agent: Any) -> None:
    cut = limit("".join(f"{number}\n" for number in range(5000)), "call-1", agent.spill)
    assert agent.text("read_file", path=str(cut.spill_path), offset=4001, limit=1).startswith("4001\t4000\n")
    assert agent.code("write_file", path=str(cut.spill_path), content="x") == "outside_project"


def test_the_schemas_are_flat_and_every_field_is_described(agent: Any) -> None:
    for schema in agent.toolbox.schemas:
        function = schema["function"]
        assert 40 < len(function["description"]) < 300
        for field in function["parameters"]["properties"].values():
            assert field["type"] in ("string", "integer", "boolean", "array")
            if field["type"] == "array":
                each = field["items"]
                assert {"string"} == {item["type"] for item in each.get("properties", {"": each}).values()}
            assert field["description"].endswith(".")
        assert "$defs" not in function["parameters"]
