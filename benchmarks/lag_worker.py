"""Streams on one event loop and says how late it is: `lag_worker.py FOLDER REQUEST.json`, tasks on standard input.

A ticker sleeps five milliseconds at a time. Its lag is how much later than that it wakes; its hold is the CPU time the
loop's thread spent meanwhile, which is what the lag would be at most if nobody else used the machine.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from processes import work
from script import wish
from ways import Way, way_named

TICK = 0.005


class Lags:
    """The worker's task: the ticker's lags and holds, in seconds, while something goes on."""

    def __init__(self, runner: asyncio.Runner, folder: Path, request: dict[str, Any]) -> None:
        self._runner = runner
        self._folder = folder
        self._request = request
        self._ways: dict[str, Way] = {}

    def __call__(self, way: str | None, streams: int, tokens: int, pace: float) -> dict[str, Any]:
        """Without a way nothing goes on, for as long as the streams would take."""
        if way is None:
            return self._runner.run(_ticked(lambda: asyncio.sleep(tokens * pace)))
        return self._runner.run(self._streamed(way, streams, wish(tokens, pace)))

    async def _streamed(self, name: str, streams: int, text: str) -> dict[str, Any]:
        if name not in self._ways:
            self._ways[name] = way_named(name, self._request, self._folder)
        way = self._ways[name]
        conversations = [await way.open(2) for _ in range(streams)]

        async def turns() -> None:
            await asyncio.gather(*(conversation.turn(text) for conversation in conversations))

        read = await _ticked(turns)
        for conversation in conversations:
            assert conversation.answer(), "no answer came"
            await conversation.close()
        return read

    def close(self) -> None:
        for way in self._ways.values():
            self._runner.run(way.close())


async def _ticked(go_on: Callable[[], Awaitable[None]]) -> dict[str, Any]:
    lags: list[float] = []
    holds: list[float] = []

    async def tick() -> None:
        while True:
            spent, due = time.thread_time(), time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            lags.append(time.perf_counter() - due)
            holds.append(time.thread_time() - spent)

    ticker = asyncio.create_task(tick())
    await go_on()
    ticker.cancel()
    return {"lags": lags, "holds": holds}


def main() -> None:
    folder, request = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    with asyncio.Runner() as runner:
        lags = Lags(runner, folder, request)
        work(lags)
        lags.close()


if __name__ == "__main__":
    main()
