"""What the extension costs a Jupyter server that nobody asks anything: CPU to start, memory at rest.

Servers with and without it take turns, each in fresh folders. Other extensions of this environment are switched off in
both, so that nothing hides behind their weight.
"""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from figures import Figure, Table, Target
from processes import STOP_SECONDS, bare_environment

START_SECONDS = 60.0
TOKEN = "benchmark"
OURS = "dispatch_jupyter"
KEPT = {"jupyter_server_terminals"}
"""Comes with every Jupyter server."""

CPU = Target(1.15, "ratio")
MEMORY = Target(1.25, "ratio")


@dataclass(slots=True)
class Readings:
    """One a server."""

    started: list[float]
    """CPU seconds until it answers."""
    rested: list[float]
    """CPU seconds until it has been left alone for a while: what was put off until later is in it."""
    memory: list[float]
    """MB, resident, then."""


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question."""
    rest = 0.2 if quick else 3.0
    plain, ours = Readings([], [], []), Readings([], [], [])
    for number in range(1 if quick else 10):
        pair = [(plain, False), (ours, True)]
        for readings, extension in pair if number % 2 else reversed(pair):
            read = _server(folder / f"server-{number}-{extension}", extension, rest)
            if number or quick:  # the first pair compiles and warms the disk's cache
                readings.started.append(read[0])
                readings.rested.append(read[1])
                readings.memory.append(read[2])
    figures = [
        Figure("CPU until it answers", "ms", ours.started, plain.started, "plain server", target=CPU),
        Figure(f"CPU until {rest:g} s later", "ms", ours.rested, plain.rested, "plain server", target=CPU),
        Figure("resident memory then", "MB", ours.memory, plain.memory, "plain server", target=MEMORY),
    ]
    return [Table("`jupyter server` with the extension, at rest", figures)]


def _server(folder: Path, extension: bool, rest: float) -> tuple[float, float, float]:
    """Start a server, leave it alone, stop it: CPU ms until it answers, CPU ms until the end of the rest, MB then."""
    environment = bare_environment(folder)
    project = folder / "project"
    project.mkdir()
    options = [
        "--ServerApp.port=0",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        f"--ServerApp.root_dir={project}",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.jpserver_extensions={_extensions(extension)}",
    ]
    with (folder / "log").open("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options], env=environment, cwd=project, stdout=log, stderr=log
        )
        try:
            record = Path(environment["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{server.pid}.json"
            _await_answer(server, record, folder / "log")
            loaded = f"{OURS} | extension was successfully loaded" in (folder / "log").read_text()
            if loaded != extension:
                raise RuntimeError(f"the extension was {'' if loaded else 'not '}loaded:\n{_end_of(folder / 'log')}")
            process = psutil.Process(server.pid)
            started = _cpu(process)
            time.sleep(rest)
            return started, _cpu(process), process.memory_info().rss / 1e6
        finally:
            _stop(server)


def _extensions(ours: bool) -> dict[str, bool]:
    """Every extension this environment would enable, switched off; and ours as asked."""
    configs = (Path(sys.prefix) / "etc" / "jupyter" / "jupyter_server_config.d").glob("*.json")
    enabled: set[str] = set()
    for config in configs:
        enabled |= json.loads(config.read_text()).get("ServerApp", {}).get("jpserver_extensions", {}).keys()
    return {**dict.fromkeys(sorted(enabled - KEPT), False), OURS: ours}


def _await_answer(server: "subprocess.Popen[bytes]", record: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if record.exists() and record.stat().st_size:
            url = json.loads(record.read_text())["url"]
            try:
                httpx.get(
                    f"{url}api/status", headers={"Authorization": f"token {TOKEN}"}, timeout=10
                ).raise_for_status()
                return
            except httpx.TransportError:
                pass  # the port is not open yet
        time.sleep(0.02)
    raise RuntimeError(f"the Jupyter server did not start:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text()[-3000:]


def _cpu(process: psutil.Process) -> float:
    """Milliseconds, of its children too."""
    used = process.cpu_times()
    return float(used.user + used.system + used.children_user + used.children_system) * 1e3


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
