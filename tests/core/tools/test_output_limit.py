"""The limit on every tool result."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.tools.output import MAX_CHARS, MAX_LINES, limit


@pytest.mark.parametrize("text", ["", "short", "x" * MAX_CHARS, "\n" * (MAX_LINES - 1)])
def test_what_fits_is_left_alone(tmp_path: Path, text: str) -> None:
    result = limit(text, "c1", tmp_path / "spill")
    assert (result.text, result.total_chars, result.spill_path) == (text, len(text), None)
    assert not (tmp_path / "spill").exists()


@pytest.mark.parametrize(
    "text",
    ["x" * (MAX_CHARS + 1), "\n" * MAX_LINES, "".join(f"{n}\n" for n in range(9999)), "ab\r\n" * 5000, "ü" * 99_999],
)
def test_what_does_not_is_cut_and_kept_whole(tmp_path: Path, text: str) -> None:
    result = limit(text, "c1", tmp_path / "new" / "spill")
    assert result.total_chars == len(text)
    assert result.spill_path == tmp_path / "new" / "spill" / "c1.txt"
    assert result.spill_path.read_bytes().decode() == text
    assert stat.S_IMODE(result.spill_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(result.spill_path.parent.stat().st_mode) == 0o700
    assert [path.name for path in result.spill_path.parent.iterdir()] == ["c1.txt"]
    assert str(result.spill_path) in result.text
    assert f"of {len(text):,} characters" in result.text


def test_head_and_tail_are_whole_lines_where_they_can_be(tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(5000)]
    text = limit("\n".join(lines), "c1", tmp_path).text
    head, notice, tail = text.partition("\n[…")[0], "left out here", text.rpartition("]\n")[2]
    assert notice in text
    assert head.split("\n") == lines[: len(head.split("\n"))]
    assert tail.split("\n") == lines[-len(tail.split("\n")) :]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    piece=st.text(min_size=1, max_size=30),
    times=st.integers(1, 3000),
)
def test_the_result_is_within_the_limits_and_counts_right(tmp_path: Path, piece: str, times: int) -> None:
    text = piece * times
    result = limit(text, "c", tmp_path)
    assert len(result.text) <= MAX_CHARS
    assert result.text.count("\n") < MAX_LINES
    if result.spill_path:
        head, _, rest = result.text.partition("\n[… ")
        left_out = int(rest.split(" of ", 1)[0].replace(",", ""))
        tail = rest.split("]\n", 1)[1]
        assert text.startswith(head)
        assert text.endswith(tail)
        assert len(head) + left_out + len(tail) == len(text)


def test_a_second_result_of_the_same_call_takes_the_place(tmp_path: Path) -> None:
    limit("a" * 20_000, "c1", tmp_path)
    again = limit("b" * 20_000, "c1", tmp_path)
    assert again.spill_path is not None
    assert again.spill_path.read_text() == "b" * 20_000


@pytest.mark.parametrize("call_id", ["../../up", "a/b", "", "ü\0", "x" * 500, ".", ".."])
def test_no_id_leaves_the_folder(tmp_path: Path, call_id: str) -> None:
    result = limit("a" * 20_000, call_id, tmp_path / "spill")
    assert result.spill_path is not None
    assert result.spill_path.resolve().parent == tmp_path / "spill"


def test_halves_of_characters_do_not_fail(tmp_path: Path) -> None:
    result = limit("\ud83d" * 20_000, "c1", tmp_path)
    assert result.spill_path is not None
    assert result.spill_path.read_text().startswith("\\ud83d")
    assert result.text.encode()
    assert limit("\ud83d", "c2", tmp_path).text == "\\ud83d"


def test_where_it_cannot_be_kept_it_is_cut_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = limit("a" * 20_000, "c1", tmp_path / "file")
    assert result.spill_path is None
    assert len(result.text) < MAX_CHARS
    assert "It could not be kept: File exists." in result.text
