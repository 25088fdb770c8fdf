"""An agent's tools on a project of its own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dispatch_jupyter.core.permissions.paths import Files
from dispatch_jupyter.core.protocol.errors import ToolError
from dispatch_jupyter.core.protocol.ids import CallId
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Seen, Toolbox, ToolContext, ToolResult, parse_arguments


class Agent:
    """Calls tools the way the runtime does: arguments as JSON text, one `Seen` for all calls."""

    def __init__(self, root: Path, spill: Path) -> None:
        self.root = root
        self.spill = spill
        self.seen = Seen()
        self.files = Files(root, (spill,))
        self.toolbox = Toolbox(standard_tools())

    async def start(self, name: str, /, **arguments: Any) -> ToolResult:
        tool = self.toolbox.get(name)
        context = ToolContext(CallId("c1"), self.files, self.seen)
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
