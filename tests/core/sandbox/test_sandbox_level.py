"""Levels: found by trying, named with what they do not cover; what the lower ones do instead."""

import asyncio
import sys
import time

import pytest

from dispatch_jupyter.core.sandbox import level as levels
from dispatch_jupyter.core.sandbox.guess import guess
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.sandbox.source import sources
from dispatch_jupyter.core.sandbox.types import Denial, Rules

pytestmark = pytest.mark.slow

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the launcher needs Linux")


@linux
def test_a_level_may_be_lowered_and_says_why(boxed) -> None:
    async def scenario(box) -> None:
        found = await box.sandbox.level()
        assert found.name == "kernel"
        assert "settings" in found.reason
        assert "modes, owners and times" in found.reason
        assert "told what happens in other folders" in found.reason
        assert found.guards_ports

    boxed("kernel", scenario)


@linux
@pytest.mark.parametrize(
    ("abi", "gaps", "ports"),
    [(1, ["connect to this server", "devices", "signals"], False), (4, ["devices", "signals"], True), (6, [], True)],
)
@pytest.mark.parametrize("level", ["kernel", "kernel+live"])
def test_what_an_old_landlock_does_not_cover_is_said(boxed, level, abi, gaps, ports) -> None:
    async def scenario(box) -> None:
        found = await box.sandbox.level()
        ground = await box.sandbox._ground()
        assert found.guards_ports is (ports or ground.sockets)
        held = {"signals": level == "kernel+live", "connect to this server": ground.sockets}
        expected = [gap for gap in gaps if not held.get(gap)]
        said = [gap for gap in ("connect to this server", "devices", "signals") if gap in found.reason]
        assert said == expected
        assert found.reason.count(". ") == 1, "two sentences"

    boxed(level, scenario, abi=abi)


@linux
@pytest.mark.parametrize("abi", [1, 2, 3, 5])
@pytest.mark.parametrize("level", ["kernel", "kernel+live"])
def test_an_old_landlock_still_confines(boxed, level, abi) -> None:
    async def scenario(box) -> None:
        (box.base / "readable").write_text("theirs\n")
        ran = await box.run(
            f"cat {box.outside}/secret; truncate -s 0 {box.outside}/secret {box.base}/readable;"
            f"python3 -c \"import os; os.truncate('{box.outside}/secret', 0)\";"
            f"python3 -c \"import os; os.open('{box.base}/readable', os.O_TRUNC)\";"
            "echo fine > file; cat file; mkdir d; mv file d; sleep 0.1 & kill $!; wait; echo done"
        )
        assert "the secret" not in ran.text
        assert (box.outside / "secret").read_text() == "the secret\n"
        assert (box.base / "readable").read_text() == "theirs\n"
        assert "fine\n" in ran.text
        assert ran.text.endswith("done\n")

    boxed(level, scenario, abi=abi)


@linux
def test_signals_are_held_where_landlock_does_not_confine_them(boxed) -> None:
    async def scenario(box) -> None:
        victim = await asyncio.create_subprocess_exec("sleep", "60")
        ran = await box.run(
            f'kill -9 {victim.pid}; kill -9 $PPID; python3 -S -c "import os; os.kill(-1, 9)";'
            f'python3 -S -c "import os, signal; signal.pidfd_send_signal(os.pidfd_open({victim.pid}), 9)"; echo alive'
        )
        assert ran.text.endswith("alive\n")
        assert victim.returncode is None
        victim.kill()
        await victim.wait()

    boxed("kernel+live", scenario, abi=5)


@linux
def test_the_level_is_found_once(base, monkeypatch) -> None:
    found = []
    monkeypatch.setattr(
        "dispatch_jupyter.core.sandbox.sandbox.find", lambda *arguments: found.append(1) or levels.find(*arguments)
    )

    async def scenario() -> None:
        sandbox = Sandbox("parsed only")
        several = await asyncio.gather(*(sandbox.level() for _ in range(5)))
        assert len(set(several)) == 1
        assert several[0].name == "parsed only"

    asyncio.run(scenario())
    assert found == [1]


