"""`Files`: what can be reached, what cannot, and how it says so."""

import os
import resource
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions import paths, walk
from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.permissions.policy import OutsideProject, Policy, Rule
from dispatch_jupyter.core.protocol.errors import ToolError

SECRET = b"not for you"


@pytest.fixture(params=["as here", "without O_PATH"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """A project beside a folder with a secret; once more the way systems without O_PATH open folders."""
    if request.param == "without O_PATH":
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        monkeypatch.setattr(walk, "FOLDER_FLAGS", flags)
    (tmp_path / "project" / "src").mkdir(parents=True)
    (tmp_path / "project" / "a.txt").write_bytes(b"hello\n")
    (tmp_path / "project" / "src" / "b.py").write_bytes(b"b = 1\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(SECRET)
    (tmp_path / "project-evil").mkdir()
    (tmp_path / "project-evil" / "secret").write_bytes(SECRET)
    (tmp_path / "spill").mkdir()
    (tmp_path / "spill" / "c.txt").write_bytes(b"whole output")
    policy = Policy((tmp_path / "project").resolve(), (Rule("read", (tmp_path / "spill").resolve(), "kept"),))
    return Files(tmp_path / "project", lambda: policy)


def fails(code: str, action: object, *arguments: object) -> ToolError:
    with pytest.raises(ToolError) as caught:
        action(*arguments)  # type: ignore[operator]
    assert caught.value.tool_code == code, caught.value.message
    return caught.value


def test_reads_what_is_inside(files: Files) -> None:
    content = files.read("a.txt")
    assert content.data == b"hello\n"
    assert content.path == files.root / "a.txt"
    info = (files.root / "a.txt").stat()
    assert content.fingerprint == (info.st_ino, info.st_size, info.st_mtime_ns)


@pytest.mark.parametrize("path", ["./a.txt", "src/../a.txt", "src/./..//a.txt", "../project/a.txt", "a.txt/"])
def test_reads_by_any_spelling(files: Files, path: str) -> None:
    assert files.read(path).data == b"hello\n"


def test_reads_an_absolute_path_inside(files: Files) -> None:
    assert files.read(str(files.root / "src" / "b.py")).data == b"b = 1\n"


@pytest.mark.parametrize(
    "path",
    [
        "../outside/secret",
        "src/../../outside/secret",
        "../project-evil/secret",
        "/etc/passwd",
        "/",
        "..",
        "../outside/missing",
        "/no/such/place",
        "/proc/self/root/etc/passwd",
        "/dev/sda",
        "~/.ssh/id_rsa",
        "~",
    ],
)
def test_does_not_reach_outside(files: Files, path: str) -> None:
    error = fails("outside_project", files.read, path)
    assert str(files.root) in (error.hint or "")
    fails("outside_project", files.write, path, b"x", None)


@pytest.mark.parametrize("target", ["absolute", "relative", "chain", "folder", "proc"])
def test_links_that_lead_outside_name_where(files: Files, tmp_path: Path, target: str) -> None:
    secret = tmp_path / "outside" / "secret"
    link = files.root / "link"
    path = "link"
    if target == "absolute":
        link.symlink_to(secret)
    elif target == "relative":
        link.symlink_to("../outside/secret")
    elif target == "chain":
        (files.root / "src" / "one").symlink_to("../two")
        (files.root / "two").symlink_to(secret)
        link.symlink_to("src/one")
    elif target == "folder":
        link.symlink_to(tmp_path / "outside")
        path = "link/secret"
    else:
        link.symlink_to(f"/proc/self/root{secret}")
    error = fails("outside_project", files.read, path)
    assert isinstance(error, OutsideProject)
    assert (error.reach.path, error.reach.operation) == (str(secret), "read")
    assert str(secret) in error.message
    fails("outside_project", files.write, path, b"x", files_fingerprint(secret))
    assert secret.read_bytes() == SECRET


def files_fingerprint(path: Path) -> tuple[int, int, int]:
    info = path.stat()
    return (info.st_ino, info.st_size, info.st_mtime_ns)


def test_a_dangling_link_to_outside_tells_no_more_than_any_other(files: Files, tmp_path: Path) -> None:
    (files.root / "link").symlink_to(tmp_path / "outside" / "new")
    fails("outside_project", files.read, "link")
    fails("outside_project", files.write, "link", b"x", None)
    assert not (tmp_path / "outside" / "new").exists()


def test_links_inside_are_followed(files: Files) -> None:
    (files.root / "link").symlink_to("src/b.py")
    (files.root / "here").symlink_to(files.root / "src")
    (files.root / "src" / "up").symlink_to("..")
    for path in ("link", "here/b.py", "src/up/link", "here/up/src/b.py"):
        content = files.read(path)
        assert content.data == b"b = 1\n"
        assert content.path == files.root / "src" / "b.py"


def test_dots_after_a_link_mean_the_parent_of_its_target(files: Files) -> None:
    (files.root / "src" / "deep" / "er").mkdir(parents=True)
    (files.root / "link").symlink_to("src/deep/er")
    (files.root / "src" / "deep" / "a.txt").write_bytes(b"deep")
    assert files.read("link/../a.txt").data == b"deep"


def test_also_readable_is_read_only(files: Files, tmp_path: Path) -> None:
    assert files.read(str(tmp_path / "spill" / "c.txt")).data == b"whole output"
    error = fails("outside_project", files.write, str(tmp_path / "spill" / "d.txt"), b"x", None)
    assert isinstance(error, OutsideProject)
    assert error.reach.operation == "write"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "invalid_path"),
        ("  ", "invalid_path"),
        ("a\0b", "invalid_path"),
        ("\ud800", "invalid_path"),
        ("x" * 300, "invalid_path"),
        ("x/" * 5000, "invalid_path"),
        ("missing", "not_found"),
        ("missing/deeper.txt", "not_found"),
        ("missing/../a.txt", "not_found"),
        ("a.txt/deeper", "not_found"),
        ("src", "not_a_file"),
        (".", "not_a_file"),
    ],
)
def test_bad_paths(files: Files, path: str, code: str) -> None:
    error = fails(code, files.read, path)
    assert "\0" not in error.message
    assert len(error.message) < 500


