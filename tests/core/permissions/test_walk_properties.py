"""The resolver against the system's own, over generated trees of folders, files and links."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.permissions.places import Places, Secret
from dispatch_jupyter.core.permissions.policy import OutsideProject, Policy, Rule
from dispatch_jupyter.core.permissions.walk import walk
from dispatch_jupyter.core.protocol.errors import ToolError

NAMES = ("a", "b", "c")
parts = st.sampled_from([*NAMES, "..", "."])
# not `file/.` at the end: the system refuses it, the resolver lets it pass for `file`
paths = st.lists(parts, min_size=1, max_size=6).filter(lambda found: found[-1] != ".").map("/".join)
trees = st.lists(
    st.tuples(
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join),
        st.sampled_from(["folder", "file", "link", "absolute link"]),
        st.one_of(paths, st.just(".")),
    ),
    max_size=10,
)


def build(base: Path, tree: list[tuple[str, str, str]]) -> None:
    """As much of the tree as can be made; what is in the way of something else stays."""
    for place, kind, target in tree:
        path = base / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.resolve().is_relative_to(base):
                continue
            if kind == "folder":
                path.mkdir(exist_ok=True)
            elif kind == "file":
                path.write_text(place)
            else:
                path.symlink_to(base / target if kind == "absolute link" else target)
        except (OSError, RuntimeError):
            continue


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees, path=paths)
def test_walks_where_the_system_goes(tree: list[tuple[str, str, str]], path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        build(base, tree)
        place = walk(f"{base}/{path}")
        try:
            try:
                expected = os.stat(f"{base}/{path}")  # noqa: PTH116 - the text as it is, dots and all
            except OSError as error:
                assert place.fault is not None
                assert place.fault.errno == error.errno
            else:
                assert place.info is not None
                assert os.path.samestat(place.info, expected)
                assert str(place.path) == os.path.realpath(f"{base}/{path}")
                assert os.path.samestat(os.stat(place.name, dir_fd=place.folder), expected)
        finally:
            place.close()


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees, path=paths, data=st.binary(max_size=5))
def test_nothing_outside_changes(tree: list[tuple[str, str, str]], path: str, data: bytes) -> None:
    """The project is `a`; what is beside it stays as it is, whatever the links say."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        (base / "a").mkdir()
        build(base, tree)
        if not (base / "a").is_dir() or (base / "a").is_symlink():
            return
        before = state(base)
        files = Files(base / "a")
        try:
            known = files.read_if_there(path)
            written = files.write(path, data, known.fingerprint if known else None)
        except ToolError as error:
            assert error.tool_code in {"outside_project", "not_found", "not_a_file", "invalid_path"}
            assert state(base) == before
        else:
            assert written.path.is_relative_to(base / "a")
            assert os.path.realpath(base / "a" / path) == str(written.path)
            assert written.path.read_bytes() == data
            assert outside(state(base)) == outside(before)


SPELT = ("{}", "{}/", "../a/{}", "{{base}}/{}", "{{base}}//a/../{}", "./{}")


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees, path=paths, spelt=st.sampled_from(SPELT))
def test_what_is_read_is_what_the_policy_allows(tree: list[tuple[str, str, str]], path: str, spelt: str) -> None:
    """The project is `a`; `b` may be read but for `b/c`; nothing else, by whatever links and dots."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        (base / "a").mkdir()
        build(base, tree)
        places = Places(secrets=(Secret(base / "b" / "c", "keys"),))
        policy = Policy(base / "a", (Rule("read", base / "b", "session", "g1"),), places)
        files = Files(base / "a", lambda: policy)
        path = spelt.format(path).format(base=base)
        full = path if path.startswith("/") else f"{base}/a/{path}"
        real, there = Path(os.path.realpath(full)), os.path.exists(full)  # noqa: PTH110 - the text as it is
        allowed = real.is_relative_to(base / "a") or (
            real.is_relative_to(base / "b") and not real.is_relative_to(base / "b" / "c")
        )
        try:
            content = files.read(path)
        except OutsideProject as error:
            assert not allowed or not there
            assert not Path(error.reach.path).is_relative_to(base / "a")
            assert (error.reach.secret is not None) is Path(error.reach.path).is_relative_to(base / "b" / "c")
        except ToolError as error:
            assert error.tool_code in {"not_found", "not_a_file", "invalid_path"}
        else:
            assert allowed
            assert content.path == real
        for name in (path, f"{path}\0", f"{path}/\0/../../a"):
            try:
                files.check("write", name)
            except ToolError as error:
                assert error.tool_code in {"outside_project", "invalid_path"}
            else:
                assert "\0" not in name
                assert real.is_relative_to(base / "a") or not there


def state(base: Path) -> dict[str, str | bytes]:
    """Every path below, with what is there."""
    found: dict[str, str | bytes] = {}
    for path in base.rglob("*"):
        name = path.relative_to(base).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = path.read_bytes() if path.is_file() else "folder"
    return found


def outside(found: dict[str, str | bytes]) -> dict[str, str | bytes]:
    return {name: what for name, what in found.items() if name.split("/")[0] != "a"}
