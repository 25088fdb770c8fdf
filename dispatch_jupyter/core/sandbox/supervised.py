"""A command under its supervisor, as the server hears of it."""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Callable
from typing import Any

from ..protocol.errors import ToolError
from ..protocol.parts import Operation
from .command import Command
from .launcher.wire import HEADER, JSON, MAX_BODY, SKIPPED, message
from .types import Ask, Denial, Exit, OnOutput

KILL_SECONDS = 5.0
_GRACE = 2.0
"""Beyond `KILL_SECONDS`, for the supervisor to say that it is done."""

log = logging.getLogger(__name__)


class SupervisedCommand(Command):
    """A command as its supervisor tells of it."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        ask: Ask | None,
        on_output: OnOutput,
        guess: Callable[[str], tuple[Denial, ...]] | None = None,
    ) -> None:
        """`guess`: what was denied, from what it printed, where nobody holds its calls."""
        super().__init__(on_output)
        self._reader = reader
        self._writer = writer
        self._ask = ask
        self._guess = guess
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asking: set[asyncio.Task[None]] = set()
        self._killed: str | None = None
        self._supervisor = 0
        self._begun = asyncio.get_running_loop().time()
        self._reading = asyncio.create_task(self._read(), name="sandbox command")

    async def started(self) -> None:
        """Wait until the program runs. Raises ToolError (code `sandbox`) where it did not come to that."""
        await asyncio.shield(self._started)

    async def kill(self, why: str) -> None:
        """End it with everything it started, and wait until all is dead, 7 seconds at most. `why` is for people."""
        if self._exit.done():
            return
        self._killed = self._killed or why
        self._tell(kill=why)
        await asyncio.wait([self._exit], timeout=KILL_SECONDS + _GRACE)
        if not self._exit.done() and self._supervisor:
            # stuck, in a file system that does not answer perhaps; the launcher ends what it leaves behind
            log.warning("The supervisor of process %s does not answer and is killed.", self.pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._supervisor, signal.SIGKILL)
            await asyncio.wait([self._exit], timeout=_GRACE)

    async def closed(self) -> None:
        """See Command."""
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        try:
            while True:
                length, kind = HEADER.unpack(await self._reader.readexactly(HEADER.size))
                if length > MAX_BODY:
                    raise ValueError(f"a frame of {length} bytes")
                await self._frame(kind, await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._lost("its supervisor ended")
        except Exception:
            log.exception("The supervisor of process %s said something strange.", self.pid)
            self._lost("its supervisor failed")
        finally:
            # a server that stops cancels this task: the closed socket then ends the command
            self._lost("the server ended")
            for task in self._asking:
                task.cancel()
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _frame(self, kind: int, body: bytes) -> None:
        if kind == JSON:
            said = json.loads(body)
            if "exit" in said:
                await self._end(said["exit"])
            else:
                self._message(said)
            return
        skipped, first = SKIPPED.unpack_from(body)
        rest = body[SKIPPED.size :]
        self._kept.feed(rest[:first], skipped, rest[first:])

    def _message(self, said: dict[str, Any]) -> None:
        match said:
            case {"supervisor": int(supervisor)}:
                self._supervisor = supervisor
            case {"started": int(pid)}:
                self.pid = pid
                if not self._started.done():
                    self._started.set_result(None)
            case {"ask": int(number), "operation": operation, "path": str(path)}:
                task = asyncio.create_task(self._answer(number, operation, path), name="sandbox ask")
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
            case {"failed": str(why)}:
                self._refuse(why)
            case {"broken": str(trace)}:
                log.error("The supervisor of process %s failed:\n%s", self.pid, trace)
                self._refuse("its supervisor failed")
            case {"warning": str(trace)}:
                log.warning("A call of process %s could not be judged and was denied:\n%s", self.pid, trace)
            case _:
                raise ValueError(f"an unknown message: {said}")

    async def _answer(self, number: int, operation: Operation, path: str) -> None:
        allow = False
        try:
            allow = self._ask is not None and await self._ask(operation, path)
        except Exception:
            log.exception("Whether to %s %s could not be asked; it is denied.", operation, path)
        self._tell(answer=number, allow=allow)

    def _tell(self, **fields: Any) -> None:
        if not self._writer.is_closing():
            self._writer.write(message(**fields))

    def _refuse(self, why: str) -> None:
        if not self._started.done():
            self._started.set_exception(
                ToolError(f"The command was not run: {why}.", "Nothing of it was started.", code="sandbox")
            )
            self._started.exception()  # whoever cares has asked for it

    async def _end(self, result: dict[str, Any]) -> None:
        self._kept.end()
        if not self._started.done():
            self._refuse("it ended before it began")
        if self._exit.done():
            return
        if not result["gone"]:
            log.error("Some processes of command %s could not be ended.", self.pid)
        denials = tuple(Denial(*denial) for denial in result["denials"])
        if self._guess:
            denials = await self._guessed(self._guess)
        self._exit.set_result(
            Exit(
                code=result["code"],
                signal=result["signal"],
                seconds=result["seconds"],
                output_bytes=result["output_bytes"],
                spilled_bytes=result["spilled_bytes"],
                killed=result["killed"],
                denials=denials,
                granted=tuple(result["granted"]),
            )
        )

    async def _guessed(self, guess: Callable[[str], tuple[Denial, ...]]) -> tuple[Denial, ...]:
        """Whatever it printed, that is not to hide how it ended."""
        try:
            return await asyncio.to_thread(guess, self._kept.output().text)
        except Exception:
            log.exception("What process %s was denied could not be told from its output", self.pid)
            return ()

    def _lost(self, why: str) -> None:
        """No more is heard of it: everything of it is dead or about to be."""
        self._refuse(why)
        if self._exit.done():
            return
        total = self._kept.output().total
        seconds = asyncio.get_running_loop().time() - self._begun
        self._exit.set_result(Exit(None, "SIGKILL", seconds, total, 0, self._killed or why))
