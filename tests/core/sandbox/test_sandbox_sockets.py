"""Sockets at the highest level: the supervisor connects, binds and listens in the command's place."""
# one command a line is easier to read than a broken one
# ruff: noqa: E501

import asyncio
import contextlib
import shutil
import socket
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
]

LIVE = "kernel+live"


async def must_hold_sockets(box) -> None:
    if not (await box.sandbox._ground()).sockets:
        pytest.skip("sockets cannot be taken from a process here")


def script(box, text: str, name: str = "it.py") -> str:
    """A command that runs this program, which knows `socket` and says which error it got."""
    start = "import errno, os, signal, socket, struct, sys, threading, time\n"
    start += "def says(do, *arguments):\n  try: return print('got', do(*arguments))\n  except OSError as error: print(errno.errorcode[error.errno])\n"
    (box.project / name).write_text(start + text)
    return f"python3 -S {name}"


@contextlib.contextmanager
def full() -> Iterator[socket.socket]:
    """A listener nobody can connect to until it accepts."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener


# --- everyday programs

MANAGER = """
import multiprocessing, os
if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    with context.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
    with context.Manager() as manager:
        shared = manager.dict()
        child = context.Process(target=shared.update, args=({"a": os.getpid() > 0},))
        child.start(); child.join()
        print(dict(shared))
"""
NODE = """
const http = require("http"), net = require("net");
const server = http.createServer((request, response) => response.end("over tcp")).listen(0, "localhost", async () => {
  console.log(await (await fetch(`http://localhost:${server.address().port}`)).text());
  server.close();
  const local = net.createServer(peer => peer.end("over unix")).listen("node.sock", () =>
    net.connect("node.sock").on("data", data => console.log(`${data}`)).on("end", () => local.close()));
});
net.connect("/run/docker.sock").on("error", error => console.log(error.code));
"""
ASYNCIO = """
import asyncio
async def serve(reader, writer):
    writer.write(await reader.read(9)); writer.close()
async def main():
    server = await asyncio.start_server(serve, "localhost", 0)
    local = await asyncio.start_unix_server(serve, "a.sock")
    for connecting in (asyncio.open_connection(*server.sockets[0].getsockname()[:2]), asyncio.open_unix_connection("a.sock")):
        reader, writer = await connecting
        writer.write(b"echo"); print(await reader.read()); writer.close()
