"""What supervisor and server say to each other: frames over a socket, `JSON` in both directions, `OUTPUT` in one."""

import json
import struct
from typing import Any

HEADER = struct.Struct(">IB")
"""Length of the body in bytes, kind."""
JSON = 1
OUTPUT = 2
SKIPPED = struct.Struct(">QI")
"""Before the bytes of an output frame: how many were left out, and after how many of these."""

MAX_BODY = 64 * 1024 * 1024


def frame(kind: int, body: bytes) -> bytes:
    return HEADER.pack(len(body), kind) + body


def message(**fields: Any) -> bytes:
    """A JSON frame. File names that are no text survive as surrogates."""
    return frame(JSON, json.dumps(fields).encode("ascii"))


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames complete now. Raises ValueError where this is no stream of ours."""
        self._waiting += data
        found = []
        while len(self._waiting) >= HEADER.size:
            length, kind = HEADER.unpack_from(self._waiting)
            if length > MAX_BODY or kind not in (JSON, OUTPUT):
                raise ValueError(f"a frame of kind {kind} with {length} bytes")
            if len(self._waiting) < HEADER.size + length:
                break
            found.append((kind, bytes(self._waiting[HEADER.size : HEADER.size + length])))
            del self._waiting[: HEADER.size + length]
        return found
