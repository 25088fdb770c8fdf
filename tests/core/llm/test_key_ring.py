"""The ring: budgets, the switch to the next key, what people see."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.protocol.errors import (
    KeyExhausted,
    RateLimited,
    Transient,
)
from dispatch_jupyter.core.protocol.parts import Usage
from ring_world import CONFIG, HALF, ONE_USD, START, World, caller, key_of, play, settled, with_budget

APRIL = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


# ---------------------------------------------------------------------- budgets


def test_one_key_after_the_other_then_waiting_then_back(world):
    async def scenario():
        used = [(await world.call()).key for _ in range(10)]
        assert used == ["work"] * 5 + ["spare"] * 5
        told = await world.admit()
        assert isinstance(told, Waiting) and told.error is None
        assert told.until == APRIL
        assert "`work` is used up: 5.00 of 5 USD this month, back on 2026-04-01 00:00 UTC" in told.text
        assert "`spare` is used up" in told.text
        waiter = asyncio.create_task(world.until_admitted("a"))
        await settled()
        assert not waiter.done()
        world.clock.turn(APRIL)
        assert key_of(await waiter) == "work"
        log = await world.log()
        assert any(line.startswith("Switched from `work` to `spare`: `work` is used up: 5.00 of 5 USD") for line in log)
        assert sum(line.startswith("`work` is used up: 5.00") for line in log) == 1
        assert "Switched from `spare` to `work`: `spare` is used up: 5.00 of 5 USD" not in log
        await world.ring.aclose()

    play(scenario)


def test_the_switch_is_told_to_the_agent(world):
    async def scenario():
        for _ in range(5):
            await world.call()
        switched = (await world.admit()).switched
        assert switched.startswith("Switched from `work` to `spare`: `work` is used up")
        await world.restart()
        from_record = caller("b")
        found = await world.ring.admit([], HALF, from_record.__class__("s1", "s1-b", "work"))
        assert found.switched.startswith("Switched from `work` to `spare`")
        assert (await world.admit("new")).switched == ""

    play(scenario)


def test_a_call_is_admitted_while_anything_is_left_and_sixteen_overspend_by_one(tmp_path):
    world = World(tmp_path, with_budget(CONFIG, "work", usd=2.5, per="total") | {"model": "anthropic/claude-x"})

    async def scenario():
        found = [await world.admit(f"agent{n}") for n in range(16)]
        admitted = [one for one in found if isinstance(one, Admission)]
        assert len(admitted) == 3, "0, 1 and 2 USD were reserved: below 2.5"
        assert await world.status("work") == "busy"
        assert all(one.error is None and one.until is None for one in found[3:])
        for one in admitted:
            await world.ring.settle(one, ONE_USD)
        (state, _) = await world.ring.states()
        assert state.used.cost_usd == 3.0
        assert state.status == "exhausted" and state.until is None
        never = await world.admit()
        assert isinstance(never.error, KeyExhausted)
        assert "3.00 of 2.5 USD" in never.error.message and "raise its budget" in never.error.message

    play(scenario)


def test_a_budget_of_tokens(tmp_path):
    config = with_budget(CONFIG, "work", tokens=2_500_000, per="day") | {"model": "anthropic/claude-x"}
    world = World(tmp_path, config)

    async def scenario():
        for _ in range(3):
            await world.call()
        told = await world.admit()
        assert told.until == datetime(2026, 3, 11, tzinfo=UTC)
        assert "3,000,000 of 2,500,000 tokens today" in told.text

    play(scenario)


def test_an_edit_of_the_budget_takes_effect_at_once(world):
    async def scenario():
        world.configure(CONFIG | {"model": "anthropic/claude-x"})
        for _ in range(5):
            await world.call()
        waiter = asyncio.create_task(world.until_admitted("a"))
        await settled(50)
        assert not waiter.done()
        world.configure(with_budget(CONFIG, "work", usd=6, per="month") | {"model": "anthropic/claude-x"})
        world.ring.poke()
        await world.ring.settle(await waiter, ONE_USD)
        world.configure(with_budget(CONFIG, "work", usd=0.5, per="day") | {"model": "anthropic/claude-x"})
        assert isinstance(await world.admit(), Waiting)
        world.configure(with_budget(CONFIG, "work") | {"model": "anthropic/claude-x"})
        assert key_of(await world.admit()) == "work", "without a budget"

    play(scenario)


def test_a_call_belongs_to_the_month_it_was_admitted_in(world):
    async def scenario():
        world.clock.turn(APRIL - timedelta(seconds=1))
        late = await world.admit()
        world.clock.turn(APRIL + timedelta(seconds=1))
        await world.ring.settle(late, ONE_USD)
        assert (await world.ring.states())[0].used.cost_usd == 0
        world.clock.turn(APRIL - timedelta(seconds=1))
        assert (await world.ring.states())[0].used.cost_usd == 1

    play(scenario)


def test_what_counts(world):
    async def spent() -> float:
        return (await world.ring.states())[0].used.cost_usd

    async def scenario():
        await world.ring.release(await world.admit())
        assert await spent() == 0
        cut = await world.admit()
        await world.ring.spent(cut, 1000)
        assert await spent() == pytest.approx(0.5005), "all its input, and a token for two characters"
        await world.ring.settle(cut, ONE_USD)
        await world.ring.release(cut)
        assert await spent() == pytest.approx(0.5005), "a call is closed once"
        silent = await world.ring.settle(await world.admit(), Usage(cost_usd=None), 2000)
        assert silent.cost_usd == pytest.approx(0.501), "nothing was reported"
        await world.ring.failed(await world.admit(), Transient("lost"), 0)
        assert await spent() == pytest.approx(1.0015)
        await world.ring.failed(await world.admit(), Transient("lost"), 1000)
        assert await spent() == pytest.approx(1.502)
        assert (await world.ring.states())[0].reserved_usd == 0

    play(scenario)


# ---------------------------------------------------------------------- views


def test_what_people_see(world):
    async def scenario():
        await world.call()
        view = await world.ring.models()
        assert [state.id for state in view.keys] == ["work", "spare"]
        assert view.keys[0].source == "env WORK_KEY"
        assert (view.keys[0].calls, view.keys[0].resets_at) == (1, APRIL)
        assert view.tags["heavy"] == ["anthropic/claude-x", "openai/gpt-x"]
        assert view.models[0].used.cost_usd == 1 and view.models[0].priced is True
        assert (await world.ring.usage("agent"))["s1-a"].input_tokens == 500_000
        assert set(await world.ring.usage("session")) == {"s1"}

    play(scenario)


def test_listeners_hear_of_changes_once(world):
    async def scenario():
        await world.call()
        await asyncio.sleep(0)
        before = world.changes
        assert before >= 1
        world.ring.poke()
        world.ring.poke()
        await asyncio.sleep(0)
        assert world.changes == before + 1

    play(scenario)


def test_without_settings_nothing_is_limited(tmp_path):
    world = World(tmp_path, {}, {"ANTHROPIC_API_KEY": "sk-a-0123456789"})

    async def scenario():
        found = await world.admit()
        assert (found.model, found.key, found.max_output) == (
            "anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY", None,
        )  # fmt: skip
        assert found.access.secret == "sk-a-0123456789"
        assert world.folder.joinpath("keys.sqlite").exists()
        demo = World(tmp_path / "demo", {}, {})
        assert (await demo.admit()).access is None

    play(scenario)


def test_listeners_hear_when_a_time_has_come(world):
    async def scenario():
        until = START + timedelta(minutes=5)
        await world.ring.failed(await world.admit(), RateLimited("slow", until=until))
        assert await world.status("work") == "cooling"
        await settled(5)
        before = world.changes
        world.clock.turn(until)
        await settled(5)
        assert world.changes == before + 1
        assert await world.status("work") == "active"

    play(scenario)