asyncio.run(main())
"""
SERVER = "python3 -u -m http.server 0 --bind 127.0.0.1 > log 2>&1 & until grep -q port log; do sleep 0.05; done; P=$(sed 's/.*port \\([0-9]*\\).*/\\1/' log)"

EVERYDAY = {
    "forkserver": ("python3", "python3 forkserver.py", "[1, 2]\n{'a': True}\n"),
    "node": ("node", "node both.js 2>&1 | sort", "over tcp\nover unix\n"),
    "asyncio": ("python3", "python3 both.py", "b'echo'\nb'echo'\n"),
    "git over http": ("git", f"git init -q a && git -C a -c user.name=A -c user.email=a@b commit -q --allow-empty -m one && git -C a update-server-info; {SERVER}; git clone -q http://127.0.0.1:$P/a/.git b && git -C b log --format=%s", "one\n"),
    "pip from an index": ("python3", f"mkdir -p index/small && mv *.whl index/small; cd index; {SERVER}; python3 -m pip install -q --target ../t --index-url http://127.0.0.1:$P/ small && python3 -c 'import sys; sys.path.insert(0, \"../t\"); import small; print(small.WORD)'", "from the wheel\n"),
    "curl, refused": ("curl", "curl -s --noproxy '*' http://127.0.0.1:1/; echo $?", "7\n"),
    "curl, a Unix socket": ("curl", "python3 -c 'import socketserver as s, http.server as h; u = s.UnixStreamServer(\"web\", type(\"H\", (h.BaseHTTPRequestHandler,), {\"do_GET\": lambda self: self.wfile.write(b\"HTTP/1.0 200 OK\\r\\n\\r\\nlocal\\n\"), \"address_string\": lambda self: \"\"})); u.handle_request()' 2>/dev/null & until [ -S web ]; do sleep 0.05; done; sleep 0.1; curl -s --unix-socket web http://x/", "local\n"),
    "bash": ("bash", f"{SERVER}; exec 3<>/dev/tcp/127.0.0.1/$P; printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3", "200 OK"),
    "routes": ("python3", "python3 -c 'import socket; print(socket.getaddrinfo(\"localhost\", 80, type=socket.SOCK_STREAM)[-1][4][1])'", "80\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday(boxed, name) -> None:
    needs, command, expected = EVERYDAY[name]
    if shutil.which(needs) is None:
        pytest.skip(f"{needs} is not installed")

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        for file, text in (("forkserver.py", MANAGER), ("both.js", NODE), ("both.py", ASYNCIO)):
            (box.project / file).write_text(text)
        info = "small-1.0.dist-info"
        with zipfile.ZipFile(box.project / "small-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("small.py", "WORD = 'from the wheel'\n")
            wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        ran = await box.run(command)
        assert expected in ran.text, ran.text
        assert ran.exit.seconds < 20

    boxed(LIVE, scenario, ports=(8888,))


# --- connecting takes time


def test_a_connection_that_takes_time_holds_up_nobody(boxed) -> None:
    async def scenario(box) -> None:
        await must_hold_sockets(box)
        asked = []

        async def ask(operation, path) -> bool:
            asked.append(path)
            return True

        with full() as listener:
            connect = script(box, f"socket.create_connection({listener.getsockname()}); print('connected', flush=True)")
            printed: list[str] = []
            command = await box.start(
                f"{connect} & sleep 0.2; cat {box.outside}/secret; date > now; echo on; wait", printed.append, ask=ask
            )
            while "on\n" not in "".join(printed):
                await asyncio.sleep(0.01)
            assert asked == [str(box.outside / "secret")]
            await asyncio.sleep(0.2)
            assert "connected" not in "".join(printed)
            listener.setblocking(False)
            while "connected" not in "".join(printed):  # the kernel tries again after one second, and after three
                with contextlib.suppress(BlockingIOError):
                    listener.accept()[0].close()
                await asyncio.sleep(0.05)
            assert (await command.wait()).code == 0

    boxed(LIVE, scenario)


@pytest.mark.parametrize("many", [1, 300])
def test_commands_that_wait_for_connections_can_be_killed(boxed, many) -> None:
    async def scenario(box) -> None:
        await must_hold_sockets(box)
        with full() as listener:
            text = f"""
def reach():
    try: socket.create_connection({listener.getsockname()})
    except OSError as error: assert error.errno == errno.EAGAIN, error
for _ in range({many}): threading.Thread(target=reach, daemon=True).start()
print("all wait", flush=True)
time.sleep(60)
"""
            up = asyncio.Event()
            command = await box.start(f"exec {script(box, text)}", lambda said: up.set())
            await asyncio.wait_for(up.wait(), 20)
            await asyncio.sleep(0.3)
            supervisor = Path("/proc", str(command._supervisor), "fd")
            assert len(list(supervisor.iterdir())) < 160
            started = time.monotonic()
            await command.kill("enough")
            assert time.monotonic() - started < 15
            assert not Path("/proc", str(command.pid)).exists()

    boxed(LIVE, scenario)


def test_whoever_gives_up_connecting_leaves_nothing_behind(boxed) -> None:
    """Its process is killed, or a signal is handled: the supervisor lets go of the socket."""

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        with full() as listener:
            name = listener.getsockname()
            alarm = f"""
def handle(*_): raise TimeoutError("handled")
signal.signal(signal.SIGALRM, handle); signal.setitimer(signal.ITIMER_REAL, 0.2)
try: socket.socket().connect({name})
except TimeoutError as error: print(error)
"""
            again = f"""
