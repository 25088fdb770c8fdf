"""A command that runs, or has run: what everybody who holds one may do with it."""

import asyncio
from abc import ABC, abstractmethod

from .kept import Kept, Output
from .types import Exit, OnOutput


class Command(ABC):
    """Goes on by itself; nobody need wait for it."""

    pid: int
    """Of the program; 0 before it runs."""

    def __init__(self, on_output: OnOutput) -> None:
        self.pid = 0
        self._kept = Kept(on_output)
        self._exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()

    async def wait(self) -> Exit:
        """Wait for its end. May be called by several, and again afterwards."""
        return await asyncio.shield(self._exit)

    @abstractmethod
    async def kill(self, why: str) -> None:
        """End it with everything it started, and wait until all is dead, some seconds at most. `why` is for people."""

    def output(self) -> Output:
        """What it printed so far: the beginning, the end, and how much in all."""
        return self._kept.output()

    @abstractmethod
    async def closed(self) -> None:
        """Wait until nothing of it is left in this process either."""
