"""Attacks on the guard of sockets: addresses, descriptors and names that change while they are judged."""

import asyncio
import errno
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_jupyter.core.sandbox import level as levels
from dispatch_jupyter.core.sandbox.launcher import places
from dispatch_jupyter.core.sandbox.launcher.local import Local
from dispatch_jupyter.core.sandbox.launcher.sockets import Taken
from dispatch_jupyter.core.sandbox.source import sources
from test_sandbox_sockets import LIVE, full, must_hold_sockets, script

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
]


class Service:
    """Somebody else's program, and how often it was visited."""

    def __init__(self, family: int, address: object) -> None:
        self.socket = socket.socket(family)
        self.socket.bind(address)
        self.socket.listen(100)
        self.visits = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return self.socket.getsockname()[1]

    def _serve(self) -> None:
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.visits += 1


@pytest.fixture
def guarded() -> Iterator[Service]:
    service = Service(socket.AF_INET, ("127.0.0.1", 0))
    yield service
    service.socket.close()


@pytest.fixture
def free() -> Iterator[Service]:
    service = Service(socket.AF_INET, ("127.0.0.1", 0))
    yield service
    service.socket.close()


ADDRESS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def tcp(port): return struct.pack("=HH4s8x", 2, socket.htons(port), socket.inet_aton("127.0.0.1"))
def unix(path): return struct.pack("=H108s", 1, path)
stop = time.monotonic() + 2
"""

MEMORY = """
addresses = [tcp(int(sys.argv[1])), tcp(int(sys.argv[2]))]
buffer = ctypes.create_string_buffer(16)
def swap():
    while time.monotonic() < stop:
        for address in addresses: ctypes.memmove(buffer, address, 16)
threading.Thread(target=swap).start()
got = 0
while time.monotonic() < stop:
    with socket.socket() as s: got += libc.connect(s.fileno(), buffer, 16) == 0
print("got", got)
"""

DESCRIPTOR = """
guarded = tcp(int(sys.argv[1]))
place = os.dup(0)
def swap():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
        while time.monotonic() < stop:
            with socket.socket() as s:
                os.dup2(s.fileno(), place); os.dup2(u.fileno(), place)
threading.Thread(target=swap).start()
got = 0
while time.monotonic() < stop: got += libc.connect(place, guarded, 16) == 0
print("got", got)
"""

PATH = """
addresses = [unix(b"own.sock"), unix(sys.argv[3].encode())]
buffer = ctypes.create_string_buffer(110)
own = socket.socket(socket.AF_UNIX); own.bind("own.sock"); own.listen(100)
def swap():
    while time.monotonic() < stop:
        for address in addresses: ctypes.memmove(buffer, address, 110)
def link():
    while time.monotonic() < stop:
        for target in ("own.sock", sys.argv[3]):
            os.symlink(target, "new"); os.rename("new", "link.sock")
def serve():
    own.settimeout(0.2)
    while time.monotonic() < stop:
        try: own.accept()[0].close()
        except TimeoutError: pass
for job in (swap, link, serve): threading.Thread(target=job).start()
got = 0
while time.monotonic() < stop:
    for address in (buffer, unix(b"link.sock")):
        with socket.socket(socket.AF_UNIX) as s: got += libc.connect(s.fileno(), address, 110) == 0
