"""Stopping a call at any moment closes its connection and leaves nothing behind."""

import asyncio
import contextvars
import gc
import time

import pytest

from model_server import Fault, Hang, ModelServer, Reply
from pace import pace
from talk import PROVIDERS, client_for, collect, converse, request, run

pytestmark = pytest.mark.slow
SOON = 2.0
"""Seconds within which the server must see that the client is gone."""


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("entry", [Hang(), Reply("one two three", ends="stall", after=2)], ids=["before", "within"])
def test_a_cancelled_task_closes_the_connection(entry, provider):
    with ModelServer([Reply("warm"), entry]) as server:

        async def scenario() -> None:
            client = client_for(server, provider)
            await collect(client, request(provider))
            seen: list = []
            task = asyncio.create_task(collect(client, request(provider), seen))
            await asyncio.to_thread(server.wait_for, 2)
            while not seen and not isinstance(entry, Hang):
                await asyncio.sleep(0.01)
            asked = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - asked < SOON
            assert await asyncio.to_thread(server.requests[1].gone.wait, 30)
            assert server.requests[1].gone_at - asked < SOON
            await client.aclose()
            await only_this_task()

        run(scenario)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_closing_the_stream_early_closes_the_connection(provider):
    with ModelServer([Reply.tokens(2000, pace=0.005)]) as server:

        async def scenario() -> None:
            client = client_for(server, provider)
            events = client.stream(request(provider))
            await anext(events)
            await anext(events)
            asked = time.monotonic()
            await events.aclose()
            assert await asyncio.to_thread(server.requests[0].gone.wait, 30)
            assert server.requests[0].gone_at - asked < SOON
            await client.aclose()
            await only_this_task()

        run(scenario)


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.003, 0.006, 0.01, 0.02])
def test_a_cancel_at_any_moment_leaves_nothing(delay):
    with ModelServer(lambda _: Reply.tokens(50)) as server:

        async def scenario() -> None:
            client = client_for(server, "openai")
            await collect(client, request())
            for provider in ("openai", "openai", "openai"):
                task = asyncio.create_task(collect(client, request(provider)))
                await asyncio.sleep(delay)
                task.cancel()
                await asyncio.wait([task])
            await client.aclose()
            await only_this_task()

        run(scenario)


def test_a_wait_before_another_try_can_be_cancelled():
    with ModelServer([Fault.rate_limited(retry_after=4)]) as server:

        async def scenario() -> None:
            from dispatch_jupyter.core.llm.retry import RetryPolicy

            client = client_for(server, "openai", retry=RetryPolicy())
            seen: list = []
            task = asyncio.create_task(collect(client, request(), seen))
            while not seen:
                await asyncio.sleep(0.01)
            asked = time.monotonic()
            task.cancel()
            await asyncio.wait([task])
            assert time.monotonic() - asked < SOON
            await client.aclose()

        run(scenario)


def test_calls_run_side_by_side():
    async def script(_):
        while len(server.requests) < 4:
            await asyncio.sleep(0.01)
        return Reply("ok")

    with ModelServer(script) as server:

        async def scenario() -> None:
            client = client_for(server, "openai")
            async with asyncio.TaskGroup() as group:
                for provider in ("openai", "openai", "openai", "openai"):
                    group.create_task(collect(client, request(provider)))
            assert server.busiest == 4
            await client.aclose()

        run(scenario)


def test_a_client_works_on_again_after_it_was_closed_and_on_another_loop():
    with ModelServer(lambda _: Reply("ok")) as server:
        for provider in PROVIDERS:
            client = client_for(server, provider)
            converse(client, request(provider))
            converse(client, request(provider))
    assert len(server.requests) == 2 * len(PROVIDERS)


def test_the_loop_breathes_while_tokens_pour_in():
    with ModelServer(lambda _: Reply.tokens(2500)) as server:

        async def scenario() -> list[float]:
            client = client_for(server, "openai")
            await collect(client, request())
            lags: list[float] = []
            ticking = asyncio.create_task(tick(lags))
            async with asyncio.TaskGroup() as group:
                for _ in range(4):
                    group.create_task(collect(client, request()))
            ticking.cancel()
            await asyncio.wait([ticking])
            await client.aclose()
            return sorted(lags)

        lags = run(scenario)
    assert lags[int(len(lags) * 0.95)] < 0.3 * pace()


async def tick(lags: list[float]) -> None:
    while True:
        started = time.monotonic()
        await asyncio.sleep(0.005)
        lags.append(time.monotonic() - started - 0.005)


async def only_this_task() -> None:
    """Nothing of the call is left running. litellm keeps a task for its logs; it belongs to the loop, not to a call."""
    for _ in range(50):
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task() and "LoggingWorker" not in repr(t)]
        if not left:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(left)


def _set_while_collecting() -> dict[contextvars.ContextVar, object]:
    gc.collect()
    return dict(contextvars.copy_context().items())


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("taken", [1, None], ids=["left early", "read to the end"])
def test_what_is_collected_sets_no_context_variable(provider, taken):
    """Before Python 3.12 the process dies where that happens while another context variable is being set."""
    with ModelServer([Reply("one two three")]) as server:

        async def scenario() -> None:
            client = client_for(server, provider)
            gc.collect()
            gc.disable()
            try:
                events = client.stream(request(provider))
                async for _ in events:
                    if taken:
                        break
                await events.aclose()
                del events
                assert contextvars.Context().run(_set_while_collecting) == {}
            finally:
                gc.enable()
            await client.aclose()

        run(scenario)
