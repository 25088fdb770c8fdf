"""One message and its answer as a stream, for clients that ask once and listen."""

import json
from collections.abc import AsyncIterator
from typing import Any

from ..protocol.commands import Accepted
from .feed import Feed

AT_REST = ("idle", "done", "error")


async def follow(feed: Feed, accepted: Accepted) -> AsyncIterator[tuple[str, str]]:
    """`(event, JSON)`: `accepted`, a `snapshot`, changes, and `end` with the agent once it rests.

    It rests with the message answered, or left waiting by a turn that failed; the end of `feed` is the end of this too.
    """
    agent: dict[str, Any] = {"status": "running"}
    yield "accepted", accepted.model_dump_json()
    async for frame in feed:
        for change in frame:
            decoded = json.loads(change)
            agent = next((record for record in _agents(decoded) if record["id"] == accepted.agent_id), agent)
            yield decoded["type"], change
        if agent["status"] in AT_REST:
            yield "end", json.dumps(agent)
            return


def _agents(change: dict[str, Any]) -> list[dict[str, Any]]:
    if change["type"] == "snapshot":
        return list(change["agents"])
    return [change["record"]] if change.get("table") == "agents" and change["type"] == "put" else []
