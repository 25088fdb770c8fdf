"""Writing by `Files`: the old version or the new one, in the right place, as it was."""

import errno
import os
import stat
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions import replace
from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.protocol.errors import ToolError


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "a.txt").write_bytes(b"old")
    return Files(tmp_path)


def code(action: object, *arguments: object) -> str:
    with pytest.raises(ToolError) as caught:
        action(*arguments)  # type: ignore[operator]
    return caught.value.tool_code


def names(files: Files) -> set[str]:
    return {path.relative_to(files.root).as_posix() for path in files.root.rglob("*")}


def test_creates_with_folders(files: Files) -> None:
    written = files.write("new/deep/er.txt", b"x", None)
    assert (written.created, written.path) == (True, files.root / "new" / "deep" / "er.txt")
    assert written.path.read_bytes() == b"x"
    assert files.read("new/deep/er.txt").fingerprint == written.fingerprint
    assert names(files) == {"a.txt", "new", "new/deep", "new/deep/er.txt"}


def test_a_new_file_has_the_usual_mode(files: Files) -> None:
    mask = os.umask(0o027)
    try:
        files.write("new", b"", None)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((files.root / "new").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o664])
def test_replaces_and_keeps_the_mode(files: Files, mode: int) -> None:
    (files.root / "a.txt").chmod(mode)
    written = files.write("a.txt", b"new", files.read("a.txt").fingerprint)
    assert not written.created
    assert (files.root / "a.txt").read_bytes() == b"new"
    assert stat.S_IMODE((files.root / "a.txt").stat().st_mode) == mode
    assert names(files) == {"a.txt"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_leaves_the_owner(files: Files) -> None:
    os.chown(files.root / "a.txt", 65534, 65533)
    files.write("a.txt", b"new", files.read("a.txt").fingerprint)
    info = (files.root / "a.txt").stat()
    assert (info.st_uid, info.st_gid) == (65534, 65533)


def test_a_link_stays_a_link(files: Files) -> None:
    (files.root / "folder").mkdir()
    (files.root / "folder" / "link").symlink_to("../a.txt")
    written = files.write("folder/link", b"new", files.read("folder/link").fingerprint)
    assert written.path == files.root / "a.txt"
    assert (files.root / "folder" / "link").is_symlink()
    assert (files.root / "a.txt").read_bytes() == b"new"


def test_a_dangling_link_gets_its_target(files: Files) -> None:
    (files.root / "link").symlink_to("made/here.txt")
    assert files.write("link", b"new", None).path == files.root / "made" / "here.txt"
    assert (files.root / "link").is_symlink()
    assert (files.root / "made" / "here.txt").read_bytes() == b"new"


def test_other_hard_links_keep_the_old_version(files: Files, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "same"
    os.link(files.root / "a.txt", outside)
    written = files.write("a.txt", b"new", files.read("a.txt").fingerprint)
    assert written.links == 1
    assert outside.read_bytes() == b"old"


@pytest.mark.parametrize("path", ["folder", "folder/", "new/", ".", "a.txt/new", "missing/../new"])
def test_what_is_no_file_name(files: Files, path: str) -> None:
    (files.root / "folder").mkdir()
    assert code(files.write, path, b"x", None) in ("not_a_file", "not_found")
    assert names(files) == {"a.txt", "folder"}


def test_only_the_expected_version_is_replaced(files: Files) -> None:
    known = files.read("a.txt").fingerprint
    (files.root / "a.txt").write_bytes(b"somebody else")
    assert code(files.write, "a.txt", b"x", known) == "changed"
    assert code(files.write, "a.txt", b"x", None) == "changed"
    (files.root / "a.txt").unlink()
    assert code(files.write, "a.txt", b"x", known) == "changed"
    assert names(files) == set()


@pytest.mark.parametrize("becomes", ["file", "link", "link to itself", "folder", "pipe", "nothing"])
def test_a_change_while_writing_is_seen(files: Files, monkeypatch: pytest.MonkeyPatch, becomes: str) -> None:
    path = files.root / "a.txt"
    fill = replace._fill

    def meanwhile(handle: int, data: bytes) -> None:
        fill(handle, data)
        if becomes == "link to itself":
            path.rename(files.root / "moved")
            path.symlink_to("moved")
            return
        path.unlink()
        if becomes == "file":
            path.write_bytes(b"somebody else")
        elif becomes == "link":
            path.symlink_to("/etc/passwd")
        elif becomes == "folder":
            path.mkdir()
        elif becomes == "pipe":
            os.mkfifo(path)

    monkeypatch.setattr(replace, "_fill", meanwhile)
    assert code(files.write, "a.txt", b"x", files.read("a.txt").fingerprint) == "changed"
    left = {"nothing": set(), "link to itself": {"a.txt", "moved"}}
    assert names(files) == left.get(becomes, {"a.txt"})


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, "no_space"), (errno.EDQUOT, "no_space"), (errno.EIO, "io"), (errno.EROFS, "permission")],
)
def test_a_write_that_fails_leaves_the_old_version(
    files: Files, monkeypatch: pytest.MonkeyPatch, number: int, expected: str
) -> None:
    def fail(_handle: int, _data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    known = files.read("a.txt").fingerprint
    assert code(files.write, "a.txt", b"x", known) == expected
    monkeypatch.undo()
    assert files.read("a.txt").fingerprint == known
    assert names(files) == {"a.txt"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to fill")
def test_the_system_says_no_space(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real error of a full device, met while the new version is written."""
    write = os.write

    def to_full_device(_handle: int, data: bytes) -> int:
        full = os.open("/dev/full", os.O_WRONLY)
        try:
            return write(full, data)
        finally:
            os.close(full)

    monkeypatch.setattr(os, "write", to_full_device)
    assert code(files.write, "new", b"x", None) == "no_space"
    assert names(files) == {"a.txt"}


def test_partial_writes_are_completed(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:3]))
    files.write("new", b"0123456789", None)
    assert (files.root / "new").read_bytes() == b"0123456789"
