"""Leave for always in the person's dispatch.yaml: one entry comes or goes, and nothing else in the file moves."""
# ruff: noqa: E501 - texts before and after stand side by side

from pathlib import Path

import pytest
import yaml
from config_person import FULL, Person
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.config import splice
from dispatch_jupyter.core.config.edit import add_always, always_entries, remove_always
from dispatch_jupyter.core.config.entries import entry_id
from dispatch_jupyter.core.config.load import load
from dispatch_jupyter.core.config.splice import CannotSplice, add_item, remove_item
from dispatch_jupyter.core.protocol.errors import Invalid, NotFound

ETC = Path("/etc")
KEYS = ("permissions", "auto_allow")
WRITTEN = "{path: /etc, allow: read}"


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_one_line_more_and_nothing_else(person: Person) -> None:
    person.put(FULL)
    add_always([("read", ETC)], person.environ)
    lines = FULL.splitlines()
    lines.insert(10, f"      - {WRITTEN}")
    assert person.text().splitlines() == lines
    assert person.allowed() == [("write", "/tmp"), ("execute", "/tmp"), ("read", "/srv/data"), ("read", "/etc")]


def test_and_out_again(person: Person) -> None:
    person.put(FULL)
    (grant,) = add_always([("read", ETC)], person.environ)
    removed = remove_always(grant.id, person.environ)
    assert (removed.id, removed.operation, removed.path, removed.scope) == (grant.id, "read", "/etc", "always")
    assert person.text() == FULL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "permissions:\n  auto_allow:\n    - ITEM\n"),
        ("# only words", "# only words\npermissions:\n  auto_allow:\n    - ITEM\n"),
        ("---\n", "---\npermissions:\n  auto_allow:\n    - ITEM\n"),
        ("model: a/b", "model: a/b\npermissions:\n  auto_allow:\n    - ITEM\n"),
        ("model: a/b\n# end\n", "model: a/b\n# end\npermissions:\n  auto_allow:\n    - ITEM\n"),
        ("model: a/b\n...\n", "model: a/b\npermissions:\n  auto_allow:\n    - ITEM\n...\n"),
        ("{model: a/b}\n", "{model: a/b, permissions: {auto_allow: [ITEM]}}\n"),
        ("{}\n", "{permissions: {auto_allow: [ITEM]}}\n"),
        ("permissions:\nmodel: a/b\n", "permissions:\n  auto_allow:\n    - ITEM\nmodel: a/b\n"),
        ("permissions: ~\n", "permissions: {auto_allow: [ITEM]}\n"),
        ("permissions: {}  # none\n", "permissions: {auto_allow: [ITEM]}  # none\n"),
        ("permissions:\n  auto_allow:  # none\n  # - /x\n", "permissions:\n  auto_allow:  # none\n    - ITEM\n  # - /x\n"),
        ("permissions:\n  auto_allow: null # no\n", "permissions:\n  auto_allow: [ITEM] # no\n"),
        ("permissions:\n  auto_allow: []\n", "permissions:\n  auto_allow: [ITEM]\n"),
        ("permissions: {auto_allow: }\n", "permissions: {auto_allow: [ITEM] }\n"),
        ("permissions: {auto_allow: [/tmp, ]}\n", "permissions: {auto_allow: [/tmp, ITEM, ]}\n"),
        ("permissions:\n  auto_allow: [\n    /tmp, # t\n    /x # x\n  ]\n", "permissions:\n  auto_allow: [\n    /tmp, # t\n    /x, ITEM # x\n  ]\n"),
        ("permissions:\n  auto_allow:\n  - /tmp\n", "permissions:\n  auto_allow:\n  - /tmp\n  - ITEM\n"),
        ("permissions:\n  auto_allow:\n  - /tmp", "permissions:\n  auto_allow:\n  - /tmp\n  - ITEM"),
        ("permissions:\r\n  auto_allow:\r\n  - /tmp\r\n", "permissions:\r\n  auto_allow:\r\n  - /tmp\r\n  - ITEM\r\n"),
        ("\ufeffmodel: a/b\n", "\ufeffmodel: a/b\npermissions:\n  auto_allow:\n    - ITEM\n"),
        ("permissions:\n  auto_allow:\n    - |-\n      /tmp\n\nmodel: a/x\n", "permissions:\n  auto_allow:\n    - |-\n      /tmp\n\n    - ITEM\nmodel: a/x\n"),
        ('"permissions":\n  "auto_allow":\n    - /tmp\n', '"permissions":\n  "auto_allow":\n    - /tmp\n    - ITEM\n'),
        ("limits:\n    max_steps: 3\n", "limits:\n    max_steps: 3\npermissions:\n  auto_allow:\n    - ITEM\n"),
    ],
)  # fmt: skip
def test_whatever_the_layout(person: Person, before: str, after: str) -> None:
    person.put(before)
    (grant,) = add_always([("read", ETC)], person.environ)
    assert person.text() == after.replace("ITEM", WRITTEN)
    assert ("read", "/etc") in person.allowed()
    assert load(person.file.parent, person.environ).errors == []
    remove_always(grant.id, person.environ)
    assert ("read", "/etc") not in person.allowed()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("permissions:\n  auto_allow:  # mine\n    - /etc  # here\n    # end\nmodel: a/x\n", "permissions:\n  auto_allow: []  # mine\n    # end\nmodel: a/x\n"),
        ("permissions:\n  auto_allow:\n    # first\n    - /etc\n    # second\n    - /x\n", "permissions:\n  auto_allow:\n    # first\n    # second\n    - /x\n"),
        ("permissions:\n  auto_allow:\n    - path: /etc\n      allow: all # yes\n    - /x\n", "permissions:\n  auto_allow:\n    - /x\n"),
        ("permissions:\n  auto_allow:\n    -\n      path: /etc\n      allow: all\n    - /x\n", "permissions:\n  auto_allow:\n    - /x\n"),
        ("permissions: {auto_allow: [/etc, /x]}\n", "permissions: {auto_allow: [/x]}\n"),
        ("permissions: {auto_allow: [/x, /etc]}\n", "permissions: {auto_allow: [/x]}\n"),
        ("permissions: {auto_allow: [/etc]}\n", "permissions: {auto_allow: []}\n"),
        ("permissions: {auto_allow: [/etc, ]}\n", "permissions: {auto_allow: []}\n"),
        ("permissions:\n  auto_allow:\n    - /x-y\n    - /etc", "permissions:\n  auto_allow:\n    - /x-y\n"),
        ("permissions:\n  auto_allow:\n    - /etc\n    - /x\n    - /etc/\n", "permissions:\n  auto_allow:\n    - /x\n"),
    ],
)  # fmt: skip
def test_entries_written_by_hand_go_by_their_ids(person: Person, before: str, after: str) -> None:
    person.put(before)
    remove_always(entry_id("write", "/etc"), person.environ)
    assert ("execute", "/etc") in person.allowed() and ("write", "/etc") not in person.allowed()
    remove_always(entry_id("execute", "/etc"), person.environ)
    assert person.text() == after


