"""As much HTTP/1.1 as a model server needs, by hand: the scripts break it in ways no framework lets you."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(slots=True)
class Head:
    """A request's first lines."""

    method: str
    path: str
    headers: dict[str, str]


async def read_request(reader: asyncio.StreamReader) -> tuple[Head, bytes] | None:
    """The next request of a connection, or None when the client has closed it."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = raw.decode("latin-1").rstrip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Head(method, path, headers), await _read_body(reader, headers)


class Answer:
    """The answer to one request."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """The whole answer at once."""
        self._head(status, {**headers, "content-length": str(len(body))})
        self._writer.write(body)
        await self._writer.drain()

    async def send_json(self, status: int, body: Any) -> None:
        await self.send(status, {"content-type": "application/json"}, json.dumps(body).encode())

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Begin an answer in chunks."""
        self._head(status, {**headers, "transfer-encoding": "chunked"})

    def chunk(self, data: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def drain(self) -> None:
        await self._writer.drain()

    async def end(self) -> None:
        """End an answer in chunks as it should be."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def drop(self) -> None:
        """Close the connection without the end of the answer."""
        await self._writer.drain()
        self._writer.close()

    async def reset(self) -> None:
        """Reset the connection, once the client had time to read what was sent (a reset throws away the rest)."""
        await self._writer.drain()
        await asyncio.sleep(0.1)
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._writer.write("\r\n".join(lines).encode())


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return body
