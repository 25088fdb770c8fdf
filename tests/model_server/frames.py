"""A streamed answer as frames, cut where a script may want it to go wrong."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Frames:
    """`deltas` holds one frame a token; `head` and `tail` are what the format wraps around them."""

    head: list[bytes] = field(default_factory=list)
    deltas: list[bytes] = field(default_factory=list)
    tail: list[bytes] = field(default_factory=list)
    error: bytes = b""
    """What an error in mid-stream looks like."""


def sse(data: Any, event: str = "") -> bytes:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {text}\n\n".encode()
