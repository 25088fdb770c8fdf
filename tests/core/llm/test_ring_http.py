"""The ring and the client together, over real HTTP: the providers' own refusals and times, sixteen agents on a key."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.llm.client import LiteLLMClient
from dispatch_jupyter.core.llm.estimate import Size
from dispatch_jupyter.core.llm.types import ModelRequest
from dispatch_jupyter.core.protocol.errors import ModelError
from dispatch_jupyter.core.protocol.parts import Usage as Counted
from model_server import Fault, ModelServer, Reply, Usage
from ring_world import CONFIG as STANDARD
from ring_world import ENVIRON, START, World, caller, play, settled
from talk import NEVER, collect, end_of

pytestmark = pytest.mark.slow

MODELS = {"anthropic": "anthropic/claude-sonnet-5-5", "openai": "openai/gpt-4.1"}
CHEAP = Usage(input=100, output=100)


def config(server: ModelServer, *providers: str, **more) -> dict:
    """Keys `work` and `spare` of these providers, both with a budget of 5 USD a month."""
    names = {"work": "WORK_KEY", "spare": "SPARE_KEY"}
    keys = [
        {"id": name, "provider": provider, "env": variable, "api_base": server.base(provider), "budget": {"usd": 5}}
        for (name, variable), provider in zip(names.items(), providers, strict=False)
    ]
    models = [{"id": MODELS[provider], "tags": "heavy"} for provider in dict.fromkeys(providers)]
    return {"keys": keys, "models": models, "model": "heavy"} | more


class Agents:
    """As the runtime has them: they ask, call, and ask again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = LiteLLMClient(world.environ, retry=NEVER, clock=world.clock)
        self.errors: list[ModelError] = []
        self.told: list[Waiting] = []

    async def run(self, name: str) -> Admission:
        while True:
            while isinstance(call := await self.world.admit(name, size=Size(2000)), Waiting):
                if call.error:
                    raise call.error
                self.told.append(call)
                await self.world.ring.wait(call, caller(name))
            try:
                events = await collect(self.client, request(call))
            except ModelError as error:
                self.errors.append(error)
                await self.world.ring.failed(call, error)
                continue
            await self.world.ring.settle(call, end_of(events).usage)
            return call

    async def close(self) -> None:
        await self.client.aclose()
        await self.world.ring.aclose()


def request(call: Admission) -> ModelRequest:
    said = [{"role": "user", "content": "Hello"}]
    return ModelRequest(
        call.model, "You help.", said, access=call.access, effort=call.effort, max_output=call.max_output
    )


def scenario_of(tmp_path, server, work, configuration):
    world = World(tmp_path, configuration)
    agents = Agents(world)

    async def scenario():
        try:
            return await work(world, agents)
        finally:
            await agents.close()

    return play(scenario, 50)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_the_call_goes_out_with_the_keys_secret_and_its_bound(tmp_path, provider):
    async def work(world, agents):
        return await agents.run("a")

    with ModelServer([Reply("Hello")]) as server:
        call = scenario_of(tmp_path, server, work, config(server, provider))
        (received,) = server.requests
    assert received.key == ENVIRON["WORK_KEY"]
    assert received.body["max_tokens"] == call.max_output == 32_000


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_without_a_budget_the_answer_may_be_as_long_as_it_likes(tmp_path, provider):
    def unlimited(server):
        found = config(server, provider)
        return found | {"keys": [{k: v for k, v in key.items() if k != "budget"} for key in found["keys"]]}

    async def work(world, agents):
        return await agents.run("a")

    with ModelServer([Reply("Hello")]) as server:
        assert scenario_of(tmp_path, server, work, unlimited(server)).max_output is None
        assert server.requests[0].body.get("max_tokens") in (None, 128_000)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_how_long_to_think(tmp_path, provider):
    async def work(world, agents):
        return await agents.run("a")

    with ModelServer([Reply("Hello")]) as server:
        found = config(server, provider)
        model = {"anthropic": "anthropic/claude-sonnet-4-5", "openai": "openai/gpt-5"}[provider]
        found = found | {"models": [{"id": model, "tags": "heavy", "effort": "low"}]}
        scenario_of(tmp_path, server, work, found)
        body = server.requests[0].body
    assert body["thinking"]["budget_tokens"] == 1024 if provider == "anthropic" else body["reasoning_effort"] == "low"


