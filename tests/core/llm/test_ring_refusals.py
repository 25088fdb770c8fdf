"""What providers say against keys: how long it counts, for whom, and what ends it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.protocol.errors import (
    BadKey,
    ContextOverflow,
    KeyExhausted,
    NoModel,
    RateLimited,
    Transient,
)
from ring_world import CONFIG, ONE_USD, START, World, key_of, play, settled, with_budget

APRIL = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_slow_down_until_then(world):
    async def scenario():
        until = START + timedelta(seconds=90)
        await world.ring.failed(await world.admit(), RateLimited("slow down", until=until))
        (state, _) = await world.ring.states()
        assert (state.status, state.until, state.guessed) == ("cooling", until, False)
        assert "slow down" in state.reason
        assert key_of(await world.admit("b")) == "spare"
        await world.restart()
        assert await world.status("work") == "cooling", "a restart keeps it"
        world.clock.turn(until)
        assert key_of(await world.admit("c")) == "work"

    play(scenario)


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (RateLimited("slow down"), [60, 120, 240, 480, 600, 600]),
        (KeyExhausted("used up"), [300, 600, 1200, 2400, 3600, 3600]),
    ],
)
def test_guesses_grow_until_a_call_succeeds(world, error, waits):
    async def scenario():
        for seconds in waits:
            await world.ring.failed(await world.admit("a", "anthropic/claude-x"), error)
            (state, _) = await world.ring.states()
            assert state.until == world.clock.now() + timedelta(seconds=seconds)
            assert state.guessed
            world.clock.turn(state.until)
        await world.call("a", "anthropic/claude-x")
        assert "`work` works again." in await world.log()
        world.clock.turn(seconds=1)
        await world.ring.failed(await world.admit("a", "anthropic/claude-x"), error)
        assert (await world.ring.states())[0].until == world.clock.now() + timedelta(seconds=waits[0])

    play(scenario)


def test_sixteen_refusals_of_calls_made_together_are_one(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work"))
        calls = [await world.admit(f"a{n}") for n in range(16)]
        world.clock.turn(seconds=1)
        for call in calls:
            await world.ring.failed(call, RateLimited("slow down"))
        (state, _) = await world.ring.states()
        assert state.until == world.clock.now() + timedelta(seconds=60)
        assert sum("cooling" in line for line in await world.log()) == 1

    play(scenario)


def test_an_older_success_does_not_lift_a_newer_refusal(world):
    async def scenario():
        older, newer = await world.admit("a"), await world.admit("b")
        world.clock.turn(seconds=1)
        await world.ring.failed(newer, RateLimited("slow down", until=START + timedelta(hours=1)))
        await world.ring.settle(older, ONE_USD)
        assert await world.status("work") == "cooling"

    play(scenario)


def test_a_refused_key_is_not_tried_again_until_its_secret_changes(world):
    async def scenario():
        await world.ring.failed(await world.admit(), BadKey("refused", "set it"))
        assert key_of(await world.admit()) == "spare"
        (state, _) = await world.ring.states()
        assert (state.status, state.until) == ("bad", None)
        assert "refused set it" in state.reason
        told = await world.admit("b", "anthropic/claude-x")
        assert isinstance(told.error, BadKey)
        world.environ["WORK_KEY"] = "sk-another-0123456789"
        assert key_of(await world.admit("b", "anthropic/claude-x")) == "work"
        world.environ["WORK_KEY"] = "sk-work-0123456789"
        assert await world.status("work") == "bad"
        await world.ring.forgive()
        assert await world.status("work") == "active"

    play(scenario)


def test_another_secret_is_not_held_responsible_even_after_a_restart(world):
    async def scenario():
        until = START + timedelta(days=300)
        await world.ring.failed(await world.admit(), KeyExhausted("used up", until=until))
        await world.restart()
        assert key_of(await world.admit("b")) == "spare"
        world.environ["WORK_KEY"] = "sk-another-0123456789"
        await world.restart()
        assert key_of(await world.admit("c")) == "work"

    play(scenario)


def test_a_missing_secret(world):
    async def scenario():
        del world.environ["WORK_KEY"]
        assert key_of(await world.admit()) == "spare"
        (state, _) = await world.ring.states()
        assert state.status == "missing"
        assert "export WORK_KEY=" in state.reason

    play(scenario)


def test_a_model_that_is_not_there_is_left_out_for_an_hour(world):
    async def scenario():
        await world.ring.failed(await world.admit(), NoModel("no claude-x"))
        assert await world.status("work") == "active"
        assert key_of(await world.admit()) == "spare"
        told = await world.admit("b", "anthropic/claude-x")
        assert isinstance(told.error, NoModel) and "no claude-x" in told.error.message
        world.configure(with_budget(CONFIG, "work"))
        assert key_of(await world.admit("b", "anthropic/claude-y")) == "work"
        world.clock.turn(hours=1)
        assert key_of(await world.admit("c")) == "work"

    play(scenario)


@pytest.mark.parametrize("error", [Transient("lost"), ContextOverflow("too long")])
def test_other_errors_leave_the_key_alone(world, error):
    async def scenario():
        await world.ring.failed(await world.admit(), error)
        assert await world.status("work") == "active"

    play(scenario)


def test_a_key_that_may_not_use_one_model_may_use_others(world):
    async def scenario():
        world.configure(with_budget(CONFIG, "work"))
        error = BadKey("may not use claude-x")
        error.__cause__ = Forbidden()
        await world.ring.failed(await world.admit("a", "anthropic/claude-x"), error)
        assert await world.status("work") == "active"
        told = await world.admit("a", "anthropic/claude-x")
        assert "may not use claude-x" in told.error.message
        assert key_of(await world.admit("a", "anthropic/claude-y")) == "work"

    play(scenario)


class Forbidden(Exception):
    status_code = 403


@pytest.mark.parametrize("error", [RateLimited("slow down"), KeyExhausted("used up")])
def test_a_model_without_a_key_is_left_alone_as_well(tmp_path, error):
    world = World(tmp_path, {"model": "ollama_chat/tiny"}, {})

    async def scenario():
        call = await world.admit()
        assert call.key is None
        await world.ring.failed(call, error)
        told = await world.admit()
        assert isinstance(told, Waiting) and told.error is None
        assert told.until == START + timedelta(seconds=60 if isinstance(error, RateLimited) else 300)
        world.clock.turn(told.until)
        await world.call()
        assert isinstance(await world.admit(), Admission)

    play(scenario)


def test_a_model_without_a_key_that_is_refused_is_not_asked_on_and_on(tmp_path):
    world = World(tmp_path, {"model": "ollama_chat/tiny"}, {})

    async def scenario():
        await world.ring.failed(await world.admit(), BadKey("who are you?"))
        told = await world.admit()
        assert "who are you?" in told.error.message
        await world.ring.forgive()
        assert isinstance(await world.admit(), Admission)

    play(scenario)


@pytest.mark.parametrize("error", [RateLimited("slow down"), BadKey("refused")])
def test_those_who_wait_are_not_let_in_by_a_key_that_was_just_refused(world, error):
    async def scenario():
        world.configure(with_budget(CONFIG, "work", usd=0.5, per="day") | {"model": "anthropic/claude-x"})
        call = await world.admit("first")
        waiters = [asyncio.create_task(world.until_admitted(f"w{n}")) for n in range(4)]
        await settled(50)
        await world.ring.failed(call, error)
        await settled(50)
        admitted = [one for one in waiters if one.done() and one.exception() is None and one.result()]
        for one in waiters:
            one.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
        assert not admitted

    play(scenario)
