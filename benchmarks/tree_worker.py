"""Runs many agents at once and says what each cost: `tree_worker.py FOLDER`, tasks on standard input."""

import asyncio
import gc
import sys
import time
from pathlib import Path
from typing import Any

from processes import work
from script import summons, wish
from ways import DispatchWay, Way

SETTLE_SECONDS = 0.1


class Trees:
    """The worker's task: so many children of one agent, or as many agents without one."""

    def __init__(self, runner: asyncio.Runner, way: Way) -> None:
        self._runner = runner
        self._way = way

    def __call__(self, children: int, tokens: int, *, tree: bool) -> dict[str, Any]:
        text = summons(children, tokens) if tree else wish(tokens)
        cpu = self._runner.run(_measured(self._way, text, 1 if tree else children))
        return {"cpu": cpu / children}


async def _measured(way: Way, text: str, conversations: int) -> float:
    opened = [await way.open(0) for _ in range(conversations)]
    await asyncio.sleep(SETTLE_SECONDS)
    gc.collect()
    begun = time.process_time()
    await asyncio.gather(*(one.turn(text) for one in opened))
    await asyncio.sleep(SETTLE_SECONDS)
    spent = time.process_time() - begun
    for one in opened:
        assert one.answer(), "no answer came"
        await one.close()
    return spent


def main() -> None:
    with asyncio.Runner() as runner:

        async def make() -> Way:
            return DispatchWay(Path(sys.argv[1]))

        way = runner.run(make())
        work(Trees(runner, way))
        runner.run(way.close())


if __name__ == "__main__":
    main()