@pytest.mark.parametrize("before", ["", "# mine\n", "model: a/b\n", "---\n", "model: a/b\r\n", "a: 1\n# end\n"])
def test_what_was_made_for_an_entry_goes_with_it(person: Person, before: str) -> None:
    person.put(before)
    (grant,) = add_always([("read", ETC)], person.environ)
    assert "permissions" in person.text()
    remove_always(grant.id, person.environ)
    assert person.text() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"permissions:  # mine\n  auto_allow:\n    - {WRITTEN}\n", "permissions:  # mine\n  auto_allow: []\n"),
        (f"permissions:\n  auto_allow:\n    - {WRITTEN}  # why\n", "permissions:\n  auto_allow: []\n"),
        (f"permissions:\n  auto_allow:\n    - {WRITTEN}\n    - /x\n", "permissions:\n  auto_allow:\n    - /x\n"),
        (f"permissions:\n    auto_allow:\n    - {WRITTEN}\n", "permissions:\n    auto_allow: []\n"),
    ],
)
def test_what_is_a_persons_own_stays(person: Person, before: str, after: str) -> None:
    person.put(before)
    remove_always(entry_id("read", "/etc"), person.environ)
    assert person.text() == after


def test_of_a_plain_entry_the_rest_stays(person: Person) -> None:
    person.put("permissions:\n  auto_allow:\n    - /etc   # all\n    - /x\n")
    remove_always(entry_id("write", "/etc"), person.environ)
    expected = "permissions:\n  auto_allow:\n    - {path: /etc, allow: execute}   # all\n    - /x\n"
    assert person.text() == expected


