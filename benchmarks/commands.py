"""What it costs to run a command confined: CPU of everything that takes part, and wall time, over plain `subprocess`.

`true` in bash shows what a command pays at least. The others open many files: at the highest level each name is looked
at by a supervisor, and each connection made by it.
"""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from figures import Figure, Table, Target

from dispatch_jupyter.core.protocol.commands import SandboxLevel
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.sandbox.types import Launch, Rules

FORBIDDEN_PORT = 8888
MOST = Target(25.0)
"""Milliseconds of CPU a command, ports guarded."""

ENVIRON = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Way:
    """One way to run a command."""

    name: str
    level: SandboxLevel
    ports: tuple[int, ...] = ()


WAYS = [
    Way("not confined, supervised", "parsed only"),
    Way("kernel", "kernel"),
    Way("kernel, port guarded", "kernel", (FORBIDDEN_PORT,)),
    Way("kernel+live", "kernel+live"),
    Way("kernel+live, port guarded", "kernel+live", (FORBIDDEN_PORT,)),
]

CONNECTIONS = (
    'import socket as s; l = s.create_server(("127.0.0.1", 0)); '
    "[(s.create_connection(l.getsockname()).close(), l.accept()[0].close()) for _ in range(1000)]"
)
WORK = {
    "pytest, two tests": "python -m pytest -q -p no:cacheprovider tests",
    "grep -r, 2,000 files": "grep -r needle tree; true",
    "cat, 2,000 files": "cat tree/*/* > /dev/null",
    "git status, 2,000 files": "git status --short > /dev/null",
    "1,000 connections": f"python -S -c '{CONNECTIONS}'",
}


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question; none where there is no launcher."""
    if not sys.platform.startswith("linux"):
        return []
    project = Path(os.path.realpath(folder)) / "project"
    _fill(project)
    return [_least(project, quick=quick), _work(project, quick=quick)]


def _least(project: Path, *, quick: bool) -> Table:
    rounds, count = (1, 5) if quick else (9, 20)
    cpu: dict[str, list[float]] = {way.name: [] for way in [*WAYS]}
    wall: dict[str, list[float]] = {way.name: [] for way in [*WAYS]}
    plain_cpu, plain_wall = [], []
    for _ in range(rounds):
        used, took = _plain(project, "true", count)
        plain_cpu.append(used)
        plain_wall.append(took)
        for way in WAYS:
            used, took = _confined(project, way, "true", count)
            cpu[way.name].append(used)
            wall[way.name].append(took)
    figures = []
    for way in WAYS:
        target = MOST if way == WAYS[-1] else None
        figures.append(
            Figure(f"CPU, {way.name}", "ms", cpu[way.name], plain_cpu, "subprocess", added=True, target=target)
        )
    figures += [Figure(f"wall, {way.name}", "ms", wall[way.name], plain_wall, "subprocess", added=True) for way in WAYS]
    return Table("A command that does nothing (`bash -c true`)", figures)


def _work(project: Path, *, quick: bool) -> Table:
    rounds, count = (1, 1) if quick else (7, 3)
    figures = []
    for name, command in WORK.items():
        plain = [_plain(project, command, count) for _ in range(rounds)]
        for way in (WAYS[1], WAYS[4]):
            found = [_confined(project, way, command, count) for _ in range(rounds)]
            for place, kind in enumerate(("CPU", "wall")):
                readings, floors = [one[place] for one in found], [one[place] for one in plain]
                figures.append(Figure(f"{name}, {kind}, {way.name}", "ms", readings, floors, "subprocess"))
    return Table("Commands that open many files", figures)


def _plain(project: Path, command: str, count: int) -> tuple[float, float]:
    """(CPU, wall), milliseconds a command."""

    def run() -> None:
        subprocess.run(_argv(command), cwd=project, env=ENVIRON, capture_output=True, check=True)

    before = _cpu()
    walls = [_timed(run) for _ in range(count)]
    return (_cpu() - before) / count * 1e3, statistics.median(walls) * 1e3


def _confined(project: Path, way: Way, command: str, count: int) -> tuple[float, float]:
    """(CPU, wall), milliseconds a command; what a server pays once is taken off."""
    before = _cpu()
    asyncio.run(_session(project, way, command, 1))
    once = _cpu()
    walls = asyncio.run(_session(project, way, command, count + 1))
    return (_cpu() - once - (once - before)) / count * 1e3, statistics.median(walls[1:]) * 1e3


async def _session(project: Path, way: Way, command: str, count: int) -> list[float]:
    """A server's life with so many commands. Wall seconds of each."""
    sandbox = Sandbox(way.level)
    found = await sandbox.level()
    if found.name != way.level:
        raise RuntimeError(f"no level {way.level} here: {found.reason}")
    rules = Rules(
        write=(str(project), "/dev/null"),
        execute=tuple({os.path.realpath(path) for path in ("/usr", "/bin", "/lib", sys.prefix, sys.base_prefix)}),
        read=("/etc", "/proc", "/sys"),
        ports=way.ports,
    )
    walls = []
    for _ in range(count):
        started = time.perf_counter()
        launch = Launch(_argv(command), project, ENVIRON, rules)
        running = await sandbox.start(launch, ask=None, on_output=lambda text: None)
        await running.wait()
        walls.append(time.perf_counter() - started)
    await sandbox.close()
    return walls


def _argv(command: str) -> tuple[str, ...]:
    return ("bash", "--noprofile", "--norc", "-c", command)


def _timed(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def _cpu() -> float:
    """Seconds, of this process and of all its children that have ended, with theirs."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _fill(project: Path) -> None:
    (project / "tests").mkdir(parents=True)
    (project / "tests" / "test_two.py").write_text("def test_one(tmp_path): pass\ndef test_two(): assert 1\n")
    for number in range(2000):
        folder = project / "tree" / f"{number % 40}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(f"line {number}\n" * 20)
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *arguments], cwd=project, check=True)
