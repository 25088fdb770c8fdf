"""Every known way out of the sandbox, tried: as root and as a user without privileges, with and without a supervisor
that holds calls. `escape/ways_*.py` have the ways; here each is a test of its own."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox_box import cannot

HERE = Path(__file__).parent / "escape"
PACKAGE = Path(__file__).parents[3] / "dispatch_jupyter" / "core" / "sandbox"
NOBODY = 65534
SYSTEM_PYTHON = "/usr/bin/python3"

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
    pytest.mark.slow,
    pytest.mark.timeout(120),
]

METADATA = {
    "mode_by_name",
    "mode_by_descriptor",
    "mode_by_path_descriptor",
    "mode_by_fchmodat2",
    "mode_by_link",
    "owner",
    "times",
    "times_by_descriptor",
    "times_the_old_way",
    "watch_outside",
}
"""Held calls only: Landlock does not know modes, owners, times and watches, and the level says so."""


def _named(decorator: str) -> list[str]:
    trees = [ast.parse(path.read_text()) for path in sorted(HERE.glob("ways_*.py"))]
    return [
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(one, ast.Name) and one.id == decorator for one in node.decorator_list)
    ]


def _worlds() -> list[Any]:
    users = ["root", "nobody"] if os.geteuid() == 0 else ["this user"]
    return [
        pytest.param((user, live), id=f"{user}{'-live' if live else ''}") for user in users for live in (False, True)
    ]


@pytest.fixture(scope="module", params=_worlds())
def attempt(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    user, live = request.param
    python = SYSTEM_PYTHON if user == "nobody" else sys.executable
    if user == "nobody" and not Path(SYSTEM_PYTHON).exists():
        pytest.skip(f"a user without privileges cannot run {sys.executable}, and there is no {SYSTEM_PYTHON}")
    base = Path(tempfile.mkdtemp(prefix="dispatch-escape-"))
    try:
        yield _attempt(base, user, live, python) | {"live": live}
    finally:
        shutil.rmtree(base)


def _attempt(base: Path, user: str, live: bool, python: str) -> dict[str, Any]:
    shutil.copytree(PACKAGE, base / "package" / "box", ignore=shutil.ignore_patterns("__pycache__"))
    (base / "package" / "box" / "__init__.py").write_text("")
    shutil.copytree(HERE, base / "holes", ignore=shutil.ignore_patterns("__pycache__"))
    base.chmod(0o755)
    uid = NOBODY if user == "nobody" else os.geteuid()
    work = base / "work"
    work.mkdir()
    os.chown(work, uid, uid if user == "nobody" else -1)
    (work / "holes").mkdir()
    for path in HERE.glob("*.py"):
        shutil.copy(path, work / "holes" / path.name)
    config = {
        "uid": uid,
        "base": str(work),
        "package": str(base / "package"),
        "python": python,
        "live": live,
        "execute": [] if user == "nobody" else [sys.prefix, sys.base_prefix],
    }
    ran = subprocess.run(
        [python, str(base / "holes" / "world.py"), json.dumps(config)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    if "skipped" in found:
        assert cannot(found["skipped"]), found["skipped"]
        pytest.skip(f"this kernel cannot: {found['skipped']}")
    assert found["results"], found
    return found


@pytest.mark.parametrize("name", _named("hole"))
def test_it_is_held(attempt: dict[str, Any], name: str) -> None:
    if name in METADATA and not attempt["live"]:
        pytest.skip("Landlock does not know modes, owners, times and watches; without held calls they stay open")
    if attempt["abi"] < 4 and name.startswith("port"):
        pytest.skip(f"Landlock {attempt['abi']} knows no ports")
    assert attempt["results"]["holes"][name] is None


@pytest.mark.parametrize("name", _named("works"))
def test_it_works(attempt: dict[str, Any], name: str) -> None:
    if name == "terminals" and not attempt["live"]:
        pytest.skip("while a person has terminals open, Landlock alone cannot tell theirs from the command's")
    assert attempt["results"]["works"][name] is None


def test_the_world_is_as_it_was(attempt: dict[str, Any]) -> None:
    world = attempt["world"]
    assert world["visitors"] == []
    assert world["server"] is None, "the server was killed"
    assert world["outside"] == ["datagram.sock", "docker.sock", "program", "secret", "theirs"]
    assert world["text"] == world["readable"] == "the secret of the outside"
    if attempt["live"]:
        assert world["mode"]
        assert world["times"]


def test_questions_name_real_paths(attempt: dict[str, Any]) -> None:
    if not attempt["live"]:
        assert attempt["asked"] == []
        return
    assert ["read", attempt["results"] and _outside(attempt, "secret")] in attempt["asked"]
    assert ["write", _outside(attempt, "theirs")] in attempt["asked"]
    assert ["execute", _outside(attempt, "program")] in attempt["asked"]


def _outside(attempt: dict[str, Any], name: str) -> str:
    return next(path for _, path in attempt["asked"] if path.endswith(f"/outside/{name}"))
