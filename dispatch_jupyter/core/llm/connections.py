"""Closing what litellm keeps open: HTTP clients cached for an hour, one set an event loop, and one client for all."""

import asyncio
from typing import Any


async def close_connections(litellm: Any) -> None:
    """Close the connections of the running loop, and only those: other loops may be using theirs."""
    loop = asyncio.get_running_loop()
    cache = getattr(litellm, "in_memory_llm_clients_cache", None)
    clients: dict[str, Any] = getattr(cache, "cache_dict", {})
    for key in [key for key in clients if str(key).endswith(f"-{id(loop)}")]:
        await _close(clients.pop(key))
    # made at first use, and shared by Anthropic's and Google's calls of all loops: it is only emptied
    shared = vars(litellm).get("module_level_aclient")
    transport = getattr(getattr(shared, "client", None), "_transport", None)
    if getattr(getattr(transport, "client", None), "_loop", None) is loop:
        await _close(transport)


async def _close(client: Any) -> None:
    close = getattr(client, "aclose", None) or getattr(client, "close", None)
    closing = close() if close else None
    if asyncio.iscoroutine(closing):
        await closing
