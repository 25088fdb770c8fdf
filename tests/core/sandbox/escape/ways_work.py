"""What must work inside the sandbox: each returns nothing."""
# system calls, as directly as they can be made
# ruff: noqa: PTH103, PTH101, PTH102, PTH104, PTH116, PTH123

import os
import pty
import signal
import socket
import subprocess

from tries import read, works


@works
def write_in_the_project(world):
    with open("fine", "w") as file:
        file.write("fine")
    os.chmod("fine", 0o600)
    os.utime("fine", (1, 1))
    os.rename("fine", "finer")
    assert read("finer") == "fine"
    assert os.stat("finer").st_mode & 0o777 == 0o600
    assert os.stat("finer").st_mtime == 1


@works
def other_ports(world):
    with socket.create_connection(("127.0.0.1", world["other_port"]), timeout=3) as connection:
        assert connection.recv(10) == b"other"


@works
def datagrams(world):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.sendto(b"x", ("127.0.0.1", 9))


@works
def socket_pairs(world):
    ours, theirs = socket.socketpair()
    ours.send(b"x")
    assert theirs.recv(1) == b"x"


@works
def own_processes(world):
    child = subprocess.Popen(["sleep", "60"])
    os.kill(child.pid, 0)
    child.terminate()
    assert child.wait() == -signal.SIGTERM


@works
def threads(world):
    import threading

    seen = []
    thread = threading.Thread(target=seen.append, args=[1])
    thread.start()
    thread.join()
    assert seen == [1]


@works
def own_limits(world):
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


@works
def own_priority(world):
    os.nice(1)
    os.sched_setaffinity(0, os.sched_getaffinity(0))


@works
def own_listeners(world):
    for address in ("127.0.0.1", "127.0.0.2"):
        with socket.create_server((address, 0)) as listener, socket.create_connection(listener.getsockname()):
            pass


@works
def moves_between_folders(world):
    os.makedirs("one/deep")
    os.mkdir("two")
    with open("one/deep/file", "w") as file:
        file.write("x")
    os.rename("one/deep/file", "two/file")
    os.link("two/file", "one/file")
    os.rename("one/deep", "two/deep")


@works
def terminals(world):
    primary, secondary = pty.openpty()
    os.write(secondary, b"x")
    assert os.read(primary, 1) == b"x"
    again = os.open(os.ttyname(secondary), os.O_RDWR | os.O_NOCTTY)
    os.write(again, b"y")
    assert os.read(primary, 1) == b"y"
