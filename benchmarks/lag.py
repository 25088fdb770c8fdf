"""How late the event loop is while eight agents stream at once, and while litellm is imported for the first call.

Wall-clock time, so it takes in whatever else the machine does: the same ticker beside nothing at all, and beside the
same streams read with plain httpx, says how much that is.
"""

import json
import statistics
from pathlib import Path

from figures import Figure, Table, Target
from processes import ScriptedModel, Worker, bare_environment
from turns import LABELS, request_of

STREAMS = 8
PACE = 0.02
"""Seconds between tokens, 50 a second."""
WAYS = ("httpx", "litellm", "dispatch")

P99 = Target(50.0)

Read = dict[str, list[float]]
"""One round's lags and holds, in milliseconds."""

ROWS = [
    ("lags", "p50 lag", 50),
    ("lags", "p99 lag", 99),
    ("lags", "longest lag", 100),
    ("holds", "p99 hold", 99),
    ("holds", "longest hold", 100),
]


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question."""
    environment = bare_environment(folder)
    request = folder / "request.json"
    request.write_text(json.dumps(request_of(folder)))
    tokens = 60 if quick else 400
    with ScriptedModel(environment) as model:
        environment |= model.environment
        with Worker("lag_worker.py", environment, str(folder), str(request)) as worker:

            def read(way: str | None, streams: int = STREAMS, tokens: int = tokens) -> Read:
                task = {"way": way, "streams": streams, "tokens": tokens, "pace": PACE}
                return {name: [one * 1e3 for one in found] for name, found in worker.do(**task).items()}

            idle_before = read(None, tokens=100)
            first = read("dispatch", streams=1, tokens=20)
            rounds: dict[str, list[Read]] = {way: [] for way in WAYS}
            idle: list[Read] = []
            for way in WAYS:
                read(way, tokens=5)  # each opens its connections
            for _ in range(1 if quick else 7):
                idle.append(read(None))
                for way in WAYS:
                    rounds[way].append(read(way))
    return [_streaming(rounds, idle), _first(first, idle_before)]


def _streaming(rounds: dict[str, list[Read]], idle: list[Read]) -> Table:
    figures = []
    for way in WAYS:
        for kind, name, percent in ROWS:
            values = [_percentile(one[kind], percent) for one in rounds[way]]
            floors = [_percentile(one[kind], percent) for one in idle]
            target = P99 if (way, name) == ("dispatch", "p99 lag") else None
            figures.append(Figure(f"{name}, {LABELS[way]}", "ms", values, floors, "idle loop", target=target))
    return Table(f"The event loop while {STREAMS} agents stream {1 / PACE:.0f} tokens a second each", figures)


def _first(first: Read, idle: Read) -> Table:
    figures = [
        Figure(
            f"{name}, first call",
            "ms",
            [_percentile(first[kind], percent)],
            [_percentile(idle[kind], percent)],
            "idle loop",
        )
        for kind, name, percent in ROWS
    ]
    return Table("The event loop in the first call of all, which imports litellm in a thread", figures)


def _percentile(values: list[float], percent: int) -> float:
    return max(values) if percent == 100 else statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
