"""Commands where there is no supervisor: macOS and Windows. Their process group is all that is known of them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process, SubprocessStreamProtocol
from typing import IO, Any

from ..protocol.errors import ToolError
from . import seatbelt
from .command import Command
from .launcher.window import Window
from .types import Exit, Launch, OnOutput

_READ = 64 * 1024
_KILL_SECONDS = 5.0


class _Ending(SubprocessStreamProtocol):
    """Tells of the end of the process itself. `Process.wait` also waits for its pipe, which others may hold on to."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(limit=_READ, loop=loop)
        self.ended: asyncio.Future[None] = loop.create_future()

    def process_exited(self) -> None:
        super().process_exited()
        self.ended.set_result(None)


class UnsupervisedCommand(Command):
    """A command as a child of the server. What leaves its process group is not ended with it."""

    def __init__(
        self,
        transport: asyncio.SubprocessTransport,
        ending: _Ending,
        launch: Launch,
        spill: IO[bytes] | None,
        on_output: OnOutput,
    ) -> None:
        super().__init__(on_output)
        self._process = Process(transport, ending, asyncio.get_running_loop())
        self.pid = self._process.pid
        self._transport = transport
        self._ending = ending
        self._room = launch.spill_limit
        self._spill = spill
        self._spilled = 0
        self._window = Window()
        self._killed: str | None = None
        self._begun = asyncio.get_running_loop().time()
        self._running = asyncio.create_task(self._run(), name="command")

    async def kill(self, why: str) -> None:
        """See Command."""
        if self._exit.done():
            return
        self._killed = self._killed or why
        await self._end_group()
        await asyncio.wait([self._exit], timeout=_KILL_SECONDS)

    async def closed(self) -> None:
        """See Command."""
        await asyncio.wait([self._running])

    async def _run(self) -> None:
        pumping = asyncio.create_task(self._pump())
        giving = asyncio.create_task(self._give())
        await self._ending.ended
        await self._end_group()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pumping, _KILL_SECONDS)
        self._transport.close()
        giving.cancel()
        self._pass_on()
        self._kept.end()
        if self._spill:
            await asyncio.to_thread(self._spill.close)
        seconds = asyncio.get_running_loop().time() - self._begun
        code, name = _how(self._process.returncode)
        self._exit.set_result(Exit(code, name, seconds, self._window.total, self._spilled, self._killed))

    async def _pump(self) -> None:
        stream = self._process.stdout
        while stream and (data := await stream.read(_READ)):
            self._window.take(data)
            room = self._room - self._spilled
            if self._spill and room > 0:
                self._spilled += await asyncio.to_thread(self._save, data[:room])

    def _save(self, data: bytes) -> int:
        try:
            return self._spill.write(data) if self._spill else 0
        except OSError:
            self._room = 0  # the disk is full: how much was spilled says how far it came
            return 0

    async def _give(self) -> None:
        while True:
            await asyncio.sleep(self._window.due() or 0.1)
            self._pass_on()

    def _pass_on(self) -> None:
        if self._window.due() is not None:
            self._kept.feed(*self._window.give())

    async def _end_group(self) -> None:
        if sys.platform == "win32":
            await asyncio.to_thread(
                subprocess.run, ["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True, check=False
            )
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


async def start(launch: Launch, on_output: OnOutput) -> Command:
    """Run a command; on macOS under sandbox-exec. Raises ToolError (code `sandbox`)."""
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    spill = None
    try:
        argv = _confined(launch) if sys.platform == "darwin" else launch.argv
        spill = await asyncio.to_thread(launch.spill.open, "wb", buffering=0) if launch.spill else None
        transport, ending = await asyncio.get_running_loop().subprocess_exec(
            _Ending,
            *argv,
            cwd=launch.cwd,
            env=dict(launch.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **options,
        )
    except (OSError, ValueError) as error:
        if spill:
            spill.close()
        raise ToolError(f"The command was not run: {error}.", "Nothing of it was started.", code="sandbox") from error
    return UnsupervisedCommand(transport, ending, launch, spill, on_output)


def _confined(launch: Launch) -> tuple[str, ...]:
    return (seatbelt.PROGRAM, "-p", seatbelt.profile(launch.rules), *launch.argv)


def _how(status: int | None) -> tuple[int | None, str | None]:
    """The exit code or else the signal's name."""
    if status is None:
        return None, "SIGKILL"
    if status >= 0:
        return status, None
    try:
        return None, signal.Signals(-status).name
    except ValueError:
        return None, f"SIG{-status}"
