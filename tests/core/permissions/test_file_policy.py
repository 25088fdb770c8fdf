"""`Files` and the policy: asked for at each access, about real paths, before anything is opened."""

import os
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.permissions.places import Places, Secret
from dispatch_jupyter.core.permissions.policy import Denied, OutsideProject, Policy, Rule
from dispatch_jupyter.core.protocol.errors import ToolError

SECRET = b"not for you"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A project beside other folders."""
    for name in ("project/a.txt", "outside/secret", "project-evil/secret"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(SECRET)
    return Files(tmp_path / "project")


def fails(code: str, action: object, *arguments: object) -> ToolError:
    with pytest.raises(ToolError) as caught:
        action(*arguments)  # type: ignore[operator]
    assert caught.value.tool_code == code, caught.value.message
    return caught.value


def files_fingerprint(path: Path) -> tuple[int, int, int]:
    info = path.stat()
    return (info.st_ino, info.st_size, info.st_mtime_ns)


def test_a_policy_decides_on_real_paths(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / ".env").write_text("KEY=1")
    (root / "link").symlink_to(".env")
    policy = Policy(root, places=Places(secrets=(Secret(root / ".env", "keys"),)))
    files = Files(root, lambda: policy)
    error = fails("outside_project", files.read, "link")
    assert isinstance(error, OutsideProject)
    assert (error.reach.path, error.reach.secret) == (str(root / ".env"), "keys")
    assert "a place of secrets (keys)" in error.message
    fails("outside_project", files.write, ".env", b"", None)
    files.write("new", b"", None)


def test_the_policy_is_asked_for_at_each_access(files: Files, tmp_path: Path) -> None:
    secret = (tmp_path / "outside" / "secret").resolve()
    now = [Policy(files.root)]
    files = Files(files.root, lambda: now[0])
    fails("outside_project", files.read, str(secret))
    now[0] = now[0].also(Rule("read", secret, "once", exact=True))
    assert files.read(str(secret)).data == SECRET
    fails("outside_project", files.write, str(secret), b"x", files_fingerprint(secret))
    now[0] = Policy(files.root)
    fails("outside_project", files.read, str(secret))


def test_the_use_of_leave_and_what_is_refused_are_told(files: Files, tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    outside = (tmp_path / "outside").resolve()
    policy = Policy(files.root, (Rule("read", outside, "session", "g1"),))
    files = Files(files.root, lambda: policy, lambda reach, verdict: told.append((reach.path, verdict.rule)))
    files.read("a.txt")
    files.read("../outside/secret")
    fails("outside_project", files.read, "../project-evil/secret")
    fails("denied", files.read, "/proc/1/environ")
    assert told == [(f"{outside}/secret", "session grant"), ("/proc/1/environ", "refused place")]


def test_a_check_asks_for_what_is_to_come_and_opens_nothing(files: Files, tmp_path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        files.check("write", "new/er.txt")
        error = fails("outside_project", files.check, "write", "../outside/secret")
    assert isinstance(error, OutsideProject)
    assert error.reach.operation == "write"
    assert error.reach.covers == str((tmp_path / "outside").resolve()) and not error.reach.is_file
    fails("invalid_path", files.check, "read", "")
    assert not (files.root / "new").exists()
    # what earlier tests left may come and go: less than one for each time
    assert len(list(Path("/dev/fd").iterdir())) < before + 20


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
@pytest.mark.parametrize("path", ["/proc/self/environ", "/proc/1/mem", "/proc/self/fd/100000", "/proc/kcore", "link"])
def test_what_is_refused_is_never_asked_about(files: Files, path: str) -> None:
    (files.root / "link").symlink_to("/proc/self/maps")
    error = fails("denied", files.read, path)
    assert isinstance(error, Denied)
    assert "never opened" in error.message


def test_a_name_that_cannot_be_told_is_denied_outside(files: Files) -> None:
    odd = os.fsdecode(b"\xff")
    fails("not_found", files.read, odd)
    fails("denied", files.read, f"../outside/{odd}")