def test_ids_are_those_the_rules_carry(person: Person, tmp_path: Path) -> None:
    person.put(FULL)
    listed = [grant.id for grant in always_entries(person.environ)]
    assert listed == [grant for _, _, grant in load(tmp_path, person.environ).settings.permissions.leave()]


@pytest.mark.parametrize(
    ("entry", "operation", "path"),
    [
        ("/etc", "write", "/etc"),
        ("/", "execute", "/etc/x"),
        ("{path: /etc, allow: write}", "read", "/etc/ssl"),
        ("{path: /etc, allow: read}", "read", "/etc"),
        ("~/x", "read", "HOME/x/y"),
    ],
)
def test_what_is_covered_is_not_written_again(person: Person, entry: str, operation: str, path: str) -> None:
    text = f"permissions:\n  auto_allow:\n    - {entry}\n"
    person.put(text)
    before = person.file.stat()
    add_always([(operation, Path(path.replace("HOME", person.environ["HOME"])))], person.environ)  # type: ignore[arg-type]
    assert person.text() == text
    assert (person.file.stat().st_ino, person.file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("entry", "operation", "path"),
    [
        ("{path: /etc, allow: read}", "write", "/etc"),
        ("{path: /etc, allow: write}", "execute", "/etc"),
        ("/etc", "read", "/etc-other"),
        ("/etc/ssl", "read", "/etc"),
    ],
)
def test_what_is_not_covered_is(person: Person, entry: str, operation: str, path: str) -> None:
    person.put(f"permissions:\n  auto_allow:\n    - {entry}\n")
    add_always([(operation, Path(path))], person.environ)  # type: ignore[arg-type]
    assert person.allowed()[-1] == (operation, path)


@pytest.mark.parametrize("path", ["/a b", "/ü: #x", "/it's", '/say "x"', "/back\\slash", "/{x}", "/[y], z", "/-"])
def test_odd_names_are_kept(person: Person, path: str) -> None:
    (grant,) = add_always([("read", Path(path))], person.environ)
    assert person.allowed() == [("read", path)]
    remove_always(grant.id, person.environ)
    assert person.allowed() == []


@pytest.mark.parametrize("path", ["relative", "/a\nb", "/a*", "/$x", "/\udcff", "/a\u202eb"])
def test_what_cannot_be_written_down_is_refused(person: Person, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        add_always([("read", Path(path))], person.environ)
    assert caught.value.hint == "Allow it for the session."
    assert not person.file.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: [a\n", "line 2"),
        ("a: b\n\tc: d\n", "line 2"),
        ("- a\n", "line 1: a mapping is wanted"),
        ("permissions: 5\n", "`permissions.auto_allow` is not a list"),
        ("permissions:\n  auto_allow: /tmp\n", "`permissions.auto_allow` is not a list"),
        (b"model: \xff\n", "not UTF-8"),
        ("x: " + "[" * 3000, "not valid YAML"),
        ("base: &b [/x]\npermissions:\n  auto_allow: *b\n", "line 3"),
        ("base: &b\n  auto_allow: [/x]\npermissions: *b\n", "line 3"),
        ("base: &b {auto_allow: [/x]}\npermissions:\n  <<: *b\n", "cannot be changed safely"),
        ("permissions:\n  auto_allow: &a [/x]\nother: *a\n", "cannot be changed safely"),
    ],
)
def test_what_cannot_be_changed_stays(person: Person, text: str | bytes, said: str) -> None:
    person.put(text)
    before = person.file.read_bytes()
    with pytest.raises(Invalid) as caught:
        add_always([("read", ETC)], person.environ)
    assert said in caught.value.message and str(person.file) in caught.value.message
    assert caught.value.hint
    assert person.file.read_bytes() == before
    assert {path.name for path in person.file.parent.iterdir()} == {"dispatch.yaml", ".lock"}


