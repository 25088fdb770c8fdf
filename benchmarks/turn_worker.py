"""Takes turns and says what they cost: `turn_worker.py FOLDER REQUEST.json WAY...`, tasks on standard input.

The answer holds the CPU seconds of all threads of this process, the store's and litellm's included, per turn.
"""

import asyncio
import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from processes import work
from script import wish
from ways import Way, way_named

SETTLE_SECONDS = 0.1
"""After the last turn: what a way puts off until later belongs to it too."""


class Turns:
    """The worker's task: so many turns of so many tokens, after a history of so many messages."""

    def __init__(self, runner: asyncio.Runner, ways: dict[str, Way]) -> None:
        self._runner = runner
        self._ways = ways

    def __call__(self, way: str, messages: int, turns: int, tokens: int, pace: float) -> dict[str, Any]:
        cpu = self._runner.run(_measured(self._ways[way], messages, turns, wish(tokens, pace), tokens))
        return {"cpu": cpu / turns, "rss": psutil.Process().memory_info().rss}

    def close(self) -> None:
        for way in self._ways.values():
            self._runner.run(way.close())


async def _measured(way: Way, messages: int, turns: int, text: str, tokens: int) -> float:
    conversation = await way.open(messages)
    # the first turn after a conversation is opened reads all of it once
    await conversation.turn(wish(2))
    await asyncio.sleep(SETTLE_SECONDS)
    gc.collect()
    begun = time.process_time()
    for _ in range(turns):
        await conversation.turn(text)
    await asyncio.sleep(SETTLE_SECONDS)
    spent = time.process_time() - begun
    said = len(conversation.answer().split())
    assert said == tokens, f"{said} tokens came where {tokens} were asked for"
    await conversation.close()
    return spent


def main() -> None:
    folder, request = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    with asyncio.Runner() as runner:

        async def make() -> dict[str, Way]:
            return {name: way_named(name, request, folder) for name in sys.argv[3:]}

        turns = Turns(runner, runner.run(make()))
        work(turns)
        turns.close()


if __name__ == "__main__":
    main()
