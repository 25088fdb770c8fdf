"""Closing what litellm keeps open: it caches HTTP clients for an hour, one set an event loop."""

import asyncio
from typing import Any


async def close_connections(litellm: Any) -> None:
    """Close the cached HTTP clients of the running loop, and only those: other loops may be using theirs."""
    cache = getattr(litellm, "in_memory_llm_clients_cache", None)
    clients: dict[str, Any] = getattr(cache, "cache_dict", {})
    ours = f"-{id(asyncio.get_running_loop())}"
    for key in [key for key in clients if str(key).endswith(ours)]:
        client = clients.pop(key)
        close = getattr(client, "aclose", None) or getattr(client, "close", None)
        closing = close() if close else None
        if asyncio.iscoroutine(closing):
            await closing
    await asyncio.sleep(0)  # transports finish closing in the loop's next round
