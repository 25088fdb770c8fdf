"""Four ways to have the same conversation with the same model, from the plainest to Dispatch.

`httpx`    the request as JSON, the answer's events read line by line: what the wire costs at least
`litellm`  `litellm.acompletion`, streamed, with nothing around it
`client`   Dispatch's model client alone, which is litellm with some of its work left out
`dispatch` the runtime over that client and a real store on disk, watched by one client

A way opens conversations; a conversation takes turns. All of them send the same system prompt, tools and history.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dispatch_jupyter.core.protocol.ids import AgentId
    from dispatch_jupyter.core.runtime.feed import Feed
    from dispatch_jupyter.core.runtime.session import Session
    from dispatch_jupyter.core.runtime.workspace import Workspace

HISTORY_TEXT = "It is about the third file of the folder, which is read twice and written once at the end. " * 3
Spoken = list[dict[str, Any]]


class Conversation(Protocol):
    """Turns one after the other, each with all that was said before."""

    async def turn(self, text: str) -> None: ...

    def answer(self) -> str:
        """The latest."""

    async def close(self) -> None: ...


class Way(Protocol):
    """Opens conversations in which so many messages were said already."""

    async def open(self, messages: int) -> Conversation: ...

    async def close(self) -> None: ...


def spoken(messages: int) -> Spoken:
    """A history: a person and a model in turns, the model last."""
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": f"{place}. {HISTORY_TEXT}"} for place in range(messages)]


class _Plain:
    """A conversation that is a list of messages, system prompt first."""

    def __init__(self, system: str, messages: int, ask: Callable[[Spoken], Awaitable[str]]) -> None:
        self._said: Spoken = [{"role": "system", "content": system}, *spoken(messages)]
        self._ask = ask

    async def turn(self, text: str) -> None:
        self._said.append({"role": "user", "content": text})
        self._said.append({"role": "assistant", "content": await self._ask(self._said)})

    def answer(self) -> str:
        return str(self._said[-1]["content"])

    async def close(self) -> None:
        """Nothing is open."""


class HttpxWay:
    """See the module."""

    def __init__(self, system: str, tools: Sequence[dict[str, Any]], model: str) -> None:
        import httpx

        self._system, self._tools, self._model = system, list(tools), model.partition("/")[2]
        self._http = httpx.AsyncClient(
            base_url=os.environ["OPENAI_BASE_URL"],
            headers={"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}", "Content-Type": "application/json"},
        )

    async def open(self, messages: int) -> Conversation:
        return _Plain(self._system, messages, self._say)

    async def _say(self, said: Spoken) -> str:
        options = {"stream": True, "stream_options": {"include_usage": True}}
        body = json.dumps({"model": self._model, "messages": said, "tools": self._tools, **options})
        pieces: list[str] = []
        async with self._http.stream("POST", "/chat/completions", content=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    pieces += [choice["delta"].get("content") or "" for choice in json.loads(line[6:])["choices"]]
        return "".join(pieces)

    async def close(self) -> None:
        await self._http.aclose()


class LiteLLMWay:
    """See the module."""

    def __init__(self, system: str, tools: Sequence[dict[str, Any]], model: str) -> None:
        import litellm

        self._litellm = litellm
        self._system, self._tools, self._model = system, list(tools), model

    async def open(self, messages: int) -> Conversation:
        return _Plain(self._system, messages, self._say)

    async def _say(self, said: Spoken) -> str:
        stream = await self._litellm.acompletion(
            model=self._model,
            messages=said,
            tools=self._tools,
            stream=True,
            stream_options={"include_usage": True},
            api_key=os.environ["OPENAI_API_KEY"],
            api_base=os.environ["OPENAI_BASE_URL"],
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    async def close(self) -> None:
        from dispatch_jupyter.core.llm.connections import close_connections

        await close_connections(self._litellm)


class ClientWay:
    """See the module."""

    def __init__(self, system: str, tools: Sequence[dict[str, Any]], model: str) -> None:
        from dispatch_jupyter.core.llm.client import RoutingClient

        self._client = RoutingClient()
        self._system, self._tools, self._model = system, list(tools), model

    async def open(self, messages: int) -> Conversation:
        return _Plain(self._system, messages, self._say)

    async def _say(self, said: Spoken) -> str:
        from dispatch_jupyter.core.llm.types import ModelRequest, TextDelta

        request = ModelRequest(self._model, self._system, said[1:], self._tools)
        async with aclosing(self._client.stream(request)) as events:  # type: ignore[type-var]
            return "".join([event.text async for event in events if isinstance(event, TextDelta)])

    async def close(self) -> None:
        await self._client.aclose()


class DispatchWay:
    """See the module. System prompt, tools and model come from where Dispatch gets them."""

    def __init__(self, folder: Path) -> None:
        from dispatch_jupyter.core.runtime.setup import set_up

        (folder / "project").mkdir(exist_ok=True)
        self.workspace = set_up(
            project=folder / "project", folder=folder / "sessions", instance="benchmark", server_url=""
        )

    async def open(self, messages: int) -> Conversation:
        from dispatch_jupyter.core.protocol.commands import CreateSession
        from dispatch_jupyter.core.protocol.ids import MessageId, new_id
        from dispatch_jupyter.core.protocol.records import Message

        session = await self.workspace.create(CreateSession(title="Benchmark"))
        agent = session.tables.agents()[0]
        for one in spoken(messages):
            session.put(
                Message(
                    id=MessageId(new_id()),
                    agent_id=agent.id,
                    role=one["role"],
                    order=session.next_order(),
                    status="delivered" if one["role"] == "user" else "complete",
                    text=one["content"],
                )
            )
        await session.saved()
        feed = await self.workspace.watch(session.tables.session.id, None, None)
        return _Watched(self.workspace, session, agent.id, feed)

    async def close(self) -> None:
        await self.workspace.close()


class _Watched:
    """A session of Dispatch with one client that reads every frame as the WebSocket does."""

    def __init__(self, workspace: "Workspace", session: "Session", agent_id: "AgentId", feed: "Feed") -> None:
        self._workspace, self._session, self._agent_id, self._feed = workspace, session, agent_id, feed
        self._rests = asyncio.Event()
        self._sent = 0
        self._reading = asyncio.create_task(self._read())

    async def turn(self, text: str) -> None:
        from dispatch_jupyter.core.protocol.commands import SendMessage

        command = SendMessage(text=text, session_id=self._session.tables.session.id)
        await self._workspace.send(command, "benchmark")
        self._rests.clear()  # it runs by now: `send` does not return before
        await self._rests.wait()

    def answer(self) -> str:
        agent = self._session.tables.agent(self._agent_id)
        assert agent.error is None, agent.error
        assert self._sent, "no frame came"
        return self._session.tables.thread(self._agent_id)[-1].text

    async def close(self) -> None:
        self._workspace.unwatch(self._feed)
        await self._reading

    async def _read(self) -> None:
        async for frame in self._feed:
            text = frame[0] if len(frame) == 1 else f"[{','.join(frame)}]"
            self._sent += len(text.encode())
            if self._session.tables.agent(self._agent_id).status in ("idle", "error"):
                self._rests.set()


def way_named(name: str, request: dict[str, Any], folder: Path) -> Way:
    """The way of that name. `request` holds system prompt, tools and model."""
    if name == "dispatch":
        return DispatchWay(folder)
    ways: dict[str, Callable[..., Way]] = {"httpx": HttpxWay, "litellm": LiteLLMWay, "client": ClientWay}
    return ways[name](**request)
