"""Limits of CPU time that mean the same on a slow machine: against a plain loop, measured beside them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

USUAL = 0.033
"""Seconds the loop takes where the limits were chosen."""


def pace() -> float:
    """How many times longer than usual the loop takes; never less than 1."""
    started = time.process_time()
    sum(number & 7 for number in range(1_000_000))
    return max((time.process_time() - started) / USUAL, 1.0)


@contextmanager
def cpu_within(seconds: float) -> Iterator[None]:
    """Fails where what is done takes more CPU time than so much, times the pace of the machine."""
    before = pace()
    started = time.process_time()
    yield
    took = time.process_time() - started
    allowed = seconds * max(before, pace())
    assert took < allowed, f"{took:.2f} s of CPU time, {allowed:.2f} were allowed"
