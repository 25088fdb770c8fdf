"""Waiting for a key: when it ends, in which order, and what becomes of those who are gone."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.llm.key_ring import ELSEWHERE
from dispatch_jupyter.core.llm.turns import GRACE
from dispatch_jupyter.core.protocol.errors import (
    KeyExhausted,
    RateLimited,
)
from ring_world import CONFIG, START, World, caller, key_of, play, quiet, settled, with_budget

APRIL = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_waiting_ends_at_the_earliest_reset(world):
    async def scenario():
        soon, late = START + timedelta(seconds=50), START + timedelta(hours=9)
        await world.ring.failed(await world.admit(), KeyExhausted("used up", until=late))
        await world.ring.failed(await world.admit(), RateLimited("slow", until=soon))
        told = await world.admit()
        assert told.until == told.again == soon
        waiter = asyncio.create_task(world.until_admitted("a"))
        await settled(50)
        assert world.clock.alarms == [soon]
        world.clock.turn(soon)
        assert key_of(await waiter) == "spare"

    play(scenario)


def test_it_is_asked_again_every_now_and_then(world):
    async def scenario():
        late = START + timedelta(hours=9)
        world.configure(CONFIG | {"wait": {"poll": 60}})
        await world.ring.failed(await world.admit("a", "anthropic/claude-x"), KeyExhausted("used up", until=late))
        told = await world.admit("a", "anthropic/claude-x")
        assert (told.until, told.again) == (late, START + timedelta(seconds=60))

    play(scenario)


def test_no_change_is_missed_between_asking_and_waiting(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work", usd=0.5, per="month"))
        call = await world.admit("a", "anthropic/claude-x")
        told = await world.admit("b", "anthropic/claude-x")
        await world.ring.release(call)
        await asyncio.wait_for(world.ring.wait(told, caller("b")), 10)
        assert key_of(await world.admit("b", "anthropic/claude-x")) == "work"

    play(scenario)


def test_waiting_may_be_switched_off(world):
    async def scenario():
        world.configure(CONFIG | {"wait": {"enabled": False}})
        until = START + timedelta(hours=9)
        await world.ring.failed(await world.admit("a", "anthropic/claude-x"), KeyExhausted("used up", until=until))
        told = await world.admit("a", "anthropic/claude-x")
        assert isinstance(told.error, KeyExhausted) and told.error.until == until
        world.configure(with_budget(CONFIG, "spare", usd=0.1, per="day") | {"wait": {"enabled": False}})
        await world.admit("b", "light")
        assert (await world.admit("c", "light")).error is None, "what is busy is free in a moment"

    play(scenario)


def test_first_come_first_served(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work", usd=0.5, per="day") | {"model": "anthropic/claude-x"})
        first, order = await world.admit("first"), []

        async def agent(name: str) -> None:
            call = await world.until_admitted(name)
            order.append(name)
            await asyncio.sleep(0.002)
            await world.ring.release(call)

        agents = []
        for number in range(16):
            agents.append(asyncio.create_task(agent(f"agent{number:02}")))
            await settled(5)
        await world.ring.release(first)
        await asyncio.gather(*agents)
        assert order == [f"agent{number:02}" for number in range(16)]

    play(scenario)


def test_nobody_jumps_the_queue_and_who_is_gone_holds_up_nobody(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work", usd=0.5, per="day") | {"model": "anthropic/claude-x"})
        first = await world.admit("first")
        told = await world.admit("gone")
        await world.ring.release(first)
        behind = await world.admit("behind")
        assert isinstance(behind, Waiting), "it came later"
        assert behind.again == START + GRACE + timedelta(milliseconds=1)
        waiter = asyncio.create_task(world.until_admitted("behind"))
        await settled(50)
        world.clock.turn(seconds=6)
        assert key_of(await waiter) == "work"
        assert told.error is None

    play(scenario)


def test_who_is_cancelled_gives_up_its_place(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work", usd=0.5, per="day") | {"model": "anthropic/claude-x"})
        first = await world.admit("first")
        waiters = [asyncio.create_task(world.until_admitted(f"w{n}")) for n in range(2)]
        await settled(50)
        waiters[0].cancel()
        await asyncio.wait(waiters[:1])
        await world.ring.release(first)
        assert key_of(await waiters[1]) == "work"

    play(scenario)


def test_an_agent_cancelled_while_it_is_admitted_leaves_nothing_reserved(world):
    async def scenario():
        for delay in (0, 0, 0.0005, 0.001, 0.002, 0.004):
            task = asyncio.create_task(world.admit())
            await asyncio.sleep(delay)
            task.cancel()
            (found,) = await asyncio.gather(task, return_exceptions=True)
            if isinstance(found, Admission):
                await world.ring.release(found)
        await quiet(world)
        (state, _) = await world.ring.states()
        assert state.reserved_usd == 0

    play(scenario)


def test_closing_a_call_is_carried_out_though_the_agent_is_cancelled(world):
    async def scenario():
        call = await world.admit()
        task = asyncio.create_task(world.ring.spent(call, 0))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await world.ring.aclose()
        world.ring = world.new_ring()
        (state, _) = await world.ring.states()
        assert (state.reserved_usd, state.used.cost_usd) == (0, 0.5)

    play(scenario)


def test_of_two_servers_one_looks_again_soon(world, tmp_path):
    async def scenario():
        other = World(tmp_path, clock=world.clock)
        for one in (world, other):
            one.configure(with_budget(CONFIG, "work", usd=0.5, per="day") | {"model": "anthropic/claude-x"})
        theirs = await other.admit("theirs")
        told = await world.admit("ours")
        assert told.again == START + ELSEWHERE
        waiter = asyncio.create_task(world.until_admitted("ours"))
        await settled(50)
        await other.ring.release(theirs)
        world.clock.turn(seconds=5)
        assert key_of(await waiter) == "work"

    play(scenario)


def test_a_change_of_one_key_does_not_wake_those_who_wait_for_another(world):
    async def scenario():
        for _ in range(5):
            await world.call("x", "anthropic/claude-x")
        waiters = [asyncio.create_task(world.until_admitted(f"w{n}", "anthropic/claude-x")) for n in range(20)]
        await settled()
        asked = []
        admit = world.ring._admit
        world.ring._admit = lambda *of: asked.append(of[2].agent_id) or admit(*of)
        for _ in range(3):
            await world.call("busy", "openai/gpt-x")
        await settled()
        assert asked == ["s1-busy"] * 3
        world.clock.turn(datetime(2026, 4, 1, tzinfo=UTC))
        assert await waiters[0]
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
        await world.ring.aclose()

    play(scenario)
