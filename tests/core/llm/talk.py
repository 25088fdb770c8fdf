"""Shorthands for tests that talk to the scripted model server through the real client."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

from dispatch_jupyter.core.llm.client import LiteLLMClient
from dispatch_jupyter.core.llm.retry import RetryPolicy
from dispatch_jupyter.core.llm.timeouts import Timeouts
from dispatch_jupyter.core.llm.types import (
    CallDelta,
    Completed,
    ModelEvent,
    ModelRequest,
    ReasoningDelta,
    Retrying,
    TextDelta,
)
from dispatch_jupyter.core.protocol.errors import ModelError
from model_server import ModelServer

MODELS = {
    "openai": "openai/gpt-6.1-sol",
    "responses": "openai/responses/gpt-6.1-sol",
    "anthropic": "anthropic/claude-sonnet-5-5",
    "gemini": "gemini/gemini-3.8-flash",
}
PROVIDERS = list(MODELS)
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": f"Does {name}.",
            "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
        },
    }
    for name in ("list_files", "read_file")
]
NEVER = RetryPolicy(retries=0)
QUICK = RetryPolicy(first=0.01, factor=1.0)
T = TypeVar("T")


def request(provider: str = "openai", *messages: dict[str, Any], system: str = "You help.", tools: bool = True):
    return ModelRequest(
        model=MODELS.get(provider, provider),
        system=system,
        messages=list(messages) or [{"role": "user", "content": "Hello"}],
        tools=TOOLS if tools else [],
    )


def client_for(
    server: ModelServer,
    provider: str,
    *,
    retry: RetryPolicy = NEVER,
    first: float = 20.0,
    idle: float = 20.0,
    key: str = "test-key",
) -> LiteLLMClient:
    environ = server.environment("openai" if provider == "responses" else provider, key)
    return LiteLLMClient(environ, retry=retry, timeouts=Timeouts(first=first, idle=idle))


def run(scenario: Callable[[], Awaitable[T]]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(60):
            return await scenario()

    return asyncio.run(bounded(), debug=False)


def converse(client: LiteLLMClient, asked: ModelRequest) -> list[ModelEvent]:
    """All events of one call, on a loop of its own."""

    async def scenario() -> list[ModelEvent]:
        try:
            return await collect(client, asked)
        finally:
            await client.aclose()

    return run(scenario)


def fail(client: LiteLLMClient, asked: ModelRequest) -> tuple[ModelError, list[ModelEvent]]:
    """The error of a call that fails, and the events before it."""
    seen: list[ModelEvent] = []

    async def scenario() -> ModelError:
        try:
            await collect(client, asked, seen)
        except ModelError as error:
            return error
        finally:
            await client.aclose()
        raise AssertionError(f"no error; events: {seen}")

    return run(scenario), seen


async def collect(client: LiteLLMClient, asked: ModelRequest, into: list[ModelEvent] | None = None) -> list[ModelEvent]:
    seen = [] if into is None else into
    async with aclosing(client.stream(asked)) as events:
        async for event in events:
            seen.append(event)
    return seen


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def calls_of(events: list[ModelEvent]) -> list[tuple[str, dict[str, Any]]]:
    """Name and arguments of the calls, put together by index; the contract of `CallDelta` is checked on the way."""
    names: dict[int, str] = {}
    texts: dict[int, str] = {}
    for event in events:
        if isinstance(event, CallDelta):
            if event.index not in names:
                assert event.id and event.name, f"the first delta of a call lacks id or name: {event}"
                names[event.index] = event.name
            else:
                assert not event.id and not event.name, f"id or name twice: {event}"
            texts[event.index] = texts.get(event.index, "") + event.arguments
    return [(names[index], json.loads(texts[index])) for index in sorted(names)]


def end_of(events: list[ModelEvent]) -> Completed:
    assert isinstance(events[-1], Completed)
    assert not any(isinstance(event, Completed) for event in events[:-1])
    return events[-1]


def retries_of(events: list[ModelEvent]) -> list[Retrying]:
    return [event for event in events if isinstance(event, Retrying)]
