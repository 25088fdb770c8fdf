"""Calls that run side by side ask people in their own order."""

import asyncio
import time

from dispatch_jupyter.core.runtime.place import PATIENCE, Place


def row(count: int) -> list[Place]:
    places = [Place() for _ in range(count)]
    for index, place in enumerate(places):
        place.behind(places[:index])
    return places


def test_whoever_comes_early_waits_for_those_before_it():
    async def main() -> list[int]:
        asked: list[int] = []

        async def call(index: int, place: Place) -> None:
            await asyncio.sleep((3 - index) * 0.02)  # the last one is there first
            await place.reached()
            place.leave()
            asked.append(index)

        await asyncio.gather(*(call(index, place) for index, place in enumerate(row(3))))
        return asked

    assert asyncio.run(main()) == [0, 1, 2]


def test_one_that_takes_long_holds_nobody_up_and_one_that_is_done_not_at_all():
    async def main() -> tuple[float, float]:
        long, behind = row(2)
        began = time.monotonic()
        await behind.reached()
        waited = time.monotonic() - began
        long.leave()
        began = time.monotonic()
        await behind.reached()
        return waited, time.monotonic() - began

    waited, after = asyncio.run(main())
    assert PATIENCE * 0.9 <= waited < PATIENCE * 5 and after < PATIENCE / 2