@linux
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("launcher.landlock", "def abi() -> int:", "def abi() -> int:\n    raise OSError(38, 'no such call')"),
            "no such",
        ),
        (
            ("launcher.landlock", "def restrict(rules: int) -> None:", "def restrict(rules):\n    return"),
            "confines noth",
        ),
        (("launcher.bpf", "def install(", "def install(*a, **b):\n    return 0\n\ndef unused("), "filters nothing"),
        (("launcher.linux", "def give_up_privileges() -> None:", "def give_up_privileges():\n    1 / 0"), "division"),
        (("launcher.probe", "def main(", "def main(*a):\n    import os\n    os._exit(3)\n\ndef unused("), "status 3"),
    ],
)
def test_a_kernel_that_cannot_is_noticed(change, said) -> None:
    texts = sources()
    module, old, new = change
    assert old in texts[module]
    texts[module] = texts[module].replace(old, new)
    found = levels.find(texts, "kernel+live")
    assert found.level.name == "parsed only"
    assert found.abi == 0
    assert said in found.level.reason


@linux
def test_a_kernel_that_cannot_hold_calls_still_confines() -> None:
    texts = sources()
    texts["launcher.notify"] = texts["launcher.notify"].replace("_RECEIVE = 0xC0502100", "_RECEIVE = 0xC0502199")
    found = levels.find(texts, "kernel+live")
    if found.level.name == "parsed only":
        pytest.skip(found.level.reason)
    assert found.level.name == "kernel"
    assert "system calls cannot be held" in found.level.reason


@linux
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            (
                "launcher.bpf",
                "    try:\n        listener",
                "    raise OSError(16, 'a listener is there')\n    try:\n        listener",
            ),
            "[Errno 16] a listener is there",
        ),
        (
            ("launcher.probe", "listener = _confine(version, live=True)", "os._exit(3)"),
            "the test ended without a word",
        ),
        (("launcher.probe", "right = ", "right = not "), "they are not answered as told"),
        (("launcher.probe", "right = ", "os._exit(3)\n        right = "), "the test ended without a word"),
    ],
)
def test_why_calls_cannot_be_held_is_found_out(change, said) -> None:
    texts = sources()
    module, old, new = change
    assert texts[module].count(old) == 1
    texts[module] = texts[module].replace(old, new)
    found = levels._probe(texts, None)
    if found["confined"]:
        pytest.skip(found["confined"])
    assert found["live"] == f"system calls cannot be held: {said}"


def test_other_systems_say_what_they_cannot(monkeypatch) -> None:
    for platform, word in (("win32", "cannot confine"), ("darwin", "not tried yet")):
        monkeypatch.setattr(levels.sys, "platform", platform)
        assert levels.find({}, "kernel+live").level.name == "parsed only"
        assert word in levels.find({}, "kernel+live").level.reason
        assert levels.find({}, "kernel+live").abi == 0


