"""An agent's tools on a project of its own."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.permissions.policy import Denied, Policy, Rule, Verdict
from dispatch_jupyter.core.protocol.errors import NotFound, ToolError
from dispatch_jupyter.core.protocol.ids import AgentId, CallId
from dispatch_jupyter.core.protocol.records import Reach, Task
from dispatch_jupyter.core.protocol.settings import KeyState
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Seen, Toolbox, ToolContext, ToolResult, parse_arguments


class NobodyToAsk:
    """Access as the agent's policy has it; whatever is asked is denied."""

    def __init__(self, agent: "Agent") -> None:
        self._agent = agent

    def policy(self) -> Policy:
        return self._agent.policy

    async def ask(self, reaches: Sequence[Reach], command: str | None = None) -> tuple[Rule, ...]:
        raise Denied(f"Denied: {', '.join(reach.path for reach in reaches)}.")

    def note(self, reach: Reach, verdict: Verdict) -> None:
        pass


def _ignore(_anything: object) -> None:
    """Nobody looks on."""


async def _never() -> None:
    await asyncio.Event().wait()


class Tasks:
    """The lists of the agent and of a child of it, `s1-a2`."""

    def __init__(self) -> None:
        self.own: dict[str, Task] = {}
        self.child: list[Task] = []
        self.puts: list[list[Task]] = []

    def list(self, agent_id: str | None = None) -> Sequence[Task]:
        if agent_id == "s1-a2":
            return self.child
        if agent_id is not None:
            raise ToolError(f"You have no child agent `{agent_id}`.", code="not_found")
        return sorted((task for task in self.own.values() if not task.removed), key=lambda task: task.order)

    def all(self) -> Sequence[Task]:
        return list(self.own.values())

    def put(self, tasks: Sequence[Task]) -> None:
        self.puts.append([*tasks])
        self.own |= {task.id: task for task in tasks}


class Agent:
    """Calls tools the way the runtime does: arguments as JSON text, one `Seen` for all calls."""

    def __init__(self, root: Path, spill: Path) -> None:
        self.root = root
        self.spill = spill
        self.seen = Seen()
        self.policy = Policy(Path(os.path.realpath(root)), (Rule("read", Path(os.path.realpath(spill)), "kept"),))
        self.files = Files(root, lambda: self.policy)
        self.toolbox = Toolbox(standard_tools())
        self.tasks = Tasks()
        self.skills: dict[str, str] = {}
        self.keys: list[KeyState] = []

    async def read(self, name: str) -> str:
        """A skill."""
        try:
            return self.skills[name]
        except KeyError:
            raise NotFound(f"There is no skill `{name}`.") from None

    async def _keys(self) -> list[KeyState]:
        return self.keys

    async def start(self, name: str, /, **arguments: Any) -> ToolResult:
        tool = self.toolbox.get(name)
        context = ToolContext(
            AgentId("s1-a1"),
            CallId("c1"),
            self.files,
            self.seen,
            NobodyToAsk(self),
            cast("Any", None),
            _ignore,
            _ignore,
            _never,
            self.tasks,
            self,
            *[cast("Any", None)] * 4,
            self._keys,
        )
        return await tool.run(parse_arguments(tool, json.dumps(arguments)), context)

    def call(self, name: str, /, **arguments: Any) -> ToolResult:
        return asyncio.run(self.start(name, **arguments))

    def text(self, name: str, /, **arguments: Any) -> str:
        return self.call(name, **arguments).text

    def error(self, name: str, /, **arguments: Any) -> ToolError:
        with pytest.raises(ToolError) as caught:
            self.call(name, **arguments)
        return caught.value

    def code(self, name: str, /, **arguments: Any) -> str:
        return self.error(name, **arguments).tool_code

    def put(self, path: str, data: bytes | str) -> Path:
        """A file of the project, made behind the agent's back."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data.encode() if isinstance(data, str) else data)
        return full

    def read_bytes(self, path: str) -> bytes:
        return (self.root / path).read_bytes()


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    for name in ("project", "spill"):
        (tmp_path / name).mkdir()
    return Agent(tmp_path / "project", tmp_path / "spill")
