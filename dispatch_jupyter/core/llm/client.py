"""The model client that the runtime is given: litellm for language models, the rules of the demo without one."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from ..protocol.errors import ModelError
from .clock import Clock, SystemClock
from .connections import close_connections
from .library import load_litellm, loaded_litellm
from .litellm_path import call_litellm
from .providers import DEMO
from .retry import RetryPolicy
from .timeouts import Timeouts
from .types import ModelClient, ModelEvent, ModelRequest, Retrying


class LiteLLMClient:
    """Calls language models through litellm, which is imported at the first call.

    A call that fails before the first token for a passing reason is made again, and says so with `Retrying`. After
    the first token nothing is repeated: an answer that breaks off raises, and the caller decides.
    """

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        *,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Keys and addresses are read from `environ` at every call, and never kept."""
        self._environ = environ
        self._timeouts = timeouts or Timeouts()
        self._retry = retry or RetryPolicy()
        self._clock = clock or SystemClock()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The reply as it comes. See `types.ModelClient`."""
        litellm = await load_litellm()
        failed = 0
        while True:
            begun = False
            try:
                async with aclosing(self._attempt(litellm, request)) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except ModelError as error:
                pause = None if begun else self._retry.pause(error, failed, self._clock.now())
                if pause is None:
                    raise
                reason = error.message.rstrip(".")
            failed += 1
            yield Retrying(pause, reason)
            await asyncio.sleep(pause)

    async def warm_up(self, model: str) -> None:
        """Import litellm, in a worker thread: it takes seconds."""
        await load_litellm()

    async def aclose(self) -> None:
        """Close the connections this event loop keeps to providers."""
        if loaded_litellm() is not None:
            await close_connections(loaded_litellm())

    def _attempt(self, litellm: Any, request: ModelRequest) -> Any:
        return call_litellm(litellm, request, self._environ, self._timeouts, self._clock)


class RoutingClient:
    """`demo/rules` goes to the demo, every other model to litellm."""

    def __init__(
        self, models: ModelClient | None = None, demo: ModelClient | None = None, *, clock: Clock | None = None
    ) -> None:
        from .demo import DemoModel

        self._models = models or LiteLLMClient(clock=clock)
        self._demo = demo or DemoModel()

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `types.ModelClient`."""
        return (self._demo if request.model == DEMO else self._models).stream(request)

    async def warm_up(self, model: str) -> None:
        """See `types.ModelClient`."""
        await (self._demo if model == DEMO else self._models).warm_up(model)

    async def aclose(self) -> None:
        """Close both."""
        await self._models.aclose()
        await self._demo.aclose()
