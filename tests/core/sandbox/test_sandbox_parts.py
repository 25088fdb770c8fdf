"""The parts that need no kernel: output that is kept, frames, verdicts, profiles, filters."""

import errno
import random
import struct
import sys

import pytest

from dispatch_jupyter.core.sandbox import seatbelt
from dispatch_jupyter.core.sandbox.kept import HEAD_BYTES, LIVE_BYTES, TAIL_BYTES, Kept
from dispatch_jupyter.core.sandbox.launcher.window import KEPT, Window
from dispatch_jupyter.core.sandbox.launcher.wire import Frames, frame, message
from dispatch_jupyter.core.sandbox.source import sources
from dispatch_jupyter.core.sandbox.types import Rules

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="parts of the launcher")


@pytest.mark.parametrize("seed", range(20))
def test_the_ends_are_kept_exactly_whatever_comes(seed) -> None:
    """Through windows of any size, as from a supervisor to the server."""
    rng = random.Random(seed)
    data = rng.randbytes(rng.choice([0, 10, HEAD_BYTES, HEAD_BYTES + TAIL_BYTES, 300_000, 1_000_000]))
    data = bytes(byte & 0x7F for byte in data)
    window, live = Window(), []
    kept = Kept(live.append)
    place = 0
    while place < len(data):
        for _ in range(rng.randint(1, 6)):
            size = rng.choice([1, 100, 5_000, 70_000, 200_000])
            window.take(data[place : place + size])
            place += size
        kept.feed(*window.give())
    kept.end()
    output = kept.output()
    assert output.total == len(data)
    assert output.head.encode() == data[:HEAD_BYTES]
    if len(data) <= HEAD_BYTES + TAIL_BYTES:
        assert (output.head + output.tail).encode() == data
        assert output.omitted == 0
    else:
        assert output.tail.encode() == data[-TAIL_BYTES:]
        assert output.omitted == len(data) - HEAD_BYTES - TAIL_BYTES
    assert all(len(text) <= LIVE_BYTES + 100 for text in live)


def test_a_window_holds_its_ends_and_counts_the_rest() -> None:
    window = Window()
    assert window.due() is None
    window.take(b"a" * KEPT)
    window.take(b"b" * 1_000_000)
    window.take(b"c" * 10)
    assert window.due() == 0.0
    first, skipped, last = window.give()
    assert first == b"a" * KEPT
    assert last == b"b" * (KEPT - 10) + b"c" * 10
    assert len(first) + skipped + len(last) == window.total
    assert window.due() is None
    window.take(b"d")
    assert 0 < (window.due() or 0) <= 0.1


def test_characters_are_whole_across_frames_and_gaps() -> None:
    live: list[str] = []
    kept = Kept(live.append)
    encoded = "é".encode()
    kept.feed(encoded[:1], 0, b"")
    kept.feed(encoded[1:], 0, b"")
    assert live == ["é"]
    kept.feed(b"x" + encoded[:1], 1_000_000, encoded[1:] + b"y")
    assert "left out" in live[-1]
    assert live[-1].endswith("\ny")


def test_text_over_both_ends_is_whole() -> None:
    kept = Kept(lambda text: None)
    text = "é" * 40_000  # the head ends inside a character
    kept.feed(b"x" + text.encode(), 0, b"")
    assert kept.output().text == "x" + text


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_frames_survive_being_cut(size) -> None:
    sent = message(path="/a\udcff", number=1) + frame(2, b"bytes") + message()
    frames, found = Frames(), []
    for place in range(0, len(sent), size):
        found += frames.feed(sent[place : place + size])
    assert [kind for kind, _ in found] == [1, 2, 1]
    assert found[1][1] == b"bytes"
    with pytest.raises(ValueError, match="a frame of kind 9"):
        Frames().feed(frame(9, b""))


def test_the_launcher_is_standard_library_only_and_whole() -> None:
    texts = sources()
    assert {"launcher", "launcher.launcher", "launcher.probe", "launcher.supervisor"} <= texts.keys()
    for name, text in texts.items():
        compile(text, name, "exec")
        lines = [line.strip() for line in text.splitlines()]
        imported = [line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))]
        assert {name for name in imported if name} <= set(sys.stdlib_module_names), name


