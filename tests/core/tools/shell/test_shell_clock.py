"""The time a command may take."""

import asyncio
import math

from dispatch_jupyter.core.tools.shell.clock import Clock


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_stands_still_while_paused():
    async def scenario():
        time = Time()
        clock = Clock(10, time)
        time.now += 4
        assert clock.left == 6
        with clock.paused():
            time.now += 100
            with clock.paused():
                time.now += 100
            time.now += 100
            assert clock.left == 6
        time.now += 1
        assert clock.left == 5
        time.now += 50
        assert clock.left == 0
        await clock.run_out()

    asyncio.run(scenario())


def test_it_knows_how_long_it_stood_still():
    time = Time()
    clock = Clock(10, time)
    with clock.paused():
        time.now += 3
        with clock.paused():
            time.now += 4
            assert clock.waited == 7
    time.now += 50
    assert clock.waited == 7
    clock.set(10)
    with clock.paused():
        time.now += 1
    assert clock.waited == 8


def test_it_runs_out_in_its_time():
    async def scenario():
        loop = asyncio.get_running_loop()
        start = loop.time()
        clock = Clock(0.1)
        waiting = asyncio.ensure_future(clock.run_out())
        await asyncio.sleep(0.05)
        with clock.paused():
            await asyncio.sleep(0.2)
            assert not waiting.done()
        await waiting
        assert 0.29 < loop.time() - start < 20

    asyncio.run(scenario())


def test_it_can_begin_anew():
    async def scenario():
        clock = Clock(0.05)
        waiting = asyncio.ensure_future(clock.run_out())
        clock.set(math.inf)
        await asyncio.sleep(0.1)
        assert not waiting.done() and clock.left == math.inf
        with clock.paused():
            clock.set(0)
            await asyncio.sleep(0.02)
            assert not waiting.done()
        await waiting

    asyncio.run(scenario())
