"""One model call through litellm.

What litellm does not do, or does at a cost that grows with the conversation, is done here:

* It waits for ever on some providers: every wait has its own deadline.
* It reports an answer that broke off as finished: the provider's own word for the end is looked for.
* At the end of a stream it rebuilds the whole reply, twice, to count what the provider has already counted: skipped.
* The OpenAI SDK under it walks the whole conversation, 0.2 ms a message: the messages go past it.

Each of these leans on names inside litellm and falls back to litellm's own way where they are missing.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from typing import Any

from .classify import Call, classify, cut_off, no_key, silent
from .clock import Clock
from .events import Reader
from .messages import provider_messages
from .prices import usage_of
from .providers import api_base, describe, provider_of, value_of
from .timeouts import Timeouts
from .types import ChatMessage, Completed, ModelEvent, ModelRequest

_GOOGLE = ("gemini", "vertex_ai", "vertex_ai_beta")
_NO_KEY_NEEDED = "none"
"""Sent to OpenAI-compatible servers where no key is set: the SDK insists on one."""
_ROOM_TO_THINK = 4096
"""Tokens litellm gives Anthropic's models for thinking at most; an answer that is shorter cannot have them."""


async def call_litellm(
    litellm: Any, request: ModelRequest, environ: Mapping[str, str], timeouts: Timeouts, clock: Clock
) -> AsyncIterator[ModelEvent]:
    """The events of one call, `Completed` last.

    Raises:
        ModelError: any of them; nothing else, but for defects of this package.
    """
    arguments = call_arguments(litellm, request, environ, timeouts)
    reader = Reader(provider_of(request.model))
    call = Call.of(request.model, environ, request.access)
    stream: Any = None
    begun = False
    try:
        async with asyncio.timeout(timeouts.first):
            stream = await litellm.acompletion(**arguments)
            end = await _prepare(stream, reader)
            chunk = await anext(stream, None)
        while chunk is not None:
            for event in reader.read(chunk):
                begun = True
                yield event
            await asyncio.sleep(0)  # a burst of chunks must not hold the loop
            async with asyncio.timeout(timeouts.idle):
                chunk = await anext(stream, None)
    except TimeoutError:
        raise silent(call, timeouts.idle if begun else timeouts.first, begun=begun) from None
    except Exception as error:
        raise classify(error, request.model, environ, access=request.access, begun=begun, now=clock.now()) from error
    finally:
        if stream is not None:
            await _close(stream)
    if not end.came:
        raise cut_off(call, begun=begun)
    yield Completed(usage_of(litellm, request.model, getattr(stream, "chunks", ())), reader.stop, reader.opaque)


def call_arguments(
    litellm: Any, request: ModelRequest, environ: Mapping[str, str], timeouts: Timeouts
) -> dict[str, Any]:
    """What `litellm.acompletion` is given.

    Raises:
        BadKey: the provider needs a key and there is none.
    """
    import httpx

    name = provider_of(request.model)
    messages = provider_messages(request, name)
    base, key = _address_and_key(request, environ)
    silence = max(timeouts.first, timeouts.idle) + 5
    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "timeout": httpx.Timeout(silence, connect=timeouts.connect),
        "max_retries": 0,  # ours are seen by people
        "num_retries": 0,
        "drop_params": True,
    }
    if request.tools:
        arguments["tools"] = request.tools
    if base:
        arguments["api_base"] = base
    if key:
        arguments["api_key"] = key
    arguments |= _wishes(request, base)
    if name == "openai" and _is_chat(litellm, request, arguments):
        arguments |= _past_the_sdk(messages)
    return arguments


