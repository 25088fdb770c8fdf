"""Where a block stands in a text, and what replacing it gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.tools.matching import find, line_number, replace, shift
from dispatch_jupyter.core.tools.nearest import explain


def edited(text: str, old: str, new: str) -> str | None:
    """The text after the edit of its only match; None where there is none."""
    matches = find(text, old)
    assert len(matches) <= 1
    return replace(text, matches, new) if matches else None


@pytest.mark.parametrize(
    ("text", "old", "new", "result"),
    [
        ("a b c", "b", "x", "a x c"),
        ("a\nb\n", "a\nb\n", "", ""),
        ("a\nb", "b", "b\n", "a\nb\n"),
        ("a.*b", ".*", "+", "a+b"),
        ("grün €\n", "€", "💶", "grün 💶\n"),
        # line endings are those of the file, at the place
        ("a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"),
        ("a\r\nb\r\n", "b", "x\ny", "a\r\nx\r\ny\r\n"),
        ("a\nb\n", "a\r\nb\r\n", "x\r\ny\r\n", "x\ny\n"),
        ("a\r\nb\nc\n", "a\nb", "x\ny", "x\r\ny\nc\n"),
        ("a\r\nb\nc\nd\n", "c\nd", "x\ny", "a\r\nb\nx\ny\n"),
        ("a\r\nb", "\nb", "\nc", "a\r\nc"),
        # one indentation more or less
        ("  if x:\n      y\n", "if x:\n    y\n", "if z:\n    y\n", "  if z:\n      y\n"),
        ("    def f():\n        x = 1\n\n        return x\n", "def f():\n    x = 1\n\n    return x",
         "def g():\n    x = 2\n\n    return x", "    def g():\n        x = 2\n\n        return x\n"),
        ("if x:\n    y\n", "    if x:\n        y", "    if x:\n        z\n    w", "if x:\n    z\nw\n"),
        ("\tif x:\n\t\ty\n", "if x:\n\ty", "if x:\n\tz", "\tif x:\n\t\tz\n"),
        ("  a\r\n    b\r\n", "a\n  b", "a\n  c", "  a\r\n    c\r\n"),
        ("  a\r\n    b\r\n", "a\n  b\n", "a\n  c\n", "  a\r\n    c\r\n"),
    ],
)  # fmt: skip
def test_matches(text: str, old: str, new: str, result: str) -> None:
    assert edited(text, old, new) == result


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("a  b", "a b"),
        ("Abc", "abc"),
        ("x = 1 \ny\n", "x = 1\ny"),
        ("  if x:\n     y\n", "if x:\n    y"),  # not the same indentation in all lines
        ("\tif x:\n\t\ty\n", "    if x:\n        y"),  # tabs are not spaces
        ("a\n\nb", "a\nb"),
        ("a\nx\nb", "a\ny\nb"),
        ("  a\n  b", "a\nb\n"),  # no line ending after b
        ("“a”", '"a"'),
        ("    ", "\n\n"),
        ("  a\n", "   \n \n"),
        ("    a\nx", "a\n  \ny"),
    ],
)
def test_nothing_looser_matches(text: str, old: str) -> None:
    assert find(text, old) == []


def test_a_line_without_the_indentation_to_lose() -> None:
    assert edited("if x:\n    y\n", "    if x:\n        y", "    if x:\n  z") is None
    assert shift("    a\n  b", "", "    ") is None


def test_all_places_are_found_overlapping_ones_too() -> None:
    assert [match.start for match in find("aXaXa", "aXa")] == [0, 2]
    assert [match.start for match in find("a\r\na\r\na\r\n", "a\na")] == [0, 3]
    assert [match.start for match in find("  a\n    a\n", "\ta")] == []
    text = "x\n  a\n  b\n    a\n    b\n"
    assert [(line_number(text, match.start), match.added) for match in find(text, "a\nb")] == [(2, "  "), (4, "    ")]


def test_replacing_all_shifts_each_by_its_own() -> None:
    text = "x\n  a\n  b\n    a\n    b\n"
    assert replace(text, find(text, "a\nb"), "c\n d") == "x\n  c\n   d\n    c\n     d\n"
    assert replace("aaaaa", find("aaaaa", "aa"), "b") == "bba"


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)
texts = st.lists(lines, min_size=1, max_size=12)
endings = st.sampled_from(["\n", "\r\n"])


@given(before=lines, after=lines, old=texts, new=texts, ending=endings, final=st.booleans())
def test_an_edit_changes_the_block_and_nothing_else(
    before: str, after: str, old: list[str], new: list[str], ending: str, final: bool
) -> None:
    head, tail = f"<{before}>", f"<{after}>" + (ending if final else "")
    block = ending.join(["BEGIN", *old, "END"])
    text = f"{head}{ending}{block}{ending}{tail}"
    matches = find(text, block.replace("\r\n", "\n"))
    assert len(matches) == 1
    assert replace(text, matches, "\n".join(new)) == f"{head}{ending}{ending.join(new)}{ending}{tail}"


@given(old=texts, new=texts, indent=st.sampled_from(["  ", "\t", "    "]), ending=endings)
def test_a_shifted_block_is_replaced_by_the_shifted_block(
    old: list[str], new: list[str], indent: str, ending: str
) -> None:
    def indented(block: list[str]) -> str:
        return ending.join(indent + line if line.strip() else "" for line in block)

    wanted = ["BEGIN", *old, "END"]
    text = f"start{ending}{indented(wanted)}{ending}stop"
    matches = find(text, "\n".join(wanted))
    assert len(matches) == 1
    expected = f"start{ending}{indented(new)}{ending}stop"
    assert replace(text, matches, "\n".join(new)) == expected


@given(text=st.text(max_size=60), old=st.text(min_size=1, max_size=4), new=st.text(max_size=4))
def test_replacing_and_replacing_back(text: str, old: str, new: str) -> None:
    text = text.replace("\r", "")
    old, new = old.replace("\r", "") or "x", new.replace("\r", "") + "\x00unique"
    matches = find(text, old)
    if len(matches) != 1 or matches[0].added or matches[0].dropped:
        return
    changed = replace(text, matches, new)
    assert changed == text.replace(old, new)
    assert replace(changed, find(changed, new), old) == text


def test_no_match_is_explained_with_the_nearest_lines() -> None:
    text = "import os\n\ndef area(r):\n    return 3.14 * r * r\n\nprint(area(2))\n"
    said = explain(text, "def area(r):\n    return 3.1 * r * r")
    assert "Line 4 differs: the file has `    return 3.14 * r * r`, you gave `    return 3.1 * r * r`." in said
    assert said.endswith("The nearest lines are:\n3\tdef area(r):\n4\t    return 3.14 * r * r")


@pytest.mark.parametrize(
    ("text", "block", "says"),
    [
        ("a\n  foo()\nb", "a\n\tfoo()", "in indentation (tabs or spaces)"),
        ("a\n  foo()\nb", "a\n foo()", "in indentation:"),
        ("a\nfoo( )\nb", "a\nfoo()", "in spaces:"),
        ("a\nfoo() \nb", "a\nfoo()", "in spaces at its end"),
        ("a\nfoo()\nb", "a\nFOO()", "in upper and lower case"),
        ("one\ntwo", "one\ntwo\nthree", "The file ends at line 2, before `three`."),
        ("total = count(items)", "total = count(item)", "Line 1 differs"),
        ("something", "entirely else", "Nothing in the file comes near it"),
        ("", "x", "Nothing in the file comes near it"),
        ("a\nb", "\n \n", "Nothing in the file comes near it"),
        ("one\ntwo", "1\tone\n2\ttwo", "It has the line numbers of read_file in it"),
    ],
)
def test_explanations(text: str, block: str, says: str) -> None:
    assert says in explain(text, block)


@given(text=st.text(max_size=200), block=st.text(max_size=80))
def test_every_miss_can_be_explained_shortly(text: str, block: str) -> None:
    assert 0 < len(explain(text, block)) < 6000


def test_explanations_stay_short_and_quick_on_big_files() -> None:
    text = "".join(f"{'x' * 3000} {number}\n" for number in range(20_000))
    said = explain(text, "y" * 100_000 + "\n" + "x" * 4000)
    assert len(said) < 6000
