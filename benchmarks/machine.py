"""What the figures were measured on, and how much it was shared with others at the time."""

import os
import platform
import statistics
import time
from importlib.metadata import version
from typing import Any

PACKAGES = ("litellm", "httpx", "pydantic", "tinydb", "jupyter-server")
SPINS = 60
SPIN = 100_000
"""About a millisecond of nothing but arithmetic."""


def describe() -> dict[str, Any]:
    """The machine's class and the versions that matter."""
    return {
        "processors": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def spin() -> dict[str, float]:
    """The same work over and over. CPU of it differs by what shares the processor, wall-clock time by who queues."""
    cpu, wall = [], []
    for _ in range(SPINS):
        begun_cpu, begun = time.process_time(), time.perf_counter()
        sum(range(SPIN))
        cpu.append((time.process_time() - begun_cpu) * 1e3)
        wall.append((time.perf_counter() - begun) * 1e3)
    return {
        "cpu_best_ms": min(cpu),
        "cpu_median_ms": statistics.median(cpu),
        "cpu_worst_ms": max(cpu),
        "wall_worst_ms": max(wall),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
    }