print("got", got)
"""


@pytest.mark.parametrize("kind", ["MEMORY", "DESCRIPTOR", "PATH"])
def test_what_changes_while_it_is_judged(boxed, base, guarded, free, kind) -> None:
    name = base / "outside" / "docker.sock"
    docker = Service(socket.AF_UNIX, str(name))

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        command = script(box, ADDRESS + globals()[kind])
        ran = await box.run(f"{command} {guarded.port} {free.port} {name}")
        assert ran.text.startswith("got "), ran.text
        assert int(ran.text.split()[1]) > 0, "the race must be won now and then by what is allowed"
        assert (guarded.visits, docker.visits) == (0, 0)

    boxed(LIVE, scenario, ports=(guarded.port,))
    docker.socket.close()


def test_a_socket_made_to_wait_at_the_last_moment_does_not_hold_up_its_supervisor(boxed) -> None:
    """Whether it waits is a flag that the command's other threads may change at any time."""
    text = """
import fcntl, select
sockets = [socket.socket() for _ in range(40)]
def flip():
    while True:
        for s in sockets: fcntl.fcntl(s, fcntl.F_SETFL, 0)
for _ in range(3): threading.Thread(target=flip, daemon=True).start()
for s in sockets:
    fcntl.fcntl(s, fcntl.F_SETFL, os.O_NONBLOCK)
    threading.Thread(target=s.connect_ex, args=[eval(sys.argv[1])], daemon=True).start()
print("all wait", flush=True)
time.sleep(60)
"""

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        with full() as listener:
            waiting = asyncio.Event()
            command = await box.start(
                f'exec {script(box, text)} "{listener.getsockname()}"', lambda said: waiting.set()
            )
            await asyncio.wait_for(waiting.wait(), 20)
            await asyncio.sleep(1)
            started = time.monotonic()
            await command.kill("enough")
            assert time.monotonic() - started < 15

    boxed(LIVE, scenario)


def test_nobody_listens_at_a_guarded_port_whoever_chose_it(boxed, guarded) -> None:
    """A socket may be given any free port by the kernel, and asked to take it from a range of one."""
    text = f"""
def narrowed(family=socket.AF_INET):
    s = socket.socket(family)
    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.setsockopt(socket.IPPROTO_IP, 51, struct.pack("HH", {guarded.port}, {guarded.port}))
    return s
s = narrowed(); s.bind(("127.0.0.77", 0)); print(s.getsockname()[1]); says(s.listen)
s = narrowed(socket.AF_INET6); says(s.listen); print(s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
says(s.bind, ("127.0.0.77", {guarded.port}))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); says(s.bind, ("127.0.0.77", {guarded.port}))
s = socket.socket(); says(s.listen); print(s.getsockname()[1] > 0)
"""

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        ran = await box.run(script(box, text))
        if "ENOPROTOOPT" in ran.text:
            pytest.skip("this kernel has no ranges of ports")
        expected = f"{guarded.port} EADDRINUSE EADDRINUSE 0 EACCES got None got None True"
        assert ran.text.split() == expected.split()

    boxed(LIVE, scenario, ports=(guarded.port,))


def test_sockets_of_other_programs_in_the_project(boxed, base) -> None:
    """A database in the project is none of a command's business, whatever name it gets; nor is one that comes later."""
    theirs = Service(socket.AF_UNIX, str(base / "project" / "theirs.sock"))
    text = """
def try_it(name): says(socket.socket(socket.AF_UNIX).connect, name)
try_it("theirs.sock")
own = socket.socket(socket.AF_UNIX); own.bind("own.sock"); own.listen()
try_it("own.sock")
os.rename("theirs.sock", "own.sock"); try_it("own.sock")
gone = socket.socket(socket.AF_UNIX); gone.bind("gone.sock"); number = os.stat("gone.sock").st_ino
os.unlink("gone.sock"); gone.close(); print("gone", flush=True)
while not os.path.exists("later.sock"): time.sleep(0.01)
print(os.stat("later.sock").st_ino != number); try_it("later.sock")
try_it("missing.sock"); try_it("it.py/x"); says(socket.socket(socket.AF_UNIX).bind, "missing/own.sock")
"""

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        later: list[Service] = []

        def come(said: str) -> None:
            if "gone" in said:
                later.append(Service(socket.AF_UNIX, str(base / "project" / "later.sock")))

        command = await box.start(script(box, text), come)
        assert (await command.wait()).code == 0, command.output().text
        expected = "EACCES got None EACCES gone True EACCES ENOENT ENOTDIR ENOENT"
        assert command.output().text.split() == expected.split()
        assert theirs.visits == later[0].visits == 0
        later[0].socket.close()

    boxed(LIVE, scenario)
    theirs.socket.close()


