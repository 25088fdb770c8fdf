"""What a turn and a streamed token cost, in CPU time, and what Dispatch adds to bare litellm.

Each way of `ways` lives in a process of its own and is asked in turn, so that whatever else the machine does meets all
of them alike. A token's price is the slope between a short and a long answer.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import Figure, Table, Target
from processes import ScriptedModel, Worker, bare_environment

WAYS = ("httpx", "litellm", "client", "dispatch")
LABELS = {
    "httpx": "plain httpx",
    "litellm": "bare litellm",
    "client": "Dispatch's client alone",
    "dispatch": "Dispatch",
}
HISTORIES = (10, 100, 400)
SHORT = 20
LONG = 520
LONG_PACED = 420
PACE = 0.02
"""Seconds between tokens, 50 a second: slow enough that Dispatch sends each to its clients by itself."""

A_TURN = Target(5.0)
A_TOKEN = Target(40.0)
GROWTH = Target(1.0)


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """A task of the worker. Readings of a case are CPU seconds a turn."""

    messages: int
    tokens: int
    pace: float = 0.0


@dataclass(slots=True)
class Readings:
    """All readings: one a round of each way and case."""

    cpu: dict[tuple[str, Case], list[float]] = field(default_factory=dict)
    rss: dict[str, float] = field(default_factory=dict)

    def turn(self, way: str, messages: int) -> list[float]:
        """Milliseconds a turn with a short answer."""
        return [seconds * 1e3 for seconds in self.cpu[way, Case(messages, SHORT)]]

    def token(self, way: str, pace: float) -> list[float]:
        """Microseconds a token."""
        short, long = Case(HISTORIES[0], SHORT, pace), Case(HISTORIES[0], _long(pace), pace)
        pairs = zip(self.cpu[way, short], self.cpu[way, long], strict=True)
        return [(b - a) * 1e6 / (long.tokens - short.tokens) for a, b in pairs]


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question."""
    histories = (HISTORIES[0], HISTORIES[-1]) if quick else HISTORIES
    paces = (0.0,) if quick else (0.0, PACE)
    readings = _read(folder, histories, paces, quick=quick)
    tables = [_turn_table(readings, histories)]
    tables += [_token_table(readings, pace) for pace in paces]
    if not quick:
        tables.append(_memory_table(readings))
    return tables


# ---------------------------------------------------------------------- measuring


def _read(folder: Path, histories: tuple[int, ...], paces: tuple[float, ...], *, quick: bool) -> Readings:
    cases = {Case(messages, SHORT) for messages in histories}
    cases |= {Case(HISTORIES[0], tokens, pace) for pace in paces for tokens in (SHORT, _long(pace))}
    readings = Readings()
    with _workers(folder, quick=quick) as workers:
        for way in WAYS:  # caches fill, connections open, litellm is imported
            workers[way].do(way=way, messages=2, turns=2, tokens=SHORT, pace=0)
        for number in range(2 if quick else 9):
            # whoever goes first goes later next time
            order = WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]
            for case in sorted(cases):
                for way, read in _round(workers, order, case, quick=quick):
                    readings.cpu.setdefault((way, case), []).append(read["cpu"])
                    readings.rss[way] = read["rss"] / 1e6
    return readings


def _round(
    workers: dict[str, Worker], ways: tuple[str, ...], case: Case, *, quick: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """One reading of each way: one after the other, or all at once where they do little but wait."""
    told = []
    for way in ways:
        task = {"messages": case.messages, "tokens": case.tokens, "pace": case.pace}
        workers[way].tell(way=way, turns=_turns(case, quick=quick), **task)
        told.append(way)
        if not case.pace or way == ways[-1]:
            yield from ((way, workers[way].hear()) for way in told)
            told.clear()


def _turns(case: Case, *, quick: bool) -> int:
    if case.pace:
        return 1
    if case.tokens == SHORT:
        return 4 if quick else 20
    return 1 if quick else 3


def _long(pace: float) -> int:
    return LONG_PACED if pace else LONG


@contextmanager
def _workers(folder: Path, *, quick: bool) -> Iterator[dict[str, Worker]]:
    """A worker a way; the quick run has one for all, to import litellm once."""
    environment = bare_environment(folder)
    request = folder / "request.json"
    request.write_text(json.dumps(request_of(folder)))
    with ExitStack() as stack:
        model = stack.enter_context(ScriptedModel(environment))
        environment |= model.environment

        def worker(*ways: str) -> Worker:
            return stack.enter_context(Worker("turn_worker.py", environment, str(folder), str(request), *ways))

        if quick:
            only = worker(*WAYS)
            yield dict.fromkeys(WAYS, only)
        else:
            yield {way: worker(way) for way in WAYS}


def request_of(folder: Path) -> dict[str, Any]:
    """What Dispatch would send, for the other ways to send the same."""
    from dispatch_jupyter.core.runtime.prompt import system_prompt
    from dispatch_jupyter.core.tools.standard import standard_tools
    from dispatch_jupyter.core.tools.tool import Toolbox

    tools = Toolbox(standard_tools()).schemas
    return {"system": system_prompt(folder / "project"), "tools": tools, "model": "openai/gpt-4o"}


# ---------------------------------------------------------------------- telling


def _turn_table(readings: Readings, histories: tuple[int, ...]) -> Table:
    figures = []
    for messages in histories:
        at = f"a turn after {messages} messages"
        by_way = {way: readings.turn(way, messages) for way in WAYS}
        figures += [Figure(f"{LABELS[way]}, {at}", "ms", by_way[way], by_way["httpx"], "httpx") for way in WAYS[1:]]
        figures += _additions(at, "ms", by_way, A_TURN)
    figures.append(_growth(readings, histories[0], histories[-1]))
    return Table(f"CPU of a turn (an answer of {SHORT} tokens)", figures)


def _token_table(readings: Readings, pace: float) -> Table:
    by_way = {way: readings.token(way, pace) for way in WAYS}
    at = f"a token at {1 / pace:.0f} a second" if pace else "a token in a burst"
    figures = [Figure(f"{LABELS[way]}, {at}", "µs", by_way[way], by_way["httpx"], "httpx") for way in WAYS[1:]]
    return Table(f"CPU of {at}", [*figures, *_additions(at, "µs", by_way, A_TOKEN)])


def _additions(at: str, unit: str, by_way: dict[str, list[float]], target: Target) -> list[Figure]:
    """Over bare litellm, which is what people would have without Dispatch; and what of it is the runtime's."""
    added = by_way["dispatch"]
    return [
        Figure(f"Dispatch's addition to bare litellm, {at}", unit, added, by_way["litellm"], "litellm", True, target),
        Figure(f"the runtime's addition to its own client, {at}", unit, added, by_way["client"], "client", True),
    ]


def _growth(readings: Readings, short: int, long: int) -> Figure:
    """How much more the runtime adds to its own client late in a conversation than early."""
    late, early = (
        [a - b for a, b in zip(readings.turn("dispatch", n), readings.turn("client", n), strict=True)]
        for n in (long, short)
    )
    name = f"growth of the addition to its own client from {short} to {long} messages"
    return Figure(name, "ms", late, early, f"at {short}", True, GROWTH)


def _memory_table(readings: Readings) -> Table:
    figures = [
        Figure(LABELS[way], "MB", [readings.rss[way]], [readings.rss["litellm"]], "litellm")
        for way in ("client", "dispatch")
    ]
    return Table("Memory of a process after all of these turns", figures)
