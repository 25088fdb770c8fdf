"""Leave for always in the person's dispatch.yaml: one entry comes or goes, and nothing else in the file moves."""
# ruff: noqa: E501 - texts before and after stand side by side

import errno
import os
import stat
import threading
from pathlib import Path

import pytest
import yaml
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.config import splice, user_files
from dispatch_jupyter.core.config.edit import add_always, always_entries, remove_always
from dispatch_jupyter.core.config.entries import entry_id
from dispatch_jupyter.core.config.load import load, user_file
from dispatch_jupyter.core.config.splice import CannotSplice, add_item, remove_item
from dispatch_jupyter.core.protocol.errors import DispatchError, Invalid, NotFound, StoreError, StoreFull

ETC = Path("/etc")
KEYS = ("permissions", "auto_allow")
WRITTEN = "{path: /etc, allow: read}"


class Person:
    """Somebody with a home folder, and a dispatch.yaml or not."""

    def __init__(self, home: Path) -> None:
        self.environ = {"HOME": str(home)}
        self.file = user_file(self.environ)

    def put(self, text: str | bytes) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def text(self) -> str:
        return self.file.read_bytes().decode()

    def allowed(self) -> list[tuple[str, str]]:
        return [(grant.operation, grant.path) for grant in always_entries(self.environ)]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


FULL = """\
# My settings.   Keep tidy!
model:   "anthropic/claude"   # the good one

permissions:      # what they may do
    # my folders
    auto_allow:
      # scratch space
      -   '/tmp'      # all of it
      - path: /srv/data        # big files
        allow:   read

      # the end of the list

# about limits
limits: {max_steps: 9}   # enough
"""


def test_one_line_more_and_nothing_else(person: Person) -> None:
    person.put(FULL)
    add_always("read", ETC, person.environ)
    lines = FULL.splitlines()
    lines.insert(10, f"      - {WRITTEN}")
    assert person.text().splitlines() == lines
    assert person.allowed() == [("write", "/tmp"), ("execute", "/tmp"), ("read", "/srv/data"), ("read", "/etc")]


def test_and_out_again(person: Person) -> None:
    person.put(FULL)
    grant = add_always("read", ETC, person.environ)
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
        ("permissions:\n  auto_allow:\n    - |-\n      /tmp\n\nmodel: x\n", "permissions:\n  auto_allow:\n    - |-\n      /tmp\n\n    - ITEM\nmodel: x\n"),
        ('"permissions":\n  "auto_allow":\n    - /tmp\n', '"permissions":\n  "auto_allow":\n    - /tmp\n    - ITEM\n'),
        ("limits:\n    max_steps: 3\n", "limits:\n    max_steps: 3\npermissions:\n  auto_allow:\n    - ITEM\n"),
    ],
)  # fmt: skip
def test_whatever_the_layout(person: Person, before: str, after: str) -> None:
    person.put(before)
    grant = add_always("read", ETC, person.environ)
    assert person.text() == after.replace("ITEM", WRITTEN)
    assert ("read", "/etc") in person.allowed()
    assert load(person.file.parent, person.environ).errors == []
    remove_always(grant.id, person.environ)
    assert ("read", "/etc") not in person.allowed()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("permissions:\n  auto_allow:  # mine\n    - /etc  # here\n    # end\nmodel: x\n", "permissions:\n  auto_allow: []  # mine\n    # end\nmodel: x\n"),
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
    add_always(operation, Path(path.replace("HOME", person.environ["HOME"])), person.environ)  # type: ignore[arg-type]
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
    add_always(operation, Path(path), person.environ)  # type: ignore[arg-type]
    assert person.allowed()[-1] == (operation, path)


