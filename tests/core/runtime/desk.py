"""A workspace with shorthands, for playing scenarios."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dispatch_jupyter.core.protocol.commands import SendMessage
from dispatch_jupyter.core.protocol.records import Agent, Message, ToolCall
from dispatch_jupyter.core.runtime.session import Session
from dispatch_jupyter.core.runtime.workspace import Workspace
from dispatch_jupyter.core.tools.tool import Toolbox
from model_server import ModelServer

SECONDS = 60.0


class Desk:
    """A workspace with shorthands for what nearly every test does."""

    def __init__(self, workspace: Workspace, project: Path, model: ModelServer) -> None:
        self.workspace = workspace
        self.project = project
        self.model = model
        self.session: Session | None = None

    def only_tool(self, tool: Any) -> None:
        """Agents have this tool, and no other."""
        definitions = self.workspace._definitions
        made, toolbox = definitions.of, Toolbox([tool])  # one: another means that the settings changed
        definitions.of = lambda *of: replace(made(*of), toolbox=toolbox)

    async def say(self, text: str) -> str:
        """Send to the desk's session, begun where there is none; the message's id."""
        session_id = self.session.tables.session.id if self.session else None
        accepted = await self.workspace.send(SendMessage(text=text, session_id=session_id), "tester")
        self.session = await self.workspace.session(accepted.session_id)
        return accepted.message_id

    async def begin(self, text: str, **more: Any) -> "Desk":
        """Another session of the same workspace."""
        other = Desk(self.workspace, self.project, self.model)
        accepted = await self.workspace.send(SendMessage(text=text, **more), "tester")
        other.session = await self.workspace.session(accepted.session_id)
        return other

    async def ask(self, text: str) -> Agent:
        """Send and wait until the agent rests."""
        await self.say(text)
        return await self.rest()

    async def rest(self) -> Agent:
        await until(lambda: self.agent.status != "running")
        return self.agent

    @property
    def agent(self) -> Agent:
        assert self.session
        return self.session.tables.agents()[0]

    @property
    def thread(self) -> list[Message]:
        assert self.session
        return self.session.tables.thread(self.agent.id)

    @property
    def calls(self) -> list[ToolCall]:
        assert self.session
        return [call for message in self.thread for call in self.session.tables.calls_of(message.id)]

    def texts(self, role: str = "assistant") -> list[str]:
        return [message.text for message in self.thread if message.role == role]


async def until(condition: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


Scenario = Callable[[Desk], Awaitable[None]]
TURNS = 10
"""Of the event loop, until connections that were closed are gone."""


def played(scenario: Scenario, make: Callable[[], Awaitable[Desk]]) -> None:
    """Play a scenario on a fresh desk; afterwards nothing may be left running."""

    async def main() -> None:
        desk = await make()
        try:
            await scenario(desk)
        finally:
            await desk.workspace.close()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not [name for name in left if name.startswith("dispatch")], left

    asyncio.run(main())
