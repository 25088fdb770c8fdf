"""Where a transcript is shown: a cell's output, a terminal, or nowhere."""

import sys
import time
from collections.abc import Sequence
from typing import Any, Protocol, TextIO

from .transcript import Block, Call, Doing, Foot, Problem, Text

DRAW_SECONDS = 0.1
"""Least time between two drawings of a cell."""
DRAW_SHARE = 10
"""And this many times what a drawing takes, so that a long answer costs the kernel no more than a tenth."""
BYTES_PER_SECOND = 200_000
"""Each drawing carries the whole answer, and a Jupyter server drops the output of a kernel that sends over 1 MB/s."""


class Screen(Protocol):
    """Shows a transcript that grows."""

    def show(self, blocks: Sequence[Block], *, final: bool = False) -> None:
        """Show the blocks as they are now. Called often; `final` is the last time."""
        ...

    def wait(self) -> float | None:
        """Seconds until what has been held back should be shown; None where nothing is."""
        ...


class Quiet:
    """Shows nothing."""

    def show(self, blocks: Sequence[Block], *, final: bool = False) -> None:
        """Do nothing."""

    def wait(self) -> float | None:
        return None


class Cell:
    """A cell's output, drawn anew in place."""

    def __init__(self) -> None:
        from .html import to_html

        self._to_html = to_html
        self._handle: Any = None
        self._next = 0.0
        self._held = False

    def show(self, blocks: Sequence[Block], *, final: bool = False) -> None:
        """Draw, unless it was just drawn: then the caller comes back after `wait`."""
        started = time.monotonic()
        self._held = started < self._next and not final
        if self._held:
            return
        size = self._draw(blocks)
        ended = time.monotonic()
        self._next = ended + max(DRAW_SECONDS, DRAW_SHARE * (ended - started), size / BYTES_PER_SECOND)

    def wait(self) -> float | None:
        return max(0.0, self._next - time.monotonic()) if self._held else None

    def _draw(self, blocks: Sequence[Block]) -> int:
        from IPython import display

        bundle = {"text/html": self._to_html(blocks), "text/plain": "\n".join(map(plain, blocks))}
        if self._handle is None:
            self._handle = display.display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(bundle, raw=True)
        return sum(len(text.encode()) for text in bundle.values())


class Terminal:
    """A terminal: text is written as it comes, a tool call when it has ended. Nothing is taken back."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._ended = 0
        """Blocks that are written out and done."""
        self._written = ""
        """What is written of the block that is not."""
        self._said = ""

    def show(self, blocks: Sequence[Block], *, final: bool = False) -> None:
        """Write what has come since the last time."""
        for block in blocks[self._ended :]:
            if isinstance(block, Doing):
                self._say(block.text)
                break
            if isinstance(block, Text) and not (block.done or final):
                self._grow(block.markdown)
                break
            if isinstance(block, Call) and not (block.done or final):
                break
            self._grow(plain(block))
            self._stream.write("\n")
            self._ended, self._written = self._ended + 1, ""
        self._stream.flush()

    def wait(self) -> float | None:
        return None

    def _grow(self, text: str) -> None:
        if not text.startswith(self._written):  # the reply broke off and was asked for again
            self._stream.write("\n")
            self._written = ""
        self._stream.write(text[len(self._written) :])
        self._written = text

    def _say(self, text: str) -> None:
        if text != self._said:
            self._stream.write(f"({text})\n")
            self._said = text


def plain(block: Block) -> str:
    """A block as plain text."""
    match block:
        case Text():
            return block.markdown
        case Call():
            return str(block)
        case Doing() | Foot():
            return f"({block.text})"
        case Problem():
            return block.text


def best_screen() -> Screen:
    """A cell's output in a notebook's kernel, else the terminal."""
    from IPython.core.getipython import get_ipython

    return Cell() if getattr(get_ipython(), "kernel", None) is not None else Terminal()
