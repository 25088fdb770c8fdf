"""The ring as a state machine: many agents, keys, models and budgets, in any order, with restarts in between.

A model of its own keeps the books. What has to hold at every step: a call is admitted only with a key that can be used
and whose budget is not reached, reservations counted; whoever waits is told the earliest time; nothing is forgotten.
At the end everybody gets a turn.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.llm.period import day_of, window
from dispatch_jupyter.core.protocol.errors import BadKey, KeyExhausted, RateLimited, Transient
from dispatch_jupyter.core.protocol.parts import Usage
from ring_world import HALF, World

pytestmark = pytest.mark.slow

KEYS = {"k1": "anthropic", "k2": "openai", "k3": "anthropic"}
MODELS = {"anthropic/a": ["heavy"], "openai/o": ["heavy", "light"], "anthropic/b": ["light"]}
WORST = {"anthropic/a": 1.0, "openai/o": 0.55, "anthropic/b": 1.5}
"""USD of a call of `HALF`: half a million tokens in at 1 USD a million, and as many as it may say out."""
OUTPUT = {"anthropic/a": 500_000, "openai/o": 50_000, "anthropic/b": 1_000_000}
BUDGETS = st.one_of(
    st.none(),
    st.builds(
        lambda usd, per: {"usd": usd, "per": per},
        st.sampled_from([0.5, 1.0, 2.5, 4.0]), st.sampled_from(["day", "month", "total"]),
    ),
    st.builds(
        lambda tokens, per: {"tokens": tokens, "per": per},
        st.sampled_from([500_000, 1_200_000]), st.sampled_from(["day", "month"]),
    ),
)  # fmt: skip
AGENTS = st.integers(0, 7).map(lambda number: f"agent{number}")
STARTS = [
    datetime(2024, 2, 28, 22, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 0, tzinfo=UTC),
    datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
]


@dataclass
class Line:
    """A call in the books."""

    key: str
    day: str
    usd: float
    tokens: int
    open: bool


class Ring(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.budgets: dict[str, Any] = {}
        self.books: dict[str, Line] = {}
        self.calls: dict[str, Admission] = {}
        self.refused: dict[str, datetime] = {}
        self.since: dict[str, datetime] = {}
        self.bad: set[str] = set()
        self.waiting: dict[str, tuple[str, ...]] = {}

    def run(self, work):
        return self.loop.run_until_complete(asyncio.wait_for(work, 20))

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @initialize(start=st.sampled_from(STARTS), budgets=st.fixed_dictionaries(dict.fromkeys(KEYS, BUDGETS)))
    def begin(self, start, budgets):
        self.budgets = budgets
        self.world = World(Path(self.folder.name), self.config())
        self.world.environ.update({key.upper(): f"sk-{key}-0123456789" for key in KEYS})
        self.world.clock.at = start

    def config(self) -> dict[str, Any]:
        return {
            "keys": [
                {"id": key, "provider": provider, "env": key.upper(), "budget": self.budgets[key]}
                for key, provider in KEYS.items()
            ],
            "models": [
                {"id": name, "tags": tags, "price": {"input": 1, "output": 1}, "max_output": OUTPUT[name]}
                for name, tags in MODELS.items()
            ],
        }

    # ------------------------------------------------------------------ the books

    def totals(self, key: str) -> tuple[float, float, float]:
        """(used, used and reserved, limit) in the budget's unit."""
        budget = self.budgets[key]
        period = window(budget["per"], self.now)
        lines = [line for line in self.books.values() if line.key == key and period.first <= line.day < period.after]
        unit = "usd" if "usd" in budget else "tokens"
        used = sum(getattr(line, unit) for line in lines if not line.open)
        return used, sum(getattr(line, unit) for line in lines), budget[unit]

    def can_be_used(self, key: str) -> bool:
        if key in self.bad or self.refused.get(key, self.now) > self.now:
            return False
        if self.budgets[key] is None:
            return True
        _, reserved, limit = self.totals(key)
        return reserved < limit - 1e-9

    def keys_of(self, wants: tuple[str, ...]) -> set[str]:
        names = [name for name, tags in MODELS.items() if not wants or set(wants) & {name, *tags}]
        return {key for key, provider in KEYS.items() for name in names if name.startswith(provider)}

    def returns(self, key: str) -> datetime | None:
        """When a key is back; None: never, or nobody knows."""
        if key in self.bad:
            return None
        times = [self.refused[key]] if self.refused.get(key, self.now) > self.now else []
        if self.budgets[key] is not None:
            used, _, limit = self.totals(key)
            if used >= limit - 1e-9:
                ends = window(self.budgets[key]["per"], self.now).ends
                if ends is None:
                    return None
                times.append(ends)
        return max(times, default=None)

    # ------------------------------------------------------------------ rules

    @rule(agent=AGENTS, wants=st.sampled_from([(), ("heavy",), ("light",), ("anthropic/a",), ("light", "heavy")]))
    def ask(self, agent, wants):
        if agent in self.calls:
            return
        # a place in the queue is kept for those that were woken a moment ago: nobody is in this machine
        self.world.ring._turns._tickets.clear()
        usable = {key for key in self.keys_of(wants) if self.can_be_used(key)}
        found = self.run(self.world.admit(agent, *wants, size=HALF))
        if isinstance(found, Waiting):
            assert not usable, f"{usable} could be used: {found}"
            self.check_waiting(found, self.keys_of(wants))
            self.waiting[agent] = wants
            return
        assert found.key in usable, f"{found.key} could not be used"
        self.waiting.pop(agent, None)
        worst = found.reservation.claim.worst
        assert worst.nano == pytest.approx(WORST[found.model] * 1e9)
        self.books[found.reservation.id] = Line(found.key, day_of(self.now), worst.nano / 1e9, worst.tokens, True)
        self.calls[agent] = found

    def check_waiting(self, found: Waiting, keys: set[str]) -> None:
        times = [when for key in keys if (when := self.returns(key))]
        assert found.until == min(times, default=None)
        assert found.again <= self.now + timedelta(seconds=300)
        busy = [
            key for key in keys if key not in self.bad and self.returns(key) is None and not self.spent_for_good(key)
        ]
        assert (found.error is None) == bool(times or busy), found

    def spent_for_good(self, key: str) -> bool:
        if self.budgets[key] is None or self.budgets[key]["per"] != "total":
            return False
        used, _, limit = self.totals(key)
        return used >= limit - 1e-9

    @rule(agent=AGENTS, part=st.sampled_from([0.0, 0.3, 1.0]))
    def succeed(self, agent, part):
        if (call := self.calls.pop(agent, None)) is None:
            return
        worst = call.reservation.claim.worst
        tokens = round(worst.input * part), max(1, round(worst.output * part))
        self.run(self.world.ring.settle(call, Usage(input_tokens=tokens[0], output_tokens=tokens[1])))
        self.close(call, sum(tokens))
        if self.since.get(call.key, self.now) <= call.reservation.at:
            self.refused.pop(call.key, None)
        self.bad.discard(call.key)

    @rule(agent=AGENTS, heard=st.sampled_from([0, 1000]))
    def cancel(self, agent, heard):
        if (call := self.calls.pop(agent, None)) is None:
            return
        self.run(self.world.ring.spent(call, heard))
        self.close(call, call.reservation.claim.worst.input + heard // 2)

    @rule(agent=AGENTS, error=st.sampled_from(["cool", "empty", "bad", "lost"]), minutes=st.sampled_from([1, 90, 3000]))
    def fail(self, agent, error, minutes):
        if (call := self.calls.pop(agent, None)) is None:
            return
        until = self.now + timedelta(minutes=minutes)
        errors = {
            "cool": RateLimited("slow down", until=until), "empty": KeyExhausted("used up", until=until),
            "bad": BadKey("refused"), "lost": Transient("lost"),
        }  # fmt: skip
        self.run(self.world.ring.failed(call, errors[error]))
        self.close(call, 0)
        if error == "bad":
            self.bad.add(call.key)
        elif error in ("cool", "empty"):
            self.refuse(call, until)

    def refuse(self, call: Admission, until: datetime) -> None:
        before = self.refused.get(call.key, self.now)
        kept = self.run(self.world.ring._ledger.look({})).refusals[call.key]
        assert kept.until in (until, before), "the provider's time, or a longer one from before"
        assert kept.until >= min(until, before)
        self.refused[call.key], self.since[call.key] = kept.until, kept.since

    def close(self, call: Admission, tokens: int) -> None:
        line = self.books[call.reservation.id]
        line.open, line.tokens, line.usd = False, tokens, tokens / 1e6

    @rule(hours=st.sampled_from([0.01, 0.5, 2, 26, 24 * 32]))
    def time_passes(self, hours):
        self.world.clock.turn(hours=hours)

    @rule(key=st.sampled_from(sorted(KEYS)), budget=BUDGETS)
    def edit(self, key, budget):
        self.budgets = self.budgets | {key: budget}
        self.world.configure(self.config())
        self.run(self.poke())

    async def poke(self):
        self.world.ring.poke()
        await asyncio.sleep(0)

    @rule()
    def restart(self):
        """The server dies: its calls are lost, what was reserved for them is used up."""
        self.run(self.world.ring._ledger.aclose())
        self.world.ring = self.world.new_ring()
        self.calls.clear()
        self.bad.clear()
        for line in self.books.values():
            line.open = False
        self.run(self.world.ring._ledger.bury(self.now))

    # ------------------------------------------------------------------ always

    @invariant()
    def the_ledger_says_what_the_books_say(self):
        if not hasattr(self, "world"):
            return
        for state in self.run(self.world.ring.states()):
            if state.budget is None:
                continue
            used, reserved, _ = self.totals(state.id)
            if state.budget.usd is not None:
                assert state.used.cost_usd == pytest.approx(used)
                assert state.reserved_usd == pytest.approx(reserved - used)
            else:
                assert state.used.input_tokens + state.used.output_tokens == used
                assert state.reserved_tokens == reserved - used
            assert (state.status == "active") == self.can_be_used(state.id), state

    def teardown(self):
        try:
            if hasattr(self, "world"):
                self.run(self.everybody_gets_a_turn())
                self.run(self.world.ring.aclose())
        finally:
            self.loop.close()
            self.folder.cleanup()

    async def everybody_gets_a_turn(self):
        """Once calls end and months pass, nobody waits any more, unless every key it may use is gone for good."""
        for call in self.calls.values():
            await self.world.ring.release(call)
        self.world.clock.turn(days=65)
        for agent, wants in self.waiting.items():
            for line in [line for line in self.books.values() if line.open]:
                line.open, line.usd, line.tokens = False, 0.0, 0
            hopeful = any(key not in self.bad and not self.spent_for_good(key) for key in self.keys_of(wants))
            self.world.ring._turns._tickets.clear()
            found = await self.world.admit(agent, *wants, size=HALF)
            if hopeful:
                assert isinstance(found, Admission), found
                await self.world.ring.release(found)


TestRing = Ring.TestCase
TestRing.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