def _address_and_key(request: ModelRequest, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Where to call and what to show there; None: litellm knows, or nothing is needed."""
    name = provider_of(request.model)
    provider = describe(name)
    if request.access is not None:
        # litellm would look into the environment for a key that is not given
        return request.access.api_base, request.access.secret or _NO_KEY_NEEDED
    base = api_base(environ, name)
    if not provider.keys:
        return base, None
    _, key = value_of(environ, provider.keys)
    if not key and not (name == "openai" and base):
        raise no_key(request.model, environ)
    return base, key or _NO_KEY_NEEDED


def _wishes(request: ModelRequest, base: str | None) -> dict[str, Any]:
    """How long the answer may be, and how long the model is to think."""
    wishes: dict[str, Any] = {}
    if request.max_output is not None:
        # OpenAI itself knows only the new name for its newer models, others often only the old one
        newer = provider_of(request.model) == "openai" and base is None
        wishes["max_completion_tokens" if newer else "max_tokens"] = request.max_output
    if request.effort is not None and (request.max_output is None or request.max_output > _ROOM_TO_THINK):
        wishes["reasoning_effort"] = request.effort
    return wishes


def _past_the_sdk(messages: list[ChatMessage]) -> dict[str, Any]:
    """The conversation as `extra_body`, which the OpenAI SDK puts into the request over its own without a look."""
    return {"messages": messages[:1], "extra_body": {"messages": messages}}


def _is_chat(litellm: Any, request: ModelRequest, arguments: dict[str, Any]) -> bool:
    """Whether the request goes out in chat format. litellm turns some into OpenAI's responses format."""
    check = getattr(getattr(litellm, "main", None), "responses_api_bridge_check", None)
    if check is None:
        return False
    name = request.model.partition("/")[2]
    decides = {field: arguments.get(field) for field in ("tools", "api_base", "reasoning_effort")}
    info, _ = check(model=name, custom_llm_provider="openai", **decides)
    return bool(info.get("mode") != "responses" and not name.startswith("responses/"))


class _End:
    """Whether the provider said that its answer was over.

    litellm's last chunk says "stop" in any case; its stream object knows better. For Google it does not, there the
    raw chunks are watched.
    """

    def __init__(self, stream: Any, reader: Reader) -> None:
        self._stream = stream
        self._watching = False
        self._seen = False
        source: Any = getattr(stream, "completion_stream", None)
        if getattr(stream, "custom_llm_provider", "") in _GOOGLE and hasattr(source, "chunk_parser"):
            self._watching = True
            self._parse = source.chunk_parser
            source.chunk_parser = self._watched
        self._reader = reader

    @property
    def came(self) -> bool:
        if self._watching:
            return self._seen
        if not hasattr(self._stream, "received_finish_reason"):
            return self._reader.finish is not None
        return self._stream.received_finish_reason is not None

    def _watched(self, chunk: dict[str, Any]) -> Any:
        blocked = (chunk.get("promptFeedback") or {}).get("blockReason")
        self._seen |= bool(blocked) or any(c.get("finishReason") for c in chunk.get("candidates") or ())
        return self._parse(chunk)


async def _prepare(stream: Any, reader: Reader) -> _End:
    """Open the connection where litellm would put it off, and leave out its epilogue."""
    if getattr(stream, "completion_stream", ...) is None and hasattr(stream, "fetch_stream"):
        await stream.fetch_stream()
    if hasattr(stream, "_finalize_completed_stream") and hasattr(stream, "chunks"):
        stream._finalize_completed_stream = _Epilogue(stream)
    return _End(stream, reader)


class _Epilogue:
    """Stands in for the method of litellm's stream that is called when the provider's stream has ended."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __call__(self, *_: Any, **__: Any) -> Any:
        if self._stream.sent_last_chunk is True:
            raise StopAsyncIteration
        self._stream.sent_last_chunk = True
        return self._stream.finish_reason_handler()


async def _close(stream: Any) -> None:
    """Close the connection. Of Anthropic's streams litellm closes none: there the lines being read are closed."""
    lines = getattr(getattr(stream, "completion_stream", None), "streaming_response", None)
    try:
        for source in (stream, lines):
            close = getattr(source, "aclose", None)
            closing = close() if close is not None else None
            if inspect.isawaitable(closing):
                await closing
    finally:
        _disarm(stream)


def _disarm(stream: Any) -> None:
    """Keep litellm's stream from setting context variables when it is collected, which it does if it has this.

    Before Python 3.12 a server dies of that, if the collection comes in the middle of another variable being set:
    https://github.com/python/cpython/issues/148891.
    """
    if hasattr(stream, "logging_obj"):
        stream.logging_obj = None
