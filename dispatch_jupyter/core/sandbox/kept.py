"""What is kept of a command's output while it runs: its beginning and its end, as text."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 64 * 1024
LIVE_BYTES = 32 * 1024
"""The most that is passed on at once."""


@dataclass(frozen=True, slots=True)
class Output:
    """A command's output so far."""

    head: str
    """Its first 64 KiB."""
    tail: str
    """Its last 64 KiB, without what is in `head`. Whatever came between them is left out."""
    total: int
    """Bytes in all."""
    omitted: int
    """Bytes left out between `head` and `tail`."""

    @property
    def text(self) -> str:
        """Both parts; what is missing between them is said."""
        return self.head + (_gap(self.omitted) if self.omitted else "") + self.tail


class Kept:
    """Takes output as it comes, keeps its ends, passes text on. Memory is bounded whatever comes."""

    def __init__(self, on_output: Callable[[str], None]) -> None:
        self._on_output = on_output
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0
        self._decoder = _decoder()

    def feed(self, first: bytes, skipped: int, last: bytes) -> None:
        """More output: these bytes, so many that nobody has, these bytes. Its text is passed on at once."""
        self._keep(first)
        if skipped:
            # whatever is between was longer than the tail
            self._tail.clear()
            self._total += skipped
        self._keep(last)
        if text := self._live(first, skipped, last):
            self._on_output(text)

    def end(self) -> None:
        """Nothing more comes: half a character at the end is passed on as such."""
        if text := self._decoder.decode(b"", final=True):
            self._on_output(text)

    def output(self) -> Output:
        omitted = self._total - len(self._head) - len(self._tail)
        if omitted:
            return Output(_text(self._head), _text(_whole_start(self._tail)), self._total, omitted)
        whole = bytes(self._head + self._tail)
        head = codecs.getincrementaldecoder("utf-8")("replace").decode(whole[:HEAD_BYTES])
        return Output(head, _text(whole)[len(head) :], self._total, 0)

    def _keep(self, data: bytes) -> None:
        self._total += len(data)
        if (room := HEAD_BYTES - len(self._head)) > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        if len(self._tail) > TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]

    def _live(self, first: bytes, skipped: int, last: bytes) -> str:
        """Text for people who watch: of much at once the ends."""
        if not skipped and len(first) + len(last) <= LIVE_BYTES:
            return self._decoder.decode(first + last)
        together = first + last
        start = (first if skipped else together)[: LIVE_BYTES // 4]
        end = (last if skipped else together)[-LIVE_BYTES // 2 :]
        said = self._decoder.decode(start) + self._decoder.decode(b"", final=True)
        self._decoder = _decoder()
        left_out = skipped + len(together) - len(start) - len(end)
        return said + _gap(left_out) + self._decoder.decode(_whole_start(end))


def _gap(size: int) -> str:
    return f"\n[{size:,} bytes left out]\n"


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace")


def _whole_start(data: bytes | bytearray) -> bytes:
    """Without the rest of a character that was cut."""
    start = 0
    while start < min(3, len(data)) and data[start] & 0xC0 == 0x80:
        start += 1
    return bytes(data[start:])


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")