@linux
def test_without_held_calls_denials_are_guessed(boxed) -> None:
    async def scenario(box) -> None:
        ran = await box.run(f"cat {box.outside}/secret")
        assert ran.exit.denials == (Denial("read", str(box.outside / "secret"), asked=False, guessed=True),)
        ran = await box.run(f"touch {box.outside}/new")
        assert ran.exit.denials == (Denial("write", str(box.outside), asked=False, guessed=True),)

    boxed("kernel", scenario)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("cat: {there}: Permission denied", "read {there}"),
        ("cat: {program}: Permission denied", "read {program}"),
        ("PermissionError: [Errno 13] Permission denied: '{there}'", "read {there}"),
        ("Error: EACCES: permission denied, open '{there}'", "read {there}"),
        ("touch: cannot touch '{there}': Permission denied", "write {there}"),
        ("cp: cannot create regular file '{there}': Permission denied", "write {there}"),
        ("bash: line 1: {there}: Permission denied", "read {there}"),
        ("sh: 1: {there}: Permission denied", "read {there}"),
        ("bash: line 1: {readable}: Permission denied", "write {readable}"),
        ("cp: cannot open '{there}' for reading: Permission denied", "read {there}"),
        ("tar: {there}: Cannot open: Permission denied", "read {there}"),
        ("terraform: open {there}: permission denied", "read {there}"),
        ("java.io.FileNotFoundException: {there} (Permission denied)", "read {there}"),
        ("cat: {spaced}: Permission denied", "read {spaced}"),
        ("PermissionError: [Errno 13] Permission denied: '{spaced}'", "read {spaced}"),
        ("failed to copy a b /c to {spaced}: permission denied", "read {spaced}"),
        ("    os.remove(path)\nPermissionError: [Errno 13] Permission denied: '{there}'", "write {folder}"),
        ("    open(path, 'w')\nPermissionError: [Errno 13] Permission denied: '{there}'", "write {there}"),
        ("PermissionError: [Errno 13] Permission denied: '{readable}'", "write {readable}"),
        ("Error: EACCES: permission denied, open '{readable}'", "write {readable}"),
        ("Permission denied @ rb_sysopen - {there}", "read {there}"),
        ("  cat: {there}: Permission denied (os error 13)", "read {there}"),
        ("./build.sh: line 31: {program}: Permission denied", "execute {program}"),
        ("PermissionError: [Errno 13] Permission denied: '{program}'", "execute {program}"),
        ("Error: EACCES: permission denied, mkdir '{new}'", "write {folder}"),
        ("mkdir: cannot create directory \u2018{new}\u2019: Permission denied", "write {folder}"),
        ("PermissionError: [Errno 13] Permission denied: '{new}'", "write {folder}"),
        ("cp: cannot create regular file '{new}': Permission denied", "write {folder}"),
        ("rm: cannot remove '{there}': Permission denied", "write {folder}"),
        ("mv: cannot move 'a' to '{there}': Permission denied", "write {folder}"),
        ("ls: cannot access '{there}': No such file or directory", None),
        ("if it says Permission denied then look at {there} or {folder}", None),
        ("GET {there} 403 Permission denied", None),
        ("cat: {readable}: Permission denied", None),
        ("cat: {there}\0: Permission denied", None),
        ("chmod: changing permissions of '{there}': Operation not permitted", None),
    ],
)
def test_guesses(tmp_path, line, wanted) -> None:
    places = {"there": tmp_path / "there", "program": tmp_path / "program", "new": tmp_path / "new", "folder": tmp_path}
    places["readable"] = tmp_path / "readable"
    places["readable"].touch()
    places["spaced"] = tmp_path / "with some spaces.txt"
    places["spaced"].touch()
    places["there"].touch()
    places["program"].touch(0o755)
    rules = Rules(write=(str(tmp_path / "project"),), read=(str(places["readable"]),))
    found = guess(rules, f"before\n{line.format(**places)}\nafter")
    assert [f"{one.operation} {one.path}" for one in found] == ([wanted.format(**places)] if wanted else [])


def test_what_the_rules_cover_is_no_guess(tmp_path) -> None:
    inside, hidden = tmp_path / "inside", tmp_path / "hidden"
    for path in (inside, hidden):
        path.write_text("")
    rules = Rules(read=(str(tmp_path),), hidden=(str(hidden),))
    text = f"cat: {inside}: Permission denied\ncat: {hidden}: Permission denied\n"
    assert [denial.path for denial in guess(rules, text)] == [str(hidden)]


def test_what_is_printed_to_keep_somebody_busy_is_looked_at_to_a_bound(tmp_path) -> None:
    flood = (
        f"permission denied {' /etc' * 100_000}\n"
        + f"{'x' * 1980} permission denied\n" * 50
        + f"PermissionError: {'open(' * 390}: '/etc/hosts': Permission denied\n" * 100
        + f"cat: {tmp_path}: Permission denied\n" * 100_000
    )
    before = time.process_time()
    assert [denial.path for denial in guess(Rules(), flood)] == ["/etc/hosts", str(tmp_path)]
    plain = time.process_time()
    "".join(reversed([line for line in flood.splitlines() for _ in range(20)]))
    assert plain - before < 5 * (time.process_time() - plain)
