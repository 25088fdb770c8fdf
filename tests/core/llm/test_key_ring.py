"""The ring: budgets, the switch to the next key, what people see."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.llm.ledger import Caller
from dispatch_jupyter.core.protocol.errors import (
    KeyExhausted,
    RateLimited,
    StoreError,
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
        assert "`work` is used up ($5.00 of $5.00 this month), back on 2026-04-01 00:00 UTC" in told.text
        assert "`spare` is used up" in told.text
        waiter = asyncio.create_task(world.until_admitted("a"))
        await settled()
        assert not waiter.done()
        world.clock.turn(APRIL)
        assert key_of(await waiter) == "work"
        log = await world.log()
        assert any(
            line.startswith("Switched from `work` to `spare`, as `work` is used up ($5.00 of $5.00") for line in log
        )
        assert sum(line.startswith("`work` is used up ($5.00") for line in log) == 1
        assert "Switched from `spare` to `work`, as `spare` is used up ($5.00 of $5.00" not in log
        await world.ring.aclose()

    play(scenario)


def test_the_switch_is_told_to_the_agent(world):
    async def scenario():
        for _ in range(5):
            await world.call()
        switched = (await world.admit()).switched
        assert switched.startswith("Switched from `work` to `spare`, as `work` is used up")
        await world.restart()
        from_record = caller("b")
        found = await world.ring.admit([], HALF, from_record.__class__("s1", "s1-b", "work"))
        assert found.switched.startswith("Switched from `work` to `spare`")
        assert found.why == "`work` is used up ($5.00 of $5.00 this month), back on 2026-04-01 00:00 UTC."
        assert (await world.admit("new")).switched == ""

    play(scenario)


def test_why_a_key_is_taken_again_is_not_made_up(world):
    async def one_call():
        found = await world.admit()
        await world.ring.settle(found, ONE_USD)
        return found.key, found.why

    async def scenario():
        for _ in range(5):
            await world.call()
        assert (await one_call())[0] == "spare"
        world.clock.turn(to=START + timedelta(days=30))
        assert await one_call() == ("work", "`work` can be used again.")
        world.configure({**CONFIG, "fallback": ["spare", "work"]})
        assert await one_call() == ("spare", "`spare` comes first now.")

    play(scenario)


def test_an_agent_whose_key_or_model_went_is_told_so(world):
    async def admitted(key, model):
        found = await world.ring.admit([], HALF, Caller("s1", f"s1-{key}-{model}", key, model))
        await world.ring.release(found)
        return found.switched, found.why

    async def scenario():
        gone = "`third` is not in the settings any more, or broken there."
        assert await admitted("third", "openai/other") == (f"Switched from `third` to `work`, as {gone}", gone)
        gone = "`openai/other` is not in the settings any more, or broken there."
        assert await admitted("work", "openai/other") == ("", gone)
        assert await admitted("work", "anthropic/claude-x") == ("", "")
        assert await admitted(None, "demo/rules") == ("", "")
        assert await admitted(None, None) == ("", "")

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
        assert "$3.00 of $2.50" in never.error.message and "raise its budget" in never.error.message

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
        assert (await world.ring._ledger.usage("agent"))["s1-a"].input_tokens == 500_000
        assert set(await world.ring._ledger.usage("session")) == {"s1"}

    play(scenario)


def test_a_model_that_nobody_has_a_key_for_says_so(tmp_path):
    settings = {"models": [{"id": "mistral/small"}, {"id": "ollama_chat/qwen3"}]}

    async def scenario():
        view = await World(tmp_path, settings, {}).ring.models()
        assert [(model.keys, model.no_key) for model in view.models] == [([], True), ([], False)]

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


def test_what_the_ledger_could_not_take_is_paid_once_however_many_look_at_it_then(world, monkeypatch):
    async def scenario():
        close, fails = world.ring._ledger.close_call, True

        async def sometimes(*of, **more):
            if fails:
                raise StoreError("The disk is full.")
            return await close(*of, **more)

        monkeypatch.setattr(world.ring._ledger, "close_call", sometimes)
        calls = [await world.admit(f"agent{n}") for n in range(3)]
        for call in calls:
            await world.ring.settle(call, ONE_USD)
        fails = False
        await asyncio.gather(*(world.ring.states() for _ in range(3)))
        (state, _) = await world.ring.states()
        assert (state.used.cost_usd, state.calls, state.reserved_usd) == (3.0, 3, 0.0)
        await world.ring.aclose()

    play(scenario)


def test_a_ledger_that_cannot_forget_is_said(world, monkeypatch, caplog):
    async def scenario():
        async def full():
            raise StoreError("The disk is full.")

        await world.ring.failed(await world.admit(), KeyExhausted("used up", until=START + timedelta(days=1)))
        monkeypatch.setattr(world.ring._ledger, "forget_refusals", full)
        before = world.changes
        await world.ring.forgive()
        await settled(5)
        assert world.changes == before + 1, "whoever waits is to ask again all the same"
        assert await world.status("work") == "exhausted"

    play(scenario)
    assert "The disk is full." in caplog.text
