"""What a long answer and a slow client may cost."""

import asyncio
import json
from itertools import pairwise

import pytest

from dispatch_jupyter.core.llm.types import ReasoningDelta, TextDelta
from dispatch_jupyter.core.runtime import feed as feed_module
from dispatch_jupyter.core.runtime.feed import Feed, Lagged
from dispatch_jupyter.core.runtime.reply import LONGEST_PAUSE, Reply
from dispatch_jupyter.core.tools.tool import Toolbox
from test_session import AGENT, play


@pytest.mark.parametrize("event", [TextDelta, ReasoningDelta])
def test_what_is_stored_of_a_long_answer_grows_with_its_time_and_not_with_its_square(event):
    """Ten minutes, 1 MB: at most as much a second as is written of a short one, and never long without."""

    async def scenario(session, disk):
        clock, size = 0.0, 0
        stored: list[tuple[float, int]] = [(0.0, 0)]
        reply = Reply(session, AGENT, Toolbox(()), model="m", turn=1)
        reply._clock = lambda: clock
        reply._stored_at = 0.0
        session.checkpoint = lambda table, record_id: stored.append((clock, size))
        for _ in range(6_000):
            clock += 0.1
            size += 170
            reply.add(event("x" * 170))
        written = sum(size for _, size in stored)
        pauses = [after - before for (before, _), (after, _) in pairwise(stored)]
        assert written < 40_000 * clock, f"{written:,} characters for {size:,}"
        assert pauses[0] < 2.3 and max(pauses) <= LONGEST_PAUSE + 0.2

    play(scenario)


def test_a_client_that_reads_nothing_is_dropped_before_it_holds_much(monkeypatch):
    monkeypatch.setattr(feed_module, "MAX_CHARS", 1_000)

    async def main() -> None:
        feed = Feed()
        feed.push(["x" * 5_000])  # the first of a long session
        feed.push(["y"])
        with pytest.raises(Lagged):
            [frame async for frame in feed]

        read = Feed()
        for number in range(50):
            read.push([json.dumps(number) * 100] * 5)
            await anext(aiter(read))
        read.end()
        assert [frame async for frame in read] == []

    asyncio.run(main())
