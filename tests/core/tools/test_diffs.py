"""Diffs of file changes: right, and bounded."""

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.tools.diffs import MAX_DIFF_LINES, file_change
from pace import cpu_within


def test_a_change_with_context() -> None:
    old = "".join(f"{number}\n" for number in range(1, 21))
    change = file_change("a.txt", old, old.replace("10\n", "ten\nand more\n"))
    assert change.diff == "@@ -7,7 +7,8 @@\n 7\n 8\n 9\n-10\n+ten\n+and more\n 11\n 12\n 13"
    assert (change.added, change.removed, change.created, change.diff_cut) == (2, 1, False, False)


def test_far_changes_are_separate_hunks_and_near_ones_are_not() -> None:
    old = [f"{number}\n" for number in range(1, 31)]
    new = ["x\n" if number in (3, 9, 25) else line for number, line in enumerate(old, 1)]
    hunks = [line for line in file_change("a", "".join(old), "".join(new)).diff.split("\n") if line.startswith("@@")]
    assert hunks == ["@@ -1,12 +1,12 @@", "@@ -22,7 +22,7 @@"]


@pytest.mark.parametrize(
    ("old", "new", "diff"),
    [
        (None, "", ""),
        ("", "", ""),
        ("a\n", "a\n", ""),
        (None, "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b"),
        ("a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b"),
        ("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a"),
        ("a\r\n", "a\n", "@@ -1 +1 @@\n-a\n+a"),
    ],
)
def test_small_cases(old: str | None, new: str, diff: str) -> None:
    change = file_change("a.txt", old, new)
    assert change.diff == diff
    assert change.created == (old is None)


def test_a_long_diff_is_cut_but_counted() -> None:
    change = file_change("a.txt", None, "x\n" * 5000)
    assert len(change.diff.split("\n")) == MAX_DIFF_LINES
    assert (change.added, change.diff_cut) == (5000, True)
    exact = file_change("a.txt", None, "x\n" * (MAX_DIFF_LINES - 1))
    assert (len(exact.diff.split("\n")), exact.diff_cut) == (MAX_DIFF_LINES, False)


def test_long_lines_are_cut() -> None:
    assert len(file_change("a.txt", "x" * 100_000, "y" * 100_000).diff) < 1200


line_lists = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "dd\n"]), max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=line_lists, new=line_lists, end=st.sampled_from(["", "z"]))
def test_patch_accepts_every_diff(tmp_path: Path, old: list[str], new: list[str], end: str) -> None:
    before, after = "".join(old) + end, "".join(new)
    change = file_change("a.txt", before, after)
    assert change.added - change.removed == after.count("\n") - before.count("\n") - bool(end)
    if not change.diff:
        assert before == after
        return
    (tmp_path / "a.txt").write_text(before)
    patch = f"--- a.txt\n+++ a.txt\n{change.diff}\n"
    subprocess.run(["git", "apply", "-p0", "-"], cwd=tmp_path, input=patch, text=True, check=True, timeout=20)
    left = tmp_path / "a.txt"
    assert (left.read_text() if left.exists() else "") == after


def unlike(pick: random.Random) -> tuple[list[str], list[str]]:
    return (
        [f"{number}\n" for number in range(3900)],
        [f"{number if number % 2 else -number}\n" for number in range(3900)],
    )


def few_kinds(pick: random.Random) -> tuple[list[str], list[str]]:
    return ([pick.choice("ab") + "\n" for _ in range(20_000)], [pick.choice("ab") + "\n" for _ in range(20_000)])


def blank_between(pick: random.Random) -> tuple[list[str], list[str]]:
    old, new = ([line for number in range(600) for line in (f"{sign}{number}\n", "\n")] for sign in "xy")
    return old, new


def few_against_many(pick: random.Random) -> tuple[list[str], list[str]]:
    old = [line for number in range(3900) for line in (f"x{number}\n", "\n")]
    return old, [line for number in range(99) for line in (f"y{number}\n", "\n")]


def big(pick: random.Random) -> tuple[list[str], list[str]]:
    return ([f"line {number}\n" for number in range(300_000)], [f"line {-number}\n" for number in range(300_000)])


@pytest.mark.slow
@pytest.mark.parametrize("case", [unlike, few_kinds, blank_between, few_against_many, big])
def test_no_input_takes_long(case: object) -> None:
    old, new = case(random.Random(1))  # type: ignore[operator]
    with cpu_within(1.2):
        file_change("a.txt", "".join(old), "".join(new))