def test_what_has_its_name_is_not_taken_for_the_socket_that_was_bound(tmp_path, monkeypatch) -> None:
    """Between the two, another thread can rename somebody else's there."""
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    local, start = Local(-1), places.here(os.open(".", os.O_PATH))
    for swapped in (False, True):
        with socket.socket(socket.AF_UNIX) as own, socket.socket(socket.AF_UNIX) as theirs:
            own.bind(f"own{swapped}")
            theirs.bind(f"theirs{swapped}")
            if swapped:
                Path(f"theirs{swapped}").rename(f"own{swapped}")
            taken = Taken(own.detach())
            local._remember(taken, start, f"own{swapped}".encode())
            there, _ = local.find(os.getpid(), f"own{swapped}".encode())
            assert (there is None) is swapped
            if there:
                there.close()
            taken.close()
    for one in (*local._bound.values(), start):
        one.close()
    signal.signal(signal.SIGALRM, before)


def test_sockets_are_made_where_the_command_may_write(boxed, base) -> None:
    hidden = base / "project" / "deep" / "keys"
    hidden.mkdir(parents=True)
    names = {
        "beside.sock": "EACCES",
        "sub/in.sock": "got",
        "../tmp/in.sock": "got",
        "deep/keys/x": "EACCES",
        "../outside/x": "EACCES",
    }
    names |= {"../readable/x": "EACCES", "/proc/self/cwd/x": "ELOOP"}

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        (box.base / "readable").mkdir()
        (box.project / "sub").mkdir()
        text = "".join(f"says(socket.socket(socket.AF_UNIX).bind, {name!r})\n" for name in names)
        ran = await box.run(script(box, text))
        assert [line.split()[0] for line in ran.text.splitlines()] == list(names.values()), ran.text
        assert ran.asked == []
        assert [path.name for path in (*hidden.iterdir(), *(box.base / "readable").iterdir())] == []

    boxed(LIVE, scenario, hidden=(str(hidden),), more={"read": (str(base / "readable"),)})


def test_a_socket_that_lingers_does_not_hold_up_its_supervisor() -> None:
    """The command can close its own copy first: closing would then wait here for a peer that never reads."""
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 30))
        ours.setblocking(False)
        while True:
            try:
                ours.send(bytes(100_000))
            except BlockingIOError:
                break
        started = time.monotonic()
        Taken(ours.detach()).close()
        assert time.monotonic() - started < 15
        theirs.close()
    signal.signal(signal.SIGALRM, before)


# --- where the supervisor cannot take sockets


def _without_taking() -> dict[str, str]:
    texts = sources()
    old = 'return call("pidfd_getfd", handle, ctypes.c_int(number), 0)'
    assert old in texts["launcher.places"]
    texts["launcher.places"] = texts["launcher.places"].replace(old, f"raise OSError({errno.EPERM}, 'not here')")
    return texts


@pytest.mark.parametrize(("abi", "ports"), [(None, True), (3, False)])
def test_without_taking_sockets_landlock_guards_the_ports(boxed, guarded, abi, ports) -> None:
    async def scenario(box) -> None:
        box.sandbox._sources = _without_taking()
        box.sandbox._finding = None
        found = await box.sandbox.level()
        assert found.name == LIVE
        assert found.guards_ports is ports
        assert ("connect to this server" in found.reason) is not ports
        assert not (await box.sandbox._ground()).sockets
        text = f"says(socket.create_connection, {guarded.socket.getsockname()}); says(socket.socket, socket.AF_UNIX)"
        ran = await box.run(script(box, text))
        assert ran.text.split()[-1] == "EPERM"
        assert (ran.text.split()[0] == "EACCES") is ports

    boxed(LIVE, scenario, ports=(guarded.port,), abi=abi)


def test_why_sockets_cannot_be_taken_is_found_out() -> None:
    found = levels._probe(_without_taking(), None)
    if found["live"] or found["confined"]:
        pytest.skip("calls cannot be held here")
    assert "not here" in found["sockets"]