def test_an_unknown_id(person: Person) -> None:
    person.put(FULL)
    for grant in ("always-0123456789abcdef", "", entry_id("read", "/tmp")):
        with pytest.raises(NotFound):
            remove_always(grant, person.environ)  # type: ignore[arg-type]
    assert person.text() == FULL


def test_what_comes_out_wrong_is_not_written(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.put(FULL)
    monkeypatch.setattr(splice, "_append", lambda text, _node, item: text.replace("/tmp", "/"))
    with pytest.raises(Invalid):
        add_always([("read", ETC)], person.environ)
    assert person.text() == FULL


# ---------------------------------------------------------------------- any layout

words = st.sampled_from(["/tmp", "'/a b'", '"/ü"', "{path: /x, allow: read}", "5"])
comments = st.sampled_from(["", "", "  # note", " # - not an item", "\t# tab"])
gaps = st.sampled_from(["", "", "\n", "# a line\n", "      # - /deep\n", "  \n"])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, int]:
    """A file with a list of entries, and how many there are."""
    count = draw(st.integers(0, 4))
    column = draw(st.integers(2, 6))
    lines = [draw(gaps), "model: a/b", draw(comments), "\n", draw(gaps), "permissions:", draw(comments), "\n"]
    if draw(st.booleans()):
        spaces = "".join(draw(st.sampled_from([" ", ""])) for _ in range(2))
        items = f",{spaces}".join(draw(words) for _ in range(count))
        lines += [draw(gaps), f"  auto_allow: [{items}]", draw(comments), "\n"]
    else:
        lines += [draw(gaps), "  auto_allow:", draw(comments), "\n"]
        for _ in range(count):
            lines += [draw(gaps), " " * column, "- ", draw(words), draw(comments), "\n"]
    lines += [draw(gaps), draw(st.sampled_from(["", "limits: {max_steps: 3}\n", "limits:\n  max_steps: 3"]))]
    return "".join(lines), count


@given(made=texts(), data=st.data())
def test_any_layout_keeps_every_other_line(made: tuple[str, int], data: st.DataObject) -> None:
    text, count = made
    try:
        old = yaml.safe_load(text)
    except yaml.YAMLError:
        return
    new = add_item(text, KEYS, WRITTEN)
    entries = [*(old["permissions"]["auto_allow"] or []), {"path": "/etc", "allow": "read"}]
    assert yaml.safe_load(new) == {**old, "permissions": {"auto_allow": entries}}
    assert comments_of(new) == comments_of(text)
    assert len(set(text.splitlines()) - set(new.splitlines())) <= 1
    back = remove_item(new, KEYS, count)
    if count:
        assert back.rstrip("\n") == text.rstrip("\n")
    if count:
        index = data.draw(st.integers(0, count - 1))
        del old["permissions"]["auto_allow"][index]
        try:
            less = remove_item(text, KEYS, index)
        except CannotSplice:
            raise AssertionError("a plain list can be cut") from None
        assert yaml.safe_load(less) == old


def comments_of(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_of_leave_given_at_once_what_another_part_of_it_covers_is_not_written(person: Person) -> None:
    data = Path("/data")
    leave = [("read", data), ("read", data / "a"), ("write", data / "a"), ("execute", data), ("write", data)]
    assert [(one.operation, one.path) for one in add_always(leave, person.environ)] == [
        (operation, str(path)) for operation, path in leave
    ]
    written = "    - {path: /data, allow: execute}\n    - {path: /data, allow: write}\n"
    assert person.text() == f"permissions:\n  auto_allow:\n{written}"
