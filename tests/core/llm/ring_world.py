"""A key ring to test: with a clock that is turned by hand, settings as dispatch.yaml has them, and a folder."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from dispatch_jupyter.core.config.schema import Settings
from dispatch_jupyter.core.llm.admission import Admission, Waiting
from dispatch_jupyter.core.llm.catalog import Catalog, catalog_of
from dispatch_jupyter.core.llm.choose import choose
from dispatch_jupyter.core.llm.estimate import OVERHEAD, Size
from dispatch_jupyter.core.llm.key_ring import KeyRing
from dispatch_jupyter.core.llm.ledger import Caller, Ledger
from dispatch_jupyter.core.protocol.parts import ModelWish, Usage

T = TypeVar("T")
START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ENVIRON = {"WORK_KEY": "sk-work-0123456789", "SPARE_KEY": "sk-spare-0123456789"}
WORK = {"id": "work", "provider": "anthropic", "env": "WORK_KEY", "budget": {"usd": 5, "per": "month"}}
SPARE = {"id": "spare", "provider": "openai", "env": "SPARE_KEY", "budget": {"usd": 5, "per": "month"}}
CLAUDE = {
    "id": "anthropic/claude-x", "tags": ["heavy"], "price": {"input": 1, "output": 1}, "max_output": 500_000,
}  # fmt: skip
GPT = {"id": "openai/gpt-x", "tags": ["heavy", "light"], "price": {"input": 1, "output": 1}, "max_output": 500_000}
CONFIG = {"keys": [WORK, SPARE], "models": [CLAUDE, GPT], "model": "heavy"}
"""A call is 1 USD at worst with `HALF`: half a million tokens each way, a dollar a million."""
HALF = Size(500_000 - OVERHEAD)
ONE_USD = Usage(input_tokens=500_000, output_tokens=500_000)


class ManualClock:
    """A clock that goes on when it is told."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self.at

    def turn(self, to: datetime | None = None, **delta: float) -> None:
        self.at = to or self.at + timedelta(**delta)
        for when, bell in self._sleepers:
            if when <= self.at:
                bell.set()

    @property
    def alarms(self) -> list[datetime]:
        return sorted(when for when, _ in self._sleepers)

    async def sleep_until(self, when: datetime | None, event: asyncio.Event) -> None:
        if event.is_set() or (when is not None and when <= self.at):
            return
        bell = asyncio.Event()
        sleeper = (when or datetime.max.replace(tzinfo=UTC), bell)
        self._sleepers.append(sleeper)
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(bell.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._sleepers.remove(sleeper)
            for wait in waits:
                wait.cancel()


class World:
    """A ring, and everything it takes."""

    def __init__(
        self, folder: Path, config: dict[str, Any] | None = None, environ: dict[str, str] | None = None,
        clock: ManualClock | None = None,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.environ = dict(ENVIRON if environ is None else environ)
        self.clock = clock or ManualClock()
        self.settings = Settings()
        self.configure(CONFIG if config is None else config)
        self.changes = 0
        self.ring = self.new_ring()

    def configure(self, config: dict[str, Any]) -> None:
        self.settings = Settings.model_validate(config)

    def catalog(self) -> Catalog:
        found = choose(self.environ, self.settings.model, None)
        return catalog_of(self.settings, self.environ, found)

    def new_ring(self) -> KeyRing:
        def changed() -> None:
            self.changes += 1

        return KeyRing(Ledger(self.folder), self.catalog, self.clock, self.environ, on_change=changed)

    async def restart(self) -> None:
        await self.ring.aclose()
        self.ring = self.new_ring()

    async def admit(self, agent: str = "a", *wants: str, size: Size = HALF) -> Admission | Waiting:
        return await self.ring.admit([ModelWish(model=name) for name in wants], size, caller(agent))

    async def call(self, agent: str = "a", *wants: str, usage: Usage = ONE_USD) -> Admission:
        """A call that succeeds."""
        admission = await self.admit(agent, *wants)
        assert isinstance(admission, Admission), admission
        await self.ring.settle(admission, usage)
        return admission

    async def until_admitted(self, agent: str, *wants: str, size: Size = HALF) -> Admission:
        """As an agent does it."""
        while isinstance(found := await self.admit(agent, *wants, size=size), Waiting):
            assert found.error is None, found.error
            await self.ring.wait(found, caller(agent))
        return found

    async def status(self, key: str) -> str:
        return next(state.status for state in await self.ring.states() if state.id == key)

    async def log(self) -> list[str]:
        return [event.text for event in (await self.ring.models()).log]


def caller(agent: str) -> Caller:
    return Caller("s1", f"s1-{agent}")


def with_budget(config: dict[str, Any], key: str, **budget: Any) -> dict[str, Any]:
    """The configuration with another budget."""
    keys = [entry | {"budget": budget or None} if entry["id"] == key else entry for entry in config["keys"]]
    return config | {"keys": keys}


def play(scenario: Callable[[], Awaitable[T]], seconds: float = 20) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(seconds):
            return await scenario()

    return asyncio.run(bounded())


async def settled(rounds: int = 200) -> None:
    """Let what can go on go on; threads included."""
    for _ in range(rounds):
        await asyncio.sleep(0.001)


def key_of(found: Admission | Waiting) -> str | None:
    assert isinstance(found, Admission), found
    return found.key


async def quiet(world: World) -> None:
    """Wait until the ring has nothing more to write."""
    while world.ring._tasks:
        await asyncio.wait(world.ring._tasks)
        await asyncio.sleep(0)
