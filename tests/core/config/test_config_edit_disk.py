"""Changing the person's dispatch.yaml on a real disk: modes, links, locks, full disks, several at once."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest
from config_person import FULL, Person
from filelock import FileLock, SoftFileLock

from dispatch_jupyter.core.config import user_files
from dispatch_jupyter.core.config.edit import add_always, always_entries
from dispatch_jupyter.core.protocol.errors import DispatchError, StoreError, StoreFull

ETC = Path("/etc")
WRITTEN = "{path: /etc, allow: read}"


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_a_missing_file_is_made_private(person: Person) -> None:
    mask = os.umask(0)
    try:
        add_always([("read", ETC)], person.environ)
    finally:
        os.umask(mask)
    assert person.text() == f"permissions:\n  auto_allow:\n    - {WRITTEN}\n"
    assert stat.S_IMODE(person.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(person.file.parent.stat().st_mode) == 0o700
    assert always_entries({"HOME": str(person.file.parent)}) == []


def test_the_mode_stays(person: Person) -> None:
    person.put("model: a/b\n")
    person.file.chmod(0o640)
    add_always([("read", ETC)], person.environ)
    assert stat.S_IMODE(person.file.stat().st_mode) == 0o640


def test_through_a_link(person: Person, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "dispatch.yaml"
    target.parent.mkdir()
    target.write_text("model: a/b\n")
    person.file.parent.mkdir(parents=True)
    person.file.symlink_to(target)
    add_always([("read", ETC)], person.environ)
    assert person.file.is_symlink()
    assert WRITTEN in target.read_text()
    assert [path.name for path in target.parent.iterdir()] == ["dispatch.yaml"]


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StoreFull), (errno.EROFS, StoreError)])
def test_a_disk_that_says_no(person: Person, monkeypatch: pytest.MonkeyPatch, number: int, kind: type) -> None:
    person.put(FULL)

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(user_files.os, "fsync", fail)
    with pytest.raises(kind) as caught:
        add_always([("read", ETC)], person.environ)
    assert str(person.file) in caught.value.message
    assert person.text() == FULL
    assert {path.name for path in person.file.parent.iterdir()} == {"dispatch.yaml", ".lock"}


def test_no_file_at_all(person: Person) -> None:
    person.file.mkdir(parents=True)
    with pytest.raises(StoreError):
        add_always([("read", ETC)], person.environ)
    with pytest.raises(StoreError):
        always_entries(person.environ)


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        add_always([("read", ETC)], {"HOME": str(tmp_path / "file")})
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
    said = as_nobody(lambda: add_always([("read", ETC)], person.environ))
    assert said.startswith("StoreError") and "cannot be written: Permission denied" in said
    assert person.text() == FULL


def test_somebody_else_holds_the_file(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_files, "LOCK_SECONDS", 0.1)
    person.put(FULL)
    with FileLock(person.file.parent / ".lock"), pytest.raises(StoreError) as caught:
        add_always([("read", ETC)], person.environ)
    assert "locked" in caught.value.message
    assert person.text() == FULL


@pytest.mark.parametrize("error", [NotImplementedError(), OSError(errno.ENOLCK, "no locks")])
def test_a_file_system_without_locks(person: Person, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(_lock: object) -> None:
        raise error

    monkeypatch.setattr(FileLock, "acquire", fail)
    monkeypatch.setattr(user_files, "LOCK_SECONDS", 0.1)
    person.put(FULL)
    add_always([("read", ETC)], person.environ)
    assert WRITTEN in person.text()
    held = SoftFileLock(person.file.parent / ".held")
    with held, pytest.raises(StoreError) as caught:
        add_always([("write", ETC)], person.environ)
    assert ".held" in (caught.value.hint or "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_leaves_the_owner(person: Person) -> None:
    person.put(FULL)
    os.chown(person.file, 65534, 65533)
    add_always([("read", ETC)], person.environ)
    assert (person.file.stat().st_uid, person.file.stat().st_gid) == (65534, 65533)


def test_many_at_once_lose_nothing(person: Person) -> None:
    person.put(FULL)
    paths = [Path(f"/data/{number}") for number in range(12)]
    errors: list[Exception] = []

    def add(path: Path) -> None:
        try:
            add_always([("read", path)], person.environ)
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
