"""One message and its answer as a stream, for clients that ask once and listen."""

import json
from collections.abc import AsyncIterator
from typing import Any

from ..protocol.commands import Accepted
from .workspace import Workspace


async def follow(workspace: Workspace, accepted: Accepted) -> AsyncIterator[tuple[str, str]]:
    """`(event, JSON)`: `accepted`, a `snapshot`, changes, and `end` with the agent once it rests.

    Ending the iteration early leaves the agent at work.
    """
    feed = await workspace.watch(accepted.session_id, None, None)
    agent: dict[str, Any] = {"status": "running"}
    message: dict[str, Any] = {"status": "queued"}
    try:
        yield "accepted", accepted.model_dump_json()
        async for frame in feed:
            for change in frame:
                decoded = json.loads(change)
                for record in _records(decoded):
                    agent = record if record["id"] == accepted.agent_id else agent
                    message = record if record["id"] == accepted.message_id else message
                yield decoded["type"], change
            if agent["status"] != "running" and message["status"] != "queued":
                yield "end", json.dumps(agent)
                return
    finally:
        workspace.unwatch(feed)


def _records(change: dict[str, Any]) -> list[dict[str, Any]]:
    """The agents and messages a change holds."""
    if change["type"] == "snapshot":
        return [*change["agents"], *change["messages"]]
    return [change["record"]] if change["type"] == "put" else []
