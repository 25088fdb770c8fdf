"""What the agent gets of an output."""

from pathlib import Path

import pytest

from dispatch_jupyter.core.sandbox.kept import Kept, Output
from dispatch_jupyter.core.tools.output import MAX_CHARS, MAX_LINES
from dispatch_jupyter.core.tools.shell.result import (
    cut,
    joined,
    seconds,
    shortened,
    shown_output,
    shown_since,
    shown_tail,
)

SPILL = Path("/s/out/c1.txt")


def kept(data: bytes) -> Output:
    keeps = Kept(lambda _: None)
    for start in range(0, len(data), 50_000):
        keeps.feed(data[start : start + 50_000], 0, b"")
    return keeps.output()


def test_a_short_output_is_whole():
    text = "".join(f"{number}\n" for number in range(300))
    assert shown_output(kept(text.encode()), SPILL) == text
    assert cut("a\nb", 3, SPILL) == "a\nb"


@pytest.mark.parametrize("lines", [600, 3_000, 30_000, 300_000])
def test_of_a_long_one_head_and_tail(lines):
    data = "".join(f"line {number}\n" for number in range(lines)).encode()
    text = shown_output(kept(data), SPILL)
    shown = text.split("\n")
    assert len(text) < MAX_CHARS and len(shown) < MAX_LINES
    gap = next(place for place, line in enumerate(shown) if line.startswith("[…"))
    assert shown[:gap] == [f"line {number}" for number in range(gap)] and gap > 100
    after = [line for line in shown[gap + 1 :] if line]
    assert after == [f"line {number}" for number in range(lines - len(after), lines)] and len(after) > 100
    assert f"of {len(data):,} bytes" in shown[gap] and f"All: {SPILL} (read_file)" in shown[gap]


def test_one_endless_line():
    text = shown_output(kept(b"x" * 1_000_000), SPILL)
    assert len(text) < MAX_CHARS and "of 1,000,000 bytes" in text


def test_a_progress_bar_counts_as_it_looks():
    data = b"".join(b"%d%%\r" % (number % 100) for number in range(20_000)) + b"done\n"
    assert shown_output(kept(data[:100_000]), SPILL).count("%") <= 2


def test_only_what_is_new():
    old, new = b"old\n" * 10, b"new\n" * 5
    assert shown_since(kept(old + new), len(old), SPILL) == "new\n" * 5
    assert shown_since(kept(old), len(old), SPILL) == ""
    assert shown_since(kept(old), 0, SPILL) == "old\n" * 10
    assert len(shown_since(kept(b"x" * 10_000_000), 5, SPILL)) < MAX_CHARS
    wide = "ü".encode() * 100
    assert set(shown_since(kept(wide), 100, SPILL)) == {"ü"}


def test_the_tail_is_bounded():
    assert shown_tail(kept(b"a\nb\n")) == "a\nb"
    assert len(shown_tail(kept(b"x\n" * 1_000_000))) <= 4_000


def test_words():
    assert [seconds(value) for value in (0.04, 9.94, 10, 119.4, 120, 3_725)] == [
        "0.0 s", "9.9 s", "10 s", "119 s", "2 min 0 s", "62 min 5 s",
    ]  # fmt: skip
    assert joined("a\n\n", "b", "", "c") == "a\nb\nc" and joined("\n", "b") == "b"
    assert len(shortened("x" * 500)) == 120 and shortened("x") == "x"