@linux
@pytest.mark.parametrize(
    ("operation", "path", "verdict"),
    [
        ("read", "/p/file", "KERNEL"),
        ("write", "/p/deep/file", "KERNEL"),
        ("execute", "/p/file", "KERNEL"),
        ("read", "/pp/file", "OUTSIDE"),
        ("read", "/", "OUTSIDE"),
        ("read", "/usr/lib/x", "KERNEL"),
        ("execute", "/usr/bin/x", "KERNEL"),
        ("write", "/usr/bin/x", "OUTSIDE"),
        ("read", "/etc/passwd", "KERNEL"),
        ("read", "/etc/passwd-", "OUTSIDE"),
        ("execute", "/etc/passwd", "OUTSIDE"),
        ("read", "/home/a", "KERNEL"),
        ("read", "/home/new", "OURSELVES"),
        ("read", "/home", "OURSELVES"),
        ("write", "/home/new", "OURSELVES"),
        ("read", "/home/keys", "OUTSIDE"),
        ("read", "/home/keys/two", "OUTSIDE"),
        ("read", "/home/keys/one", "KERNEL"),
        ("write", "/home/keys/one", "OUTSIDE"),
        ("read", "/home/keysmith", "OURSELVES"),
    ],
)
def test_verdicts(monkeypatch, operation, path, verdict) -> None:
    assert _judge(monkeypatch).file(operation, path).name == verdict


def _judge(monkeypatch):
    from dispatch_jupyter.core.sandbox.launcher import landlock, verdicts
    from dispatch_jupyter.core.sandbox.launcher.landlock import Allowed
    from dispatch_jupyter.core.sandbox.launcher.spec import Spec

    for module in (landlock, verdicts):
        monkeypatch.setattr(module, "identity", lambda path: (1, hash(path)))
    spec = Spec(
        argv=(),
        cwd="/p",
        environ={"HOME": "/home"},
        abi=7,
        live=True,
        write=("/p", "/home/"),
        execute=("/usr",),
        read=("/etc/passwd", "/home/keys/one"),
        hidden=("/home/keys",),
        stand_ins={},
        spill_limit=0,
        ports=(),
        sockets=True,
    )
    write, run, read = landlock.write_rights(7), landlock.RUN, landlock.READ
    rules = [Allowed("/p", write), Allowed("/home/a", write), Allowed("/usr", run)]
    rules += [Allowed("/etc/passwd", read), Allowed("/home/keys/one", read)]
    assert spec.carved()
    return verdicts.Judge(spec, rules)


@linux
def test_what_nobody_is_asked_about(monkeypatch) -> None:
    judge = _judge(monkeypatch)
    assert judge.silent("write", "/proc/sys/x")
    assert judge.silent("read", "/etc")
    assert judge.silent("write", "/outside/\udcff"), "nobody can be shown such a name"
    assert not judge.silent("read", "/etc/hosts")
    assert not judge.silent("read", "/home/.npmrc"), "what is there is for the server to judge"


@linux
def test_names_that_need_no_look(monkeypatch) -> None:
    judge = _judge(monkeypatch)
    assert judge.plainly("read", "/usr/lib/python3/x")
    assert not judge.plainly("read", "/usr/../etc/shadow")
    assert not judge.plainly("read", "/p/link"), "in the project a link may lead out: that is asked about"
    assert not judge.plainly("execute", "/etc/passwd")


@linux
def test_hidden_things_are_carved_out(tmp_path) -> None:
    from dispatch_jupyter.core.sandbox.launcher import landlock

    for name in ("a", "b/keys", "b/c"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "file").write_text("")
    (tmp_path / "b" / "keys" / "one").write_text("")
    (tmp_path / "link").symlink_to("/")
    (tmp_path / "alias").hardlink_to(tmp_path / "b" / "keys" / "one")
    root, keys = str(tmp_path), str(tmp_path / "b" / "keys")
    found = {rule.path for rule in landlock.carved(root, landlock.READ, [keys], list_parents=False)}
    assert found == {f"{root}/a", f"{root}/b/c", f"{root}/file", f"{root}/alias"}
    found = {rule.path for rule in landlock.carved(root, landlock.READ, [f"{keys}/one"], list_parents=False)}
    assert found == {f"{root}/a", f"{root}/b/c", f"{root}/file"}, "nor under another name"
    itself = landlock.carved(keys, landlock.READ, [keys], list_parents=True)
    assert itself == [landlock.Allowed(keys, landlock.READ)], "given leave for, by its own name"
    listed = landlock.carved(root, landlock.READ, [keys], list_parents=True)
    assert landlock.Allowed(root, landlock.READ_DIR) in listed