signal.signal(signal.SIGALRM, lambda *_: print("counted", flush=True)); signal.setitimer(signal.ITIMER_REAL, 0.2)
if len(sys.argv) > 1: signal.siginterrupt(signal.SIGALRM, False)
import ctypes
s = socket.socket(); address = struct.pack("=HH4s8x", 2, socket.htons({name[1]}), socket.inet_aton("127.0.0.1"))
print(ctypes.CDLL(None, use_errno=True).connect(s.fileno(), address, 16), flush=True)
"""
            command = await box.start(
                f"timeout 0.3 {script(box, f'socket.socket().connect({name})', 'a.py')}; echo $?; {script(box, alarm, 'b.py')};"
                f"{script(box, again, 'c.py')}; timeout 0.6 python3 -S c.py restart; echo $?; sleep 0.3; touch ready; sleep 60",
                print,
            )
            while not (box.project / "ready").exists():
                await asyncio.sleep(0.02)
            files = [str(file.readlink()) for file in Path("/proc", str(command._supervisor), "fd").iterdir()]
            await command.kill("seen enough")
            text = command.output().text
            assert text.split() == ["124", "handled", "counted", "-1", "124"], text
            assert sum(file.startswith("socket:") for file in files) <= 2, files
            assert (await command.wait()).seconds < 40

    boxed(LIVE, scenario)


def test_how_long_connecting_may_take_is_kept(boxed) -> None:
    async def scenario(box) -> None:
        await must_hold_sockets(box)
        with full() as listener:
            name = listener.getsockname()
            text = f"""
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 300000))
started = time.monotonic(); says(s.connect, {name}); print(0.25 < time.monotonic() - started < 4, os.get_blocking(s.fileno()))
n = socket.socket(); n.setblocking(False); says(n.connect, {name}); says(n.connect, {name})
t = socket.socket(); t.settimeout(0.2)
try: t.connect({name})
except TimeoutError: print("timed out")
says(socket.socket().connect, ("127.0.0.1", 1))
n = socket.socket(); says(n.connect, ("127.0.0.1", 1)); says(n.connect, ("127.0.0.1", 1))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); says(u.connect, ("127.0.0.1", 9))
"""
            ran = await box.run(script(box, text))
            words = (
                "EINPROGRESS True True EINPROGRESS EALREADY timed out ECONNREFUSED ECONNREFUSED ECONNREFUSED got None"
            )
            assert ran.text.split() == words.split()

    boxed(LIVE, scenario)


def test_a_socket_can_be_let_go_and_used_again(boxed) -> None:
    async def scenario(box) -> None:
        await must_hold_sockets(box)
        text = """
import ctypes
a, b = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
s = socket.socket(); s.connect(a.getsockname()); says(s.connect, b.getsockname())
libc = ctypes.CDLL(None, use_errno=True)
print(libc.connect(s.fileno(), bytes(16), 16))
s.connect(b.getsockname()); b.accept(); print("again")
for size in (0, 1, 129, -1): print(libc.connect(s.fileno(), bytes(16), size), errno.errorcode[ctypes.get_errno()])
for call in (libc.connect, libc.bind): print(call(99, bytes(16), 16), errno.errorcode[ctypes.get_errno()])
print(libc.listen(0, 1), errno.errorcode[ctypes.get_errno()])
"""
        ran = await box.run(script(box, text))
        invalid = "-1 EINVAL " * 4
        assert ran.text.split() == f"EISCONN 0 again {invalid} -1 EBADF -1 EBADF -1 ENOTSOCK".split()

    boxed(LIVE, scenario)


# --- Unix sockets


def test_a_unix_socket_of_ones_own(boxed) -> None:
    """With the name it was given, the mask of its maker, and a queue that fills up."""

    async def scenario(box) -> None:
        await must_hold_sockets(box)
        text = """
os.umask(0o027); os.mkdir("deep"); os.chdir("deep")
for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
    name = f"../{int(kind)}.sock"
    l = socket.socket(socket.AF_UNIX, kind); says(l.connect, name); l.bind(name); l.listen(0)
    print(l.getsockname(), oct(os.stat(name).st_mode)); says(socket.socket(socket.AF_UNIX, kind).bind, name)
    c = socket.socket(socket.AF_UNIX, kind); c.connect(os.path.abspath(name)); print(c.getpeername())
    other = socket.socket(socket.AF_UNIX, kind); other.setblocking(False); says(other.connect, name)
    waits = socket.socket(socket.AF_UNIX, kind)
    threading.Timer(0.3, l.accept).start(); started = time.monotonic()
    waits.connect(name); print(0.2 < time.monotonic() - started < 4)
    socket.send_fds(waits, [b"x"], [1]); print(len(socket.recv_fds(l.accept()[0], 1, 1)[1]))
os.rename("../1.sock", "moved"); l = None
says(socket.socket(socket.AF_UNIX).connect, "moved")
"""
        ran = await box.run(script(box, text))
        for number, line in ((1, "ENOENT"), (5, "ENOENT")):
            name = f"../{number}.sock"
            assert f"{line}\n{name} 0o140750\nEADDRINUSE\n{name}\nEAGAIN\nTrue\n" in ran.text, ran.text
        assert ran.exit.code == 0, ran.text

    boxed(LIVE, scenario)
