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

Lags = list[float]
"""One round's lags, in milliseconds."""


def measure(folder: Path, *, quick: bool) -> list[Table]:
    """All tables of this question."""
    environment = bare_environment(folder)
    request = folder / "request.json"
    request.write_text(json.dumps(request_of(folder)))
    tokens = 60 if quick else 400
    with ScriptedModel(environment) as model:
        environment |= model.environment
        with Worker("lag_worker.py", environment, str(folder), str(request)) as worker:

            def lags(way: str | None, streams: int = STREAMS, tokens: int = tokens) -> Lags:
                read = worker.do(way=way, streams=streams, tokens=tokens, pace=PACE)
                return [lag * 1e3 for lag in read["lags"]]

            idle_before = lags(None, tokens=100)
            first = lags("dispatch", streams=1, tokens=20)
            rounds: dict[str, list[Lags]] = {way: [] for way in WAYS}
            idle: list[Lags] = []
            for way in WAYS:
                lags(way, tokens=5)  # each opens its connections
            for _ in range(1 if quick else 5):
                idle.append(lags(None))
                for way in WAYS:
                    rounds[way].append(lags(way))
    return [_streaming(rounds, idle), _first(first, idle_before)]


def _streaming(rounds: dict[str, list[Lags]], idle: list[Lags]) -> Table:
    figures = []
    for way in WAYS:
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100)):
            target = P99 if (way, name) == ("dispatch", "p99") else None
            values, floors = (
                [_percentile(one, percent) for one in rounds[way]],
                [_percentile(one, percent) for one in idle],
            )
            figures.append(Figure(f"{name}, {LABELS[way]}", "ms", values, floors, "idle loop", target=target))
    return Table(f"Lag of the event loop while {STREAMS} agents stream {1 / PACE:.0f} tokens a second each", figures)


def _first(first: Lags, idle: Lags) -> Table:
    figures = [
        Figure(name, "ms", [_percentile(first, percent)], [_percentile(idle, percent)], "idle loop")
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100))
    ]
    return Table("Lag of the event loop in the first call of all, which imports litellm in a thread", figures)


def _percentile(lags: Lags, percent: int) -> float:
    return max(lags) if percent == 100 else statistics.quantiles(lags, n=100, method="inclusive")[percent - 1]
