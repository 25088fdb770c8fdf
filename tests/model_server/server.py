"""The server: a thread with an event loop of its own, so that tests may block or run their own loop."""

import asyncio
import inspect
import json
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from . import anthropic_wire, gemini_wire, openai_wire, responses_wire
from .faults import Fault
from .script import Entry, Hang, Provider, Raw, Received, Reply, Script
from .wire_http import Answer, Head, read_request

WIRES: dict[Provider, Any] = {
    "openai": openai_wire,
    "responses": responses_wire,
    "anthropic": anthropic_wire,
    "gemini": gemini_wire,
}
BIG = 1 << 26
START_SECONDS = 60.0


class ModelServer:
    """See the package docstring. A context manager; `start` and `close` do the same by hand."""

    def __init__(
        self,
        script: Script = (),
        *,
        models: list[str] | None = None,
        ollama_models: list[str] | None = None,
    ) -> None:
        self.models = models or ["scripted"]
        self.ollama_models = ollama_models or []
        self.requests: list[Received] = []
        self.unscripted = 0
        self.busiest = 0
        self.port = 0
        self._busy = 0
        self._news = threading.Condition()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.script = script

    @property
    def script(self) -> Script:
        return self._script

    @script.setter
    def script(self, script: Script) -> None:
        self._script = script
        self._entries: Iterator[Entry] = iter(()) if callable(script) else iter(script)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def base(self, provider: str) -> str:
        """The base URL a client of `provider` wants."""
        return self.url + {"openai": "/v1", "gemini": "/v1beta"}.get(provider, "")

    def environment(self, provider: str, key: str = "test-key") -> dict[str, str]:
        """The variables that send a client of `provider` here."""
        if provider == "ollama":
            return {"OLLAMA_HOST": self.url}
        name = provider.upper()
        return {f"{name}_API_KEY": key, f"{name}_BASE_URL": self.base(provider)}

    def wait_for(self, count: int, timeout: float = 60.0) -> None:
        """Block until `count` requests have come; `TimeoutError` if they do not."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{len(self.requests)} of {count} requests came within {timeout} s")

    def start(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="model-server", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("the model server did not start")
        return self

    def close(self) -> None:
        """Drop every connection and stop."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(START_SECONDS)
            self._loop = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        listener = await asyncio.start_server(self._connection, "127.0.0.1", 0, limit=BIG, backlog=512)
        self.port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await asyncio.sleep(
            0.01
        )  # a connection just accepted becomes a task in the loop's next rounds, not once closed
        listener.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await asyncio.sleep(0.01)  # sockets that were aborted close in the loop's next round

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while not writer.is_closing() and (request := await read_request(reader)):
                await self._answer(*request, reader, Answer(writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the server is closing: both are ordinary ends of a connection
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _answer(self, head: Head, body: bytes, reader: asyncio.StreamReader, answer: Answer) -> None:
        path = head.path.partition("?")[0]
        provider = _provider(path)
        if head.method == "POST" and provider:
            received = Received(len(self.requests), provider, path, head.headers, json.loads(body), at=time.monotonic())
            with self._news:
                self.requests.append(received)
                self._news.notify_all()
            await self._play(received, reader, answer)
        elif path.endswith("/models"):
            await answer.send_json(200, openai_wire.models(self.models))
        elif path == "/api/tags":
            await answer.send_json(200, {"models": [{"name": name, "model": name} for name in self.ollama_models]})
        elif path == "/requests":
            seen = [
                {"provider": r.provider, "at": r.at, "body": r.body, "gone": r.gone.is_set()} for r in self.requests
            ]
            await answer.send_json(200, seen)
        else:
            await answer.send_json(404, {"error": {"message": f"{head.method} {path} is not scripted here"}})

    async def _play(self, received: Received, reader: asyncio.StreamReader, answer: Answer) -> None:
        """Answer, while watching whether the client goes away."""
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        playing = asyncio.ensure_future(self._say(received, answer))
        watching = asyncio.ensure_future(reader.read(1))  # clients do not pipeline: only the end can come
        try:
            await asyncio.wait({playing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done() or isinstance(playing.exception(), ConnectionError):
                received.gone_at = time.monotonic()
                received.gone.set()
                raise ConnectionResetError
            await playing
        finally:
            self._busy -= 1
            received.done.set()
            playing.cancel()
            watching.cancel()
            await asyncio.gather(playing, watching, return_exceptions=True)

    async def _say(self, received: Received, answer: Answer) -> None:
        entry = await self._next(received)
        if isinstance(entry, Hang):
            await asyncio.Event().wait()
        elif isinstance(entry, Fault):
            await answer.send(*entry.for_provider(received.provider))
        elif isinstance(entry, Raw):
            await _say_raw(entry, answer)
        else:
            await asyncio.sleep(entry.first)
            if received.streaming:
                await _stream(entry, received, answer)
            else:
                await answer.send_json(200, WIRES[received.provider].whole(entry, received))

    async def _next(self, received: Received) -> Entry:
        if callable(self._script):
            entry = self._script(received)
            return await entry if inspect.isawaitable(entry) else entry
        try:
            return next(self._entries)
        except StopIteration:
            self.unscripted += 1
            message = f"The script has no reply for request {received.number + 1}."
            return Fault(400, {"type": "error", "error": {"type": "unscripted", "message": message}})


async def _stream(reply: Reply, received: Received, answer: Answer) -> None:
    frames = WIRES[received.provider].stream(reply, received)
    answer.begin(200, {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"})
    for frame in frames.head:
        answer.chunk(frame)
    whole = reply.ends == "whole"
    for count, frame in enumerate(frames.deltas if whole else frames.deltas[: reply.after]):
        if reply.pace:
            await asyncio.sleep(reply.pace)
        answer.chunk(frame)
        if reply.pace or count % 64 == 63:
            await answer.drain()
    await answer.drain()
    if reply.ends == "stall":
        await asyncio.Event().wait()
    elif reply.ends == "drop":
        await answer.drop()
    elif reply.ends == "reset":
        await answer.reset()
    else:
        for frame in frames.tail if whole else [frames.error] if reply.ends == "error" else []:
            answer.chunk(frame)
        await answer.end()


async def _say_raw(entry: Raw, answer: Answer) -> None:
    answer.begin(entry.status, {"content-type": entry.content_type})
    for chunk in entry.chunks:
        if entry.pace:
            await asyncio.sleep(entry.pace)
        answer.chunk(chunk)
        await answer.drain()
    await answer.end()


def _provider(path: str) -> Provider | None:
    if path.endswith("/chat/completions"):
        return "openai"
    if path.endswith("/responses"):
        return "responses"
    if path.endswith("/v1/messages"):
        return "anthropic"
    return "gemini" if "enerateContent" in path else None