@linux
def test_children_that_never_cease_to_end_do_not_keep_anybody(monkeypatch) -> None:
    from dispatch_jupyter.core.sandbox.launcher import trees

    seen: list[int] = []
    monkeypatch.setattr(trees.os, "waitpid", lambda process, options: (len(seen) + 2, 0))
    assert trees.reap(lambda process, status: seen.append(process)), "there may be more"
    assert 0 < len(seen) < 10_000


@linux
def test_children_that_are_left_alone_are_not_reaped(monkeypatch) -> None:
    from dispatch_jupyter.core.sandbox.launcher import trees

    waited: list[int] = []
    monkeypatch.setattr(trees, "_listed", lambda path: [5, 6, 7])
    monkeypatch.setattr(trees.os, "waitpid", lambda process, options: waited.append(process) or (process, 9))
    seen: list[tuple[int, int]] = []
    assert not trees.reap(lambda *ended: seen.append(ended), but={6})
    # each thread of this process has children of its own
    assert set(waited) == {5, 7}
    assert set(seen) == {(5, 9), (7, 9)}


# --- the filter, run by hand


@linux
@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("abi", [1, 7])
def test_every_jump_of_the_filter_lands(live, abi) -> None:
    from dispatch_jupyter.core.sandbox.launcher import bpf
    from dispatch_jupyter.core.sandbox.launcher.filters import filter_for

    steps = filter_for(live=live, abi=abi, carved=live, sockets=live)
    assert len(steps) < 4096
    for place, (code, yes, no, _) in enumerate(steps):
        if code in (bpf._EQUAL, bpf._ANY_BIT, bpf._GREATER_OR_EQUAL):
            assert place + 1 + max(yes, no) < len(steps)
    assert len(bpf.packed(steps)) == 8 * len(steps)


@linux
@pytest.mark.parametrize(
    ("name", "arguments", "verdict"),
    [
        ("openat", (0xFFFFFF9C, 0, 0), "notify"),
        ("openat", (5, 0, 0), "allow"),
        ("fchmod", (5, 0o777), "notify"),
        ("fchmod", (5, 0o4755), errno.EPERM),
        ("fchmodat", (5, 0, 0o2755), "notify"),
        ("fchmodat", (5, 0, 0o4755), errno.EPERM),
        ("openat", (0xFFFFFF9C, 0, 0o101, 0o4755), errno.EPERM),
        ("openat", (5, 0, 0o20200001, 0o4755), errno.EPERM),
        ("openat", (5, 0, 0, 0o4755), "allow"),
        ("openat", (5, 0, 0o101, 0o2755), errno.EPERM),
        ("mknodat", (5, 0, 0o104755), errno.EPERM),
        ("openat2", (5, 0, 0), errno.ENOSYS),
        ("setsockopt", (3, 6, 1), "allow"),
        ("setsockopt", (3, 6, 31), errno.EPERM),
        ("setsockopt", (3, 1, 31), "allow"),
        ("setsockopt", (3, 0, 51), errno.EPERM),
        ("setsockopt", (3, 0, 1), "allow"),
        ("setsockopt", (3, 41, 51), "allow"),
        ("ioctl", (3, 0x40049409), "allow"),
        ("ioctl", (3, 0x50009401), errno.EPERM),
        ("ptrace", (16,), errno.EPERM),
        ("clone3", (), errno.ENOSYS),
        ("io_uring_setup", (1,), errno.ENOSYS),
        ("fsetxattr", (1,), errno.EOPNOTSUPP),
        ("socket", (2, 1, 0), "allow"),
        ("socket", (10, 2 | 0o2000000, 17), "allow"),
        ("socket", (2, 1, 262), errno.EPERM),
        ("socket", (2, 5, 0), errno.EPERM),
        ("socket", (1, 1, 0), errno.EPERM),
        ("socket", (16, 3, 0), "allow"),
        ("socket", (16, 3, 9), errno.EPERM),
        ("socket", (40, 1, 0), errno.EPERM),
        ("socketpair", (1, 1, 0), "allow"),
        ("socketpair", (1, 2, 0), errno.EPERM),
        ("sendto", (3, 0, 5, 0), "allow"),
        ("sendto", (3, 0, 5, 0x20004000), errno.EOPNOTSUPP),
        ("clone", (0x11,), "allow"),
        ("clone", (0x10000011,), errno.EPERM),
        ("ioctl", (0, 0x5401), "allow"),
        ("ioctl", (0, 0x5412), errno.EPERM),
        ("fcntl", (3, 2), "allow"),
        ("fcntl", (3, 1024), errno.EINVAL),
        ("personality", (0xFFFFFFFF,), "allow"),
        ("personality", (0x0400000,), errno.EPERM),
        ("prlimit64", (0, 7), "allow"),
        ("prlimit64", (1, 7), errno.EPERM),
        ("setpriority", (0, 0, 5), "allow"),
        ("setpriority", (0, 77, 5), errno.EPERM),
        ("setpriority", (2, 0, 5), errno.EPERM),
        ("ioprio_set", (1, 0, 5), "allow"),
        ("ioprio_set", (3, 0, 5), errno.EPERM),
        ("sched_setaffinity", (0,), "allow"),
        ("sched_setaffinity", (77,), "notify"),
        ("kill", (1, 9), "allow"),
        ("connect", (3,), "allow"),
    ],
)
def test_the_filter_says(name, arguments, verdict) -> None:
    _says(name, arguments, verdict)


