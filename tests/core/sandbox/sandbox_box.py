"""A project beside places that are none of a command's business, and a sandbox to run commands in."""

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dispatch_jupyter.core.protocol.commands import SandboxLevel
from dispatch_jupyter.core.protocol.parts import Operation
from dispatch_jupyter.core.sandbox.command import Command
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.sandbox.types import Ask, Exit, Launch, Rules

ROOT = str(Path(__file__).parents[3])
"""The interpreter may look there, for the package that is tested."""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", sys.prefix, sys.base_prefix, ROOT)
ETC = ("ld.so.cache", "ld.so.preload", "nsswitch.conf", "passwd", "group", "resolv.conf", "ssl", "alternatives")
ETC += (
    "localtime",
    "mime.types",
    "services",
    "protocols",
    "hosts",
    "npmrc",
    "pip.conf",
    "magic",
    "terminfo",
    "gitconfig",
)
ETC += ("inputrc", "host.conf", "gai.conf", "debian_version", "os-release", "lsb-release", "fonts", "timezone")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts")


def real(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths if os.path.lexists(path)))


@dataclass
class Ran:
    """What became of a command."""

    exit: Exit
    text: str
    live: list[str]
    asked: list[tuple[Operation, str]]


@dataclass
class Box:
    """A sandbox at one level with one project."""

    sandbox: Sandbox
    base: Path
    level: SandboxLevel
    hidden: tuple[str, ...] = ()
    allow: Callable[[Operation, str], bool] = lambda operation, path: False
    ports: tuple[int, ...] = ()
    stand_ins: tuple[tuple[str, str], ...] = ()
    less: tuple[str, ...] = ()
    more: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: list[tuple[Operation, str]] = field(default_factory=list)

    @property
    def project(self) -> Path:
        return self.base / "project"

    @property
    def outside(self) -> Path:
        return self.base / "outside"

    def environ(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        caches = {name: str(self.base / "tmp") for name in ("TMPDIR", "XDG_CACHE_HOME", "npm_config_cache")}
        # else Python reaches into its packages the first time it imports one
        quiet = {"PYTHONDONTWRITEBYTECODE": "1"}
        return {"PATH": path, "HOME": str(self.base / "home"), "LANG": "C.UTF-8", **quiet, **caches}

    def rules(self) -> Rules:
        shared = [] if self.level == "kernel+live" else ["shm"]
        devices = real([f"/dev/{name}" for name in (*DEVICES, *shared)])
        return Rules(
            write=(str(self.project), str(self.base / "tmp"), *devices, *self.more.get("write", ())),
            execute=(*real(SYSTEM), *self.more.get("execute", ())),
            read=(
                *real([path for name in ETC if (path := f"/etc/{name}") not in self.less]),
                "/proc",
                "/sys",
                *self.more.get("read", ()),
            ),
            hidden=self.hidden,
            ports=self.ports,
            stand_ins=self.stand_ins,
        )

    async def start(
        self, command: str, on_output: Callable[[str], None], *, ask: Ask | None = None, **spill
    ) -> Command:
        argv = ("bash", "--noprofile", "--norc", "-c", command)
        launch = Launch(argv, self.project, self.environ(), self.rules(), **spill)
        return await self.sandbox.start(launch, ask=ask or self._ask, on_output=on_output)

    async def run(self, command: str, *, ask: Ask | None = None, **spill) -> Ran:
        live: list[str] = []
        self.asked.clear()
        running = await self.start(command, live.append, ask=ask, **spill)
        ended = await running.wait()
        return Ran(ended, running.output().text, live, [*self.asked])

    async def _ask(self, operation: Operation, path: str) -> bool:
        self.asked.append((operation, path))
        return self.allow(operation, path)


def cannot(reason: str) -> bool:
    """Whether a level is missing because of this machine; any other reason is a fault of ours."""
    return any(words in reason for words in ("has no Landlock", "no system call filter", "cannot be held"))


Scenario = Callable[[Box], Awaitable[None]]
In = Callable[..., None]


def yes(operation: Operation, path: str) -> bool:
    """Allows everything."""
    return True
