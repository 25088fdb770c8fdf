"""The machine's clock."""

import asyncio
import time
from datetime import UTC, timedelta

from dispatch_jupyter.core.llm import clock as clock_module
from dispatch_jupyter.core.llm.clock import SystemClock
from ring_world import play


def test_it_is_now_in_utc():
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now.timestamp() - time.time()) < 1


def test_it_waits_until_then():
    async def scenario():
        clock = SystemClock()
        until = clock.now() + timedelta(milliseconds=60)
        await clock.sleep_until(until, asyncio.Event())
        assert until <= clock.now() < until + timedelta(seconds=5)
        await clock.sleep_until(until, asyncio.Event())

    play(scenario)


def test_it_waits_for_what_happens():
    async def scenario():
        clock, event = SystemClock(), asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, event.set)
        await clock.sleep_until(clock.now() + timedelta(hours=1), event)
        await clock.sleep_until(None, event)

    play(scenario, 5)


def test_a_machine_that_slept_is_noticed(monkeypatch):
    """The timers stood still, the time did not."""
    monkeypatch.setattr(clock_module, "LONGEST_NAP", 0.02)

    class Slept(SystemClock):
        ahead = timedelta()

        def now(self):
            return super().now() + self.ahead

    async def scenario():
        clock = Slept()
        waiter = asyncio.create_task(clock.sleep_until(clock.now() + timedelta(hours=8), asyncio.Event()))
        await asyncio.sleep(0.03)
        assert not waiter.done()
        clock.ahead = timedelta(hours=9)
        await waiter

    play(scenario, 5)