def test_a_missing_file_is_made_private(person: Person) -> None:
    mask = os.umask(0)
    try:
        add_always("read", ETC, person.environ)
    finally:
        os.umask(mask)
    assert person.text() == f"permissions:\n  auto_allow:\n    - {WRITTEN}\n"
    assert stat.S_IMODE(person.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(person.file.parent.stat().st_mode) == 0o700
    assert always_entries({"HOME": str(person.file.parent)}) == []


def test_the_mode_stays(person: Person) -> None:
    person.put("model: a/b\n")
    person.file.chmod(0o640)
    add_always("read", ETC, person.environ)
    assert stat.S_IMODE(person.file.stat().st_mode) == 0o640


def test_through_a_link(person: Person, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "dispatch.yaml"
    target.parent.mkdir()
    target.write_text("model: a/b\n")
    person.file.parent.mkdir(parents=True)
    person.file.symlink_to(target)
    add_always("read", ETC, person.environ)
    assert person.file.is_symlink()
    assert WRITTEN in target.read_text()
    assert [path.name for path in target.parent.iterdir()] == ["dispatch.yaml"]


@pytest.mark.parametrize("path", ["/a b", "/ü: #x", "/it's", '/say "x"', "/back\\slash", "/{x}", "/[y], z", "/-"])
def test_odd_names_are_kept(person: Person, path: str) -> None:
    grant = add_always("read", Path(path), person.environ)
    assert person.allowed() == [("read", path)]
    remove_always(grant.id, person.environ)
    assert person.allowed() == []


@pytest.mark.parametrize("path", ["relative", "/a\nb", "/a*", "/$x", "/\udcff", "/a\u202eb"])
def test_what_cannot_be_written_down_is_refused(person: Person, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        add_always("read", Path(path), person.environ)
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
        add_always("read", ETC, person.environ)
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


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StoreFull), (errno.EROFS, StoreError)])
def test_a_disk_that_says_no(person: Person, monkeypatch: pytest.MonkeyPatch, number: int, kind: type) -> None:
    person.put(FULL)

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(user_files.os, "fsync", fail)
    with pytest.raises(kind) as caught:
        add_always("read", ETC, person.environ)
    assert str(person.file) in caught.value.message
    assert person.text() == FULL
    assert {path.name for path in person.file.parent.iterdir()} == {"dispatch.yaml", ".lock"}


def test_no_file_at_all(person: Person) -> None:
    person.file.mkdir(parents=True)
    with pytest.raises(StoreError):
        add_always("read", ETC, person.environ)
    with pytest.raises(StoreError):
        always_entries(person.environ)


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        add_always("read", ETC, {"HOME": str(tmp_path / "file")})
    assert "cannot be written" in caught.value.message


def as_nobody(action: object) -> str:
    """What an action raises for somebody who owns nothing, in a process of its own."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        said = "fine"
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            action()  # type: ignore[operator]
        except DispatchError as error:
            said = f"{type(error).__name__}: {error.message}"
        finally:
            os.write(writes, said.encode())
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody who owns nothing")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_a_file_that_may_not_be_written(person: Person, closed: str) -> None:
    person.put(FULL)
    for folder in (*person.file.parents,)[:-2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    person.file.parent.chmod(0o777 if closed == "file" else 0o755)
    person.file.chmod(0o444 if closed == "file" else 0o666)
    said = as_nobody(lambda: add_always("read", ETC, person.environ))
    assert said.startswith("StoreError") and "cannot be written: Permission denied" in said
    assert person.text() == FULL


def test_somebody_else_holds_the_file(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_files, "LOCK_SECONDS", 0.1)
    person.put(FULL)
    with FileLock(person.file.parent / ".lock"), pytest.raises(StoreError) as caught:
        add_always("read", ETC, person.environ)
    assert "locked" in caught.value.message
    assert person.text() == FULL


def test_many_at_once_lose_nothing(person: Person) -> None:
    person.put(FULL)
    paths = [Path(f"/data/{number}") for number in range(12)]
    errors: list[Exception] = []

    def add(path: Path) -> None:
        try:
            add_always("read", path, person.environ)
        except Exception as error:  # told below
            errors.append(error)

    threads = [threading.Thread(target=add, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {("read", str(path)) for path in paths} <= set(person.allowed())
    assert person.text().startswith(FULL[: FULL.index("\n      # the end")])


def test_what_comes_out_wrong_is_not_written(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.put(FULL)
    monkeypatch.setattr(splice, "_append", lambda text, _node, item: text.replace("/tmp", "/"))
    with pytest.raises(Invalid):
        add_always("read", ETC, person.environ)
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
