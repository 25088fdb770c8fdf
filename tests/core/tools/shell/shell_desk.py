"""A session's shell on a project of its own, with a real sandbox and a person who answers as the test says."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.permissions.policy import Denied, Policy, Rule, Verdict
from dispatch_jupyter.core.protocol.commands import SandboxLevel
from dispatch_jupyter.core.protocol.errors import ToolError
from dispatch_jupyter.core.protocol.ids import AgentId, CallId
from dispatch_jupyter.core.protocol.records import CommandRun, Job, Reach
from dispatch_jupyter.core.protocol.settings import KeyState
from dispatch_jupyter.core.sandbox.sandbox import Sandbox
from dispatch_jupyter.core.tools.shell.running import Running
from dispatch_jupyter.core.tools.shell.settings import ShellSettings
from dispatch_jupyter.core.tools.shell.shell import Shell
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Seen, Toolbox, ToolContext, ToolResult, parse_arguments

T = TypeVar("T")
Answer = Callable[[list[Reach]], str | None]
"""`once`, `session` or `deny`; None: never answers."""
REPOSITORY = Path(__file__).resolve().parents[4]


class Person:
    """Implements `Access` for all calls of a test."""

    def __init__(self, policy: Policy, answer: Answer) -> None:
        self.now = policy
        self.answer = answer
        self.asked: list[tuple[list[Reach], str | None]] = []
        self.notes: list[tuple[Reach, Verdict]] = []
        self.cancelled = 0

    def policy(self) -> Policy:
        return self.now

    async def ask(self, reaches: Sequence[Reach], command: str | None = None) -> tuple[Rule, ...]:
        self.asked.append((list(reaches), command))
        answer = self.answer(list(reaches))
        try:
            await (asyncio.Event().wait() if answer is None else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if answer == "deny":
            raise Denied("The person did not allow this. They say: not today.")
        rules = tuple(Rule(reach.operation, Path(reach.path), "once", exact=True) for reach in reaches)
        if answer == "session":
            rules = tuple(
                Rule(reach.operation, Path(reach.covers), "session", f"grant-{number}")
                for number, reach in enumerate(reaches)
            )
        self.now = self.now.also(*rules)
        return rules

    def note(self, reach: Reach, verdict: Verdict) -> None:
        self.notes.append((reach, verdict))

    @property
    def paths(self) -> list[list[str]]:
        """Operation and path of all that was asked, a list a question."""
        return [[f"{reach.operation} {reach.path}" for reach in reaches] for reaches, _ in self.asked]


class Desk:
    """One session's shell. `play` runs a scenario with it and leaves nothing behind."""

    def __init__(self, top: Path, level: SandboxLevel) -> None:
        self.project, self.home, self.outside = top / "project", top / "home", top / "outside"
        for folder in (self.project, self.home, self.outside):
            folder.mkdir()
        (self.outside / "data.txt").write_text("of the outside\n")
        self.folder = top / "shell"
        self.level: SandboxLevel = level
        self.environ = {**_environ(), "HOME": str(self.home)}
        self.settings = ShellSettings()
        self.ports: frozenset[int] = frozenset()
        self.outputs: Path | None = None
        # packages that are linked into the environment from this checkout may be read, wherever that is
        linked = Rule("read", REPOSITORY, "auto_allow")
        self.person = Person(Policy(self.project, (linked,), places_of(self.environ, self.home)), lambda _: "deny")
        self.jobs: list[Job] = []
        self.shown: list[str] = []
        self.began: list[CommandRun] = []
        self.toolbox = Toolbox(standard_tools())
        self.spoken = asyncio.Event()
        self._calls = 0
        self.sandbox: Sandbox
        self.shell: Shell

    def play(self, scenario: Callable[[], Awaitable[T]]) -> T:
        """Run a scenario on a loop of its own."""
        return asyncio.run(self._play(scenario))

    async def _play(self, scenario: Callable[[], Awaitable[T]]) -> T:
        self.spoken = asyncio.Event()
        self.sandbox = Sandbox(self.level)
        if (found := (await self.sandbox.level())).name != self.level:
            pytest.skip(f"needs {self.level}, here it is {found.name}: {found.reason}")
        self.shell = Shell(
            self.sandbox,
            keep=self.jobs.append,
            folder=self.folder,
            environ=self.environ,
            settings=lambda: self.settings,
            ports=lambda: self.ports,
            outputs=self.outputs,
        )
        try:
            async with asyncio.timeout(50):
                return await scenario()
        finally:
            await self.shell.close()
            await self.sandbox.close()
            assert not self.shell.busy

    def context(self, agent: str = "s1-a1") -> ToolContext:
        self._calls += 1
        return ToolContext(
            AgentId(agent),
            CallId(f"c{self._calls}"),
            Files(self.project, self.person.policy),
            Seen(),
            self.person,
            self.shell,
            self.shown.append,
            self.began.append,
            self._spoken_to,
            *[cast("Any", None)] * 6,
            _no_keys,
        )

    async def call(self, name: str, /, *, agent: str = "s1-a1", **arguments: Any) -> ToolResult:
        """A tool call, as the runtime makes it."""
        tool = self.toolbox.get(name)
        return await tool.run(parse_arguments(tool, json.dumps(arguments)), self.context(agent))

    async def shell_call(self, command: str, **arguments: Any) -> ToolResult:
        return await self.call("run_shell", command=command, **arguments)

    def run(self, command: str, **arguments: Any) -> ToolResult:
        """One command by itself."""
        return self.play(lambda: self.shell_call(command, **arguments))

    def hidden(self, script: str) -> str:
        """A command that does this without saying so in its text."""
        path = self.project / "hidden.sh"
        path.write_text(script)
        return "bash hidden.sh"

    def error(self, command: str, **arguments: Any) -> ToolError:
        with pytest.raises(ToolError) as caught:
            self.run(command, **arguments)
        return caught.value

    async def running(self, count: int = 1) -> list[Running]:
        """Wait until so many commands run."""
        while len(running := list(self.shell._running.values())) < count:
            await asyncio.sleep(0.01)
        return running

    async def _spoken_to(self) -> None:
        await self.spoken.wait()


async def _no_keys() -> list[KeyState]:
    return []


async def until(true: Callable[[], object]) -> None:
    """Wait for something that is to happen."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _environ() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return {"PATH": path, "LANG": "C.UTF-8", "USER": "somebody"}


def once(_reaches: list[Reach]) -> str:
    """A person who says "once" to everything."""
    return "once"