def test_a_missing_file_names_the_ones_near_it(files: Files) -> None:
    assert fails("not_found", files.read, "src/bb.py").hint == "Near it: `src/b.py`."


def test_names_near_are_told_of_readable_folders_only(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "spills-of-others").mkdir()
    policy = Policy(tmp_path / "project", (Rule("read", tmp_path / "spills-of-other", "kept"),))
    files = Files(tmp_path / "project", lambda: policy)
    error = fails("not_found", files.read, str(tmp_path / "spills-of-other"))
    assert "spills-of-others" not in f"{error.message}{error.hint}"


def test_links_in_a_loop(files: Files) -> None:
    (files.root / "one").symlink_to("two")
    (files.root / "two").symlink_to("one")
    fails("invalid_path", files.read, "one")
    fails("invalid_path", files.write, "one", b"", None)


def test_special_files_never_block(files: Files) -> None:
    os.mkfifo(files.root / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(files.root)  # the path of a socket must be short
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
        for name, word in (("pipe", "a pipe"), ("socket", "a socket")):
            assert word in fails("not_a_file", files.read, name).message
            assert word in fails("not_a_file", files.write, name, b"x", None).message
    assert stat.S_ISFIFO((files.root / "pipe").stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_devices(files: Files) -> None:
    try:
        os.mknod(files.root / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("root without the right to make devices")
    assert "a device" in fails("not_a_file", files.read, "null").message
    fails("not_a_file", files.write, "null", b"x", None)


def test_too_large_is_an_error_not_a_part(files: Files) -> None:
    (files.root / "big").write_bytes(b"x" * 101)
    assert len(files.read("big", limit=101).data) == 101
    assert "101 bytes" in fails("too_large", files.read, "big", 100).message
    with (files.root / "huge").open("wb") as file:
        file.truncate(1 << 40)
    fails("too_large", files.read, "huge")
    fails("too_large", files.write, "new", b"x" * (paths.MAX_FILE_BYTES + 1), None)
    assert not (files.root / "new").exists()


def test_a_vanished_project(files: Files) -> None:
    files.root.rename(files.root.with_name("moved"))
    for action in (
        lambda: files.read("a.txt"),
        lambda: files.write("n", b"", None),
        lambda: files.folder(".").__enter__(),
    ):
        error = fails("project", action)
        assert str(files.root) in error.message


def test_a_project_that_became_a_link_elsewhere(files: Files, tmp_path: Path) -> None:
    files.root.rename(files.root.with_name("moved"))
    files.root.symlink_to(tmp_path / "outside")
    fails("outside_project", files.read, "secret")


def test_a_project_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fails("project", Files(tmp_path / "file").read, "a.txt")


def test_a_project_reached_by_a_link(files: Files, tmp_path: Path) -> None:
    (tmp_path / "by-link").symlink_to("project")
    linked = Files(tmp_path / "by-link")
    assert linked.read("a.txt").data == b"hello\n"
    assert linked.read(str(tmp_path / "by-link" / "a.txt")).data == b"hello\n"


def test_home_inside_the_project(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(files.root / "src"))
    assert files.read("~/b.py").data == b"b = 1\n"
    (files.root / "~user").write_bytes(b"just a name")
    assert files.read("~user").data == b"just a name"


def test_shows_paths_relative_and_printable(files: Files, tmp_path: Path) -> None:
    assert files.show(files.root / "src" / "b.py") == "src/b.py"
    assert files.show(tmp_path / "spill") == str(tmp_path / "spill")
    assert files.show(files.root / os.fsdecode(b"\xff\n\xc3\xbc")) == "\\xff\\nü"
    assert files.show(files.root / "a\u202etxt.exe\u2028") == "a\\u202etxt.exe\\u2028"
    assert files.show(files.root / "Bild 3\u202fUhr.png") == "Bild 3\u202fUhr.png"


def test_no_descriptor_is_left_open(files: Files) -> None:
    (files.root / "link").symlink_to("src/../src/b.py")
    descriptors = Path("/dev/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(20):
        files.read("link")
        files.write("new/er", b"", None)
        (files.root / "new" / "er").unlink()
        with files.folder("src") as folder:
            list(folder.entries())
        for path in ("..", "missing", "src", "x" * 300):
            with pytest.raises(ToolError):
                files.read(path)
    assert len(list(descriptors.iterdir())) < before + 20  # what earlier tests left may come and go


# Run as `nobody`: root is permitted everything.
AS_NOBODY = """
import os, sys
from pathlib import Path
from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.protocol.errors import ToolError
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
files = Files(Path(sys.argv[1]))
known = files.read("readonly").fingerprint
def folder():
    with files.folder("closed"): pass
for action in (
    lambda: files.read("unreadable"), lambda: files.read("closed/x"), folder,
    lambda: files.write("readonly", b"x", known), lambda: files.write("closed/x", b"x", None),
    lambda: files.write("fixed/new", b"x", None), lambda: files.write("fixed/sub/new", b"x", None),
    lambda: files.read("../private/x"),
):
    try: print("no error", action())
    except ToolError as error: print(error.tool_code)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody who owns nothing")
def test_permission_denied(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "closed").mkdir(parents=True)
    (root / "fixed").mkdir()
    (tmp_path / "private").mkdir(mode=0o700)
    for name, mode in (("unreadable", 0o600), ("readonly", 0o444), ("closed/x", 0o644)):
        (root / name).write_text("x")
        (root / name).chmod(mode)
    (root / "closed").chmod(0o700)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(root)], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["permission"] * 7 + ["outside_project"]


def test_pipes_swapped_in_do_not_block(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is a file when it is judged, and a pipe when it is opened."""
    real_read = paths._read

    def swap(*arguments: object) -> object:
        (files.root / "a.txt").unlink()
        os.mkfifo(files.root / "a.txt")
        return real_read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(paths, "_read", swap)
    outcome: list[ToolError] = []
    reader = threading.Thread(target=lambda: outcome.append(fails("not_a_file", files.read, "a.txt")), daemon=True)
    reader.start()
    reader.join(10)
    assert outcome


def test_no_descriptors_left(files: Files) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(ToolError) as read:
            files.read("a.txt")
        with pytest.raises(ToolError) as written:
            files.write("new", b"", None)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (read.value.tool_code, written.value.tool_code) == ("busy", "busy")