@linux
@pytest.mark.parametrize(
    ("name", "arguments", "verdict"),
    [
        ("connect", (3,), "notify"),
        ("bind", (3,), "notify"),
        ("listen", (3,), "notify"),
        ("socket", (1, 1, 0), "allow"),
        ("socket", (1, 5 | 0o2000000, 0), "allow"),
        ("socket", (1, 2, 0), errno.EPERM),
        ("socket", (1, 3, 0), errno.EPERM),
        ("socket", (2, 1, 262), errno.EPERM),
        ("socket", (2, 5, 0), errno.EPERM),
        ("socket", (40, 1, 0), errno.EPERM),
        ("sendto", (3, 0, 5, 0x20004000), errno.EOPNOTSUPP),
    ],
)
def test_the_filter_says_where_sockets_are_held(name, arguments, verdict) -> None:
    _says(name, arguments, verdict, sockets=True)


def _says(name, arguments, verdict, *, sockets=False) -> None:
    from dispatch_jupyter.core.sandbox.launcher import bpf
    from dispatch_jupyter.core.sandbox.launcher.filters import filter_for
    from dispatch_jupyter.core.sandbox.launcher.syscalls import AUDIT_ARCH, NUMBERS, SUPPORTED

    if not SUPPORTED:
        pytest.skip("there is no filter for this machine")
    found = _run(filter_for(live=True, abi=7, carved=False, sockets=sockets), NUMBERS[name], AUDIT_ARCH, arguments)
    wanted = {"allow": bpf.ALLOW, "notify": bpf.NOTIFY}.get(verdict) if isinstance(verdict, str) else bpf.fail(verdict)
    assert found == wanted


def _run(steps, number: int, arch: int, arguments) -> int:
    """What the kernel does with a filter."""
    filled = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, arch, 0, *filled)
    place = loaded = 0
    while True:
        code, yes, no, operand = steps[place]
        place += 1
        if code == 0x20:
            loaded = struct.unpack_from("<I", data, operand)[0]
        elif code == 0x54:
            loaded &= operand
        elif code == 0x06:
            return operand
        else:
            true = {0x15: loaded == operand, 0x35: loaded >= operand, 0x45: bool(loaded & operand)}[code]
            place += yes if true else no


# --- macOS


def test_a_profile_for_macos() -> None:
    rules = Rules(
        write=("/Users/a/project",),
        execute=("/usr",),
        read=("/etc/hosts",),
        hidden=("/Users/a/project/keys", 'C:\\odd "name"'),
        ports=(8888,),
    )
    text = seatbelt.profile(rules)
    assert text.startswith("(version 1)\n(deny default)\n")
    assert '(allow file-read* file-map-executable (subpath "/etc/hosts"))' in text
    assert text.index('(subpath "/Users/a/project")') < text.index('(subpath "/Users/a/project/keys")')
    assert '(deny file-read* file-write* process-exec* (subpath "/Users/a/project/keys"))' in text
    assert '(subpath "C:\\\\odd \\"name\\"")' in text
    assert text.rstrip().endswith('(deny network-outbound (remote tcp "*:8888"))')
    assert text.count("(") == text.count(")")
    with pytest.raises(ValueError, match="NUL"):
        seatbelt.profile(Rules(read=("/a\0b",)))
