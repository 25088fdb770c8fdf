"""Somebody who watches a folder, for the tests of hot reload."""

import asyncio
import functools
import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from dispatch_jupyter.core.config.watch import Watch

SOON = 30.0
"""Seconds within which something must be told, on a busy machine."""


class Desk:
    """A watch, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wanted: list[tuple[Path, bool]] = []
        self.told: list[set[str]] = []
        self.main = threading.get_ident()
        self.loops: set[int] = set()
        """Threads in which something was told."""
        self._watch: Watch | None = None

    @property
    def watch(self) -> Watch:
        if self._watch is None:
            self._watch = Watch(lambda: self.wanted, self._changed, asyncio.get_running_loop())
        return self._watch

    def _changed(self, paths: frozenset[Path]) -> None:
        self.loops.add(threading.get_ident())
        self.told.append({str(path.relative_to(self.folder)) for path in paths})

    async def begin(self, *wanted: tuple[str, bool]) -> None:
        """Watch paths, and be sure that it has begun."""
        self.wanted = [(self.folder / name, recursive) for name, recursive in wanted]
        self.watch.start()
        await asyncio.sleep(0.4)
        assert self.told == []

    async def tells(self, *names: str) -> None:
        """Wait until exactly these files were told, in one go or several."""
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline and set().union(*self.told) != set(names):
            await asyncio.sleep(0.02)
        assert set().union(*self.told) == set(names)
        self.told.clear()

    async def silent(self, seconds: float = 0.7) -> None:
        await asyncio.sleep(seconds)
        assert self.told == []

    def put(self, name: str, text: str) -> Path:
        """Write a file, its folders too."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    async def end(self) -> None:
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)


def watching(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test on an event loop, and end the watch of its desk behind it."""

    async def run(desk: Desk, arguments: dict[str, Any]) -> None:
        try:
            await test(desk, **arguments)
        finally:
            await desk.end()

    @functools.wraps(test)
    def wrapper(desk: Desk, **arguments: Any) -> None:
        asyncio.run(run(desk, arguments))

    wrapper.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    del wrapper.__wrapped__
    return wrapper