@pytest.mark.parametrize(
    ("provider", "headers", "seconds"),
    [
        ("openai", {"retry-after": "40"}, 40),
        ("openai", {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ("anthropic", {"retry-after": "40"}, 40),
        ("anthropic", {"anthropic-ratelimit-tokens-reset": "2026-03-10T12:02:00Z"}, 120),
    ],
)
def test_a_busy_key_cools_down_as_long_as_its_provider_says(tmp_path, provider, headers, seconds):
    async def work(world, agents):
        agent = asyncio.create_task(agents.run("a"))
        until = START + timedelta(seconds=seconds)
        while not agents.told:
            await settled(10)
        assert agents.told[0].until == until
        (state,) = await world.ring.states()
        assert (state.status, state.until, state.guessed) == ("cooling", until, False)
        world.clock.turn(until - timedelta(seconds=1))
        await settled(50)
        assert not agent.done() and len(server.requests) == 1
        world.clock.turn(until)
        assert (await agent).key == "work"

    with ModelServer([Fault(kind="rate", headers=headers), Reply("Hello")]) as server:
        scenario_of(tmp_path, server, work, config(server, provider))
        assert len(server.requests) == 2


def test_from_one_provider_to_the_other_and_back_over_a_restart(tmp_path):
    """Quotas of both are used up; the one whose provider says when is back first."""
    back = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
    words = "You have reached your specified API usage limits. You will regain access on 2026-03-10 at 18:00 UTC."
    limits = Fault(400, {"type": "error", "error": {"type": "invalid_request_error", "message": words}})
    used_up = {"anthropic": limits, "openai": Fault.quota()}

    def script(received):
        full = world_of["clock"].now() < back and not (received.provider == "openai" and served["openai"] < 1)
        served[received.provider] += 1
        return used_up[received.provider] if full else Reply("Hello", usage=CHEAP)

    served, world_of = Counter(), {}

    async def work(world, agents):
        world_of["clock"] = world.clock
        world.configure(world.settings.model_dump(exclude_none=True) | {"wait": {"poll": 86_400}})
        first = await agents.run("a")
        assert (first.key, first.switched[:42]) == ("spare", "Switched from `work` to `spare`, as `work`")
        assert first.why == "`work` is used up at its provider."  # what it said is in the log
        agent = asyncio.create_task(agents.run("a"))
        while not agents.told:
            await settled(10)
        assert agents.told[0].until == back
        agent.cancel()
        await world.restart()
        agent = asyncio.create_task(agents.run("a"))
        while len(agents.told) < 2:
            await settled(10)
        assert agents.told[1].until == back, "a restart forgets nothing"
        world.clock.turn(back)
        assert (await agent).key == "work"
        assert served == {"anthropic": 2, "openai": 2}
        return await world.log()

    with ModelServer(script) as server:
        log = scenario_of(tmp_path, server, work, config(server, "anthropic", "openai"))
    assert any("`work` is used up at its provider" in line and "back at 2026-03-10 18:00 UTC" in line for line in log)
    assert any("`spare` is used up at its provider" in line and "tried again at" in line for line in log)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_sixteen_agents_on_one_key(tmp_path, provider):
    """Some are told to slow down in between; all get their turn, and the budget holds to the cent."""
    refusals = iter([5, 11, 12, 20])
    refused = next(refusals)

    def script(received):
        nonlocal refused
        if received.number == refused:
            refused = next(refusals, -1)
            return Fault.rate_limited(retry_after=30)
        return Reply("Hello", usage=Usage(input=500, output=1000), first=0.01)

    async def work(world, agents):
        async def turn_on():
            while True:
                await settled(20)
                if world.clock.alarms:
                    world.clock.turn(seconds=31)

        turning = asyncio.create_task(turn_on())
        calls = [call for _ in range(2) for call in await asyncio.gather(*(agents.run(f"a{n}") for n in range(16)))]
        turning.cancel()
        assert len(calls) == 32
        (state,) = await world.ring.states()
        assert state.calls == 32 and state.reserved_usd == 0
        assert state.used.output_tokens == 32_000
        worst = max(call.reservation.claim.worst.nano for call in calls) / 1e9
        assert state.used.cost_usd < state.budget.usd + worst
        assert world.ring._turns._tickets == {}

    with ModelServer(script) as server:
        small = config(server, provider)
        small["keys"][0]["budget"] = {"usd": 0.9}
        scenario_of(tmp_path, server, work, small)
        assert server.busiest < 16, "what is left is reserved by a few"


def test_sixteen_agents_use_up_both_keys_and_no_more(tmp_path):
    dear = Usage(input=1000, output=20_000)

    async def work(world, agents):
        async def until_told(name):
            while True:
                await agents.run(name)

        tasks = [asyncio.create_task(until_told(f"a{n}")) for n in range(16)]
        while len({told.caller.agent_id for told in agents.told if told.until}) < 16:
            await settled(20)
            assert not any(task.done() for task in tasks)
        # whoever was told may have got what a call under way left over
        states = await world.ring.states()
        while [state.status for state in states] != ["exhausted", "exhausted"]:
            await settled(20)
            assert not any(task.done() for task in tasks)
            states = await world.ring.states()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for state, worst in zip(states, (0.33, 0.27), strict=True):
            assert 5 <= state.used.cost_usd < 5 + worst, state
        assert agents.errors == []

    with ModelServer(lambda _: Reply("Hello", usage=dear)) as server:
        scenario_of(tmp_path, server, work, config(server, "anthropic", "openai"))


def test_the_price_of_the_settings_counts_and_the_reported_one_without(tmp_path):
    priced = STANDARD["models"][0] | {"price": {"input": 10, "output": 20, "cached": 1}}
    world = World(tmp_path, STANDARD | {"models": [priced, {"id": "openai/gpt-4.1", "tags": ["light"]}]})

    async def scenario():
        usage = Counted(input_tokens=1000, output_tokens=100, cached_tokens=400, cost_usd=99)
        assert (await world.ring.settle(await world.admit(), usage)).cost_usd == pytest.approx(0.0084)
        found = await world.admit("b", "light")
        assert (await world.ring.settle(found, usage)).cost_usd == 99
        await world.ring.aclose()

    play(scenario, 50)


def test_no_secret_comes_out(tmp_path, caplog):
    """In errors, texts, logs, the ledger: nowhere, even where the provider quotes what it was sent."""
    caplog.set_level("DEBUG")
    secret = "Zq7-hush_hush/0123456789+abcdef="
    (tmp_path / "key").write_text(secret)
    (tmp_path / "key").chmod(0o600)
    quoted = Fault(401, {"error": {"message": f"Incorrect API key provided: {secret}", "type": "x", "code": "y"}})
    seen: list[str] = []

    async def work(world, agents):
        world.ring.poke()
        found = await world.admit("a", size=Size(1))
        seen.append(repr(found))
        await world.ring.release(found)
        with pytest.raises(ModelError) as caught:
            await agents.run("a")
        seen.extend([str(caught.value), repr(caught.value.hint), *map(repr, agents.errors), repr(agents.told)])
        seen.extend(f"{error.message} {error.hint}" for error in agents.errors)
        seen.append((await world.ring.models()).model_dump_json())
        seen.append((await world.ring.resolve([])).model_dump_json())
        seen.append(repr([world.catalog(), world.settings, vars(world.ring)]))
        assert "`work` (file" in agents.errors[0].message
        assert "put the key, and nothing else, into" in agents.errors[0].hint
        assert server.requests[0].key == secret

    with ModelServer([quoted]) as server:
        found = config(server, "openai")
        found["keys"][0] = {**found["keys"][0], "file": str(tmp_path / "key")}
        del found["keys"][0]["env"]
        scenario_of(tmp_path / "data", server, work, found)
    seen.append(caplog.text)
    seen.extend(path.read_bytes().decode("latin-1") for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert len(seen) >= 10
    for text in seen:
        assert secret not in text and json.dumps(secret)[1:-1] not in text and "hush_hush" not in text
