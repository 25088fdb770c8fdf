"""Runs outside the sandbox, as a given user: builds a world worth breaking into and has `holes.py` try.

Usage: `world.py CONFIG.json`, standard library only, so that any user's Python can run it. Prints the results and what
they did to the world.
"""
# system calls, as directly as they can be made
# ruff: noqa: PTH101, PTH102, PTH116, PTH123, PTH208, SIM115, T201

import contextlib
import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time

CONFIG = json.loads(sys.argv[1])
if CONFIG["uid"] != os.geteuid():
    os.setgroups([])
    os.setgid(CONFIG["uid"])
    os.setuid(CONFIG["uid"])
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # changing the user made this process unreadable for itself
sys.path.insert(0, CONFIG["package"])

from box.launcher.wire import JSON, SKIPPED, Frames, message  # noqa: E402
from box.process import LauncherProcess, start  # noqa: E402
from box.source import sources  # noqa: E402

SECRET = "the secret of the outside"


def serve(listener, answer, seen):
    while True:
        connection, _ = listener.accept()
        seen.append(answer.decode())
        with contextlib.suppress(OSError):  # some visitors are gone already
            connection.sendall(answer)


def listen(family, address, answer, seen):
    listener = socket.socket(family)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind(address)
    listener.listen()
    threading.Thread(target=serve, args=(listener, answer, seen), daemon=True).start()
    return listener


def build(base):
    """The world, and what is noticed of visitors."""
    seen = []
    outside, project = f"{base}/outside", f"{base}/project"
    for folder in (outside, project):
        os.mkdir(folder)
    files = {"secret": f"{outside}/secret", "theirs": f"{outside}/theirs", "readable": f"{base}/readable"}
    for path in files.values():
        with open(path, "w") as file:
            file.write(SECRET)
        os.chmod(path, 0o644)
    program = f"{outside}/program"
    with open("/usr/bin/env", "rb") as there, open(program, "wb") as copy:
        copy.write(there.read())
    os.chmod(program, 0o755)
    port = listen(socket.AF_INET, ("0.0.0.0", 0), b"server", seen)
    number = port.getsockname()[1]
    if socket.has_ipv6:
        try:
            listen(socket.AF_INET6, ("::", number), b"server", seen)
        except OSError:
            seen.append("no IPv6 here")
    other = listen(socket.AF_INET, ("127.0.0.1", 0), b"other", [])
    listen(socket.AF_UNIX, f"{outside}/docker.sock", b"docker", seen)
    abstract = f"dispatch-test-{os.getpid()}"
    listen(socket.AF_UNIX, "\0" + abstract, b"abstract", seen)
    datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    datagram.bind(f"{outside}/datagram.sock")
    threading.Thread(target=lambda: seen.append(str(datagram.recv(10))), daemon=True).start()
    server = subprocess.Popen(
        [sys.executable, "-S", "-c", f"import time; f = open({files['secret']!r}); time.sleep(600)"],
        env={"JUPYTER_TOKEN": SECRET},
        cwd=outside,
    )
    time.sleep(0.3)
    world = {**files, "outside": outside, "project": project, "program": program, "port": number, "server": server.pid}
    world |= {"other_port": other.getsockname()[1], "unix": f"{outside}/docker.sock", "abstract": abstract}
    mine, theirs = os.openpty()
    os.write(mine, b"typed\n")
    world |= {"terminal": os.ttyname(theirs)}
    world |= {"datagram": f"{outside}/datagram.sock", "server_file": 3}
    return world, seen, server


def attempt(base, world, probed):
    """Run the holes as a confined command. Returns (everything it printed, how it ended)."""
    launcher = LauncherProcess(sources(), probed["abi"])
    sockets = CONFIG["live"] and not probed["sockets"]
    control = launcher.launch([] if sockets else [world["port"]], None)
    with open(f"{base}/project/world.json", "w") as file:
        json.dump(world, file)
    devices = [f"/dev/{name}" for name in ("null", "zero", "urandom", "tty", "ptmx", "pts")]
    spec = {
        "argv": [CONFIG["python"], "-S", "-B", f"{base}/holes/holes.py", f"{base}/project/world.json"],
        "cwd": f"{base}/project",
        "environ": {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": base},
        "abi": probed["abi"],
        "live": CONFIG["live"],
        "write": [f"{base}/project", *devices],
        "execute": ["/usr", *CONFIG["execute"]],
        "read": ["/proc", "/etc", f"{base}/holes", f"{base}/readable"],
        "hidden": [],
        "stand_ins": {},
        "spill_limit": 0,
        "ports": [world["port"]],
        "sockets": sockets,
    }
    control.sendall(message(**spec))
    printed, ended, frames = b"", {}, Frames()
    asked = []
    until = time.monotonic() + 40
    while time.monotonic() < until and select.select([control], [], [], 40)[0]:
        data = control.recv(1 << 16)
        if not data:
            break
        for kind, body in frames.feed(data):
            if kind == JSON:
                said = json.loads(body)
                ended |= said
                if "ask" in said:
                    asked.append([said["operation"], said["path"]])
                    control.sendall(message(answer=said["ask"], allow=False))
            else:
                printed += body[SKIPPED.size :]
    control.close()
    launcher.close()
    return printed.decode(), ended, asked


def main():
    base = CONFIG["base"]
    requests, process = start(sources(), "probe", None)
    probed = json.loads(requests.recv(1 << 16))
    process.wait()
    why_not = probed["confined"] or (probed["live"] if CONFIG["live"] else "")
    if why_not:
        print(json.dumps({"skipped": why_not}))
        return
    world, seen, server = build(base)
    mode, times = os.stat(world["theirs"]).st_mode, os.stat(world["theirs"]).st_mtime
    printed, ended, asked = attempt(base, world, probed)
    line = next((line for line in printed.splitlines() if line.startswith("RESULTS ")), None)
    found = {"ended": ended, "printed": printed[-3000:], "asked": asked, "abi": probed["abi"]}
    found["results"] = json.loads(line.removeprefix("RESULTS ")) if line else None
    after = os.stat(world["theirs"])
    found["world"] = {
        "visitors": [one for one in seen if one != "no IPv6 here"],
        "server": server.poll(),
        "outside": sorted(os.listdir(world["outside"])),
        "text": open(world["theirs"]).read(),
        "mode": after.st_mode == mode,
        "times": after.st_mtime == times,
        "readable": open(world["readable"]).read(),
    }
    server.kill()
    print(json.dumps(found))


main()
