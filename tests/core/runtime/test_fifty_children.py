"""Fifty children at once: all get there, nothing is left behind, and everybody else is served meanwhile."""

import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from desk import Desk, until
from dispatch_jupyter.core.protocol.records import Transition
from model_server import Call, Reply
from model_server.cast import Cast, summon
from pace import pace
from tree_world import agents, check_tree, quiet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
COUNT = 50
MOST_LAG = 0.25
"""Seconds that the loop may be late at the 99th percentile; the machine that runs tests may be busy."""
MOST_LEFT = 40
"""MB that the process may be larger by afterwards: 51 threads of messages and the allocator's own."""
POOL = (os.cpu_count() or 1) + 4
"""Threads that the loop keeps for what blocks, once they were needed."""
MOST_TIMES = 4.0
"""CPU of a child, as a multiple of a plain turn of one agent with as many steps."""


def resident() -> float:
    """MB of this process; 0 where the system does not say."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if told.exists() else 0.0


def processes() -> set[str]:
    """Direct children of this process, where the system says."""
    told = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(told.read_text().split()) if told.exists() else set()


def tasks() -> list[str]:
    """Those that may not be left: agents, chores and what they wait with."""
    return sorted(task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task())


class Lag:
    """How late the loop is, asked a hundred times a second."""

    def __init__(self) -> None:
        self.late: list[float] = []

    async def measure(self) -> None:
        while True:
            due = time.perf_counter() + 0.01
            await asyncio.sleep(0.01)
            self.late.append(time.perf_counter() - due)

    def at(self, share: float) -> float:
        return sorted(self.late)[int(len(self.late) * share)]


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    began = time.thread_time()
    await act()
    return time.thread_time() - began


STEPS = [
    Reply("I look.", first=0.2, calls=[Call("read_file", {"path": "README.md"})]),
    Reply("It is about titles.", first=0.2),
]


def test_fifty_children_summoned_in_one_step(run, record_property):
    async def scenario(desk: Desk) -> None:
        everybody = [summon("researcher", f"Part {n}.") for n in range(COUNT)]
        cast = Cast(root=[*STEPS], researcher=STEPS)
        desk.model.script = cast
        await desk.ask("Warm up")  # what is loaded once is loaded
        desk.session = None
        cast.lines, cast._spoken = {"root": STEPS * 10, "researcher": STEPS}, {}
        plain = sum([await timed(lambda: desk.ask("Look")) for _ in range(10)]) / 10
        await quiet(desk.workspace, desk.session)
        gc.collect()
        before = (tasks(), threading.active_count(), processes(), resident())

        other = await desk.begin("Hello")
        await until(lambda: other.agent.status == "idle")
        lag, served = Lag(), []
        measuring = asyncio.create_task(lag.measure())

        async def look_meanwhile() -> None:
            while not desk.session or desk.agent.status != "idle":
                began = time.perf_counter()
                await desk.workspace.status()
                await desk.workspace.list()
                served.append(time.perf_counter() - began)
                await asyncio.sleep(0.05)

        async def fifty() -> None:
            desk.session = None
            cast.lines, cast._spoken = {"root": [Reply(calls=everybody), Reply("All done.")], "researcher": STEPS}, {}
            await desk.say("Go")
            await until(lambda: len(agents(desk, "researcher")) == COUNT, 60)
            looking = asyncio.create_task(look_meanwhile())
            cast.lines["root"] = [*cast.lines["root"], Reply("Hello to you.")]
            began = time.perf_counter()
            await other.ask("Are you there?")
            served.append(time.perf_counter() - began)
            await until(lambda: desk.agent.status == "idle", 90)
            await looking

        began = time.perf_counter()
        used = await timed(fifty)
        took = time.perf_counter() - began
        await quiet(desk.workspace, desk.session)
        measuring.cancel()
        await asyncio.gather(measuring, return_exceptions=True)

        everyone = agents(desk, "researcher")
        assert len(everyone) == COUNT and {(one.status, one.result) for one in everyone} == {
            ("done", "It is about titles.")
        }
        ends = [line for line in desk.session.tables.every(Transition) if line.status in ("done", "error")]
        assert len(ends) == COUNT == len({line.agent_id for line in ends})
        assert [call.status for call in desk.calls] == ["completed"] * COUNT
        results = [call.output.split()[1] for call in desk.calls]
        assert sorted(results) == sorted(one.id for one in everyone)
        assert not [one for one in desk.session.tables.messages() if one.purpose == "result"]
        assert desk.model.busiest >= 10, "side by side"
        check_tree(desk.workspace, desk.session)

        await until(lambda: len(tasks()) <= len(before[0]) + 2)  # the other session's pump, and its connection
        gc.collect()
        grown = resident() - before[3]
        figures = {
            "seconds for all": took,
            "CPU ms, a plain turn": plain * 1000,
            "CPU ms, a child": used * 1000 / COUNT,
            "loop late ms, p50": lag.at(0.5) * 1000,
            "loop late ms, p99": lag.at(0.99) * 1000,
            "loop late ms, worst": max(lag.late) * 1000,
            "others served ms, worst": max(served) * 1000,
            "MB more afterwards": grown,
            "threads": threading.active_count() - before[1],
        }
        for name, value in figures.items():
            record_property(name, round(value, 1))
        sys.stdout.write("".join(f"{name}: {value:.1f}\n" for name, value in figures.items()))
        assert processes() <= before[2] and threading.active_count() <= before[1] + POOL
        assert grown < MOST_LEFT, figures
        assert lag.at(0.99) < MOST_LAG * pace() and max(served) < 10, figures
        assert used / COUNT < plain * MOST_TIMES, figures

    run(scenario)
