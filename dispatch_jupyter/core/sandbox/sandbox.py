"""Starts commands, confined as well as this machine can."""

import asyncio
import logging
import os
import socket
import stat
import sys
from functools import partial
from pathlib import Path
from typing import Any

from ..protocol.commands import SandboxLevel
from ..protocol.errors import ToolError
from . import unsupervised
from .command import Command
from .guess import guess
from .launcher.wire import message
from .level import Ground, find
from .process import LauncherProcess
from .source import sources
from .supervised import SupervisedCommand
from .types import Ask, Launch, Level, OnOutput

log = logging.getLogger(__name__)

_CLOSING = "the server ends"


class Sandbox:
    """All commands of a server. Nothing is started before the first one."""

    def __init__(self, at_most: SandboxLevel = "kernel+live", *, at_most_abi: int | None = None) -> None:
        """`at_most` (and a version of Landlock) lowers the level, for settings and for tests of what happens there."""
        # now, before a command of an agent can have changed it
        self._sources = sources()
        self._at_most: SandboxLevel = at_most
        self._at_most_abi = at_most_abi
        self._finding: asyncio.Task[Ground] | None = None
        self._launcher: LauncherProcess | None = None
        self._starting = asyncio.Lock()
        self._commands: dict[Command, asyncio.Task[None]] = {}
        self._closed = False

    async def level(self) -> Level:
        """How well commands are confined here; found out once, by trying."""
        return (await self._ground()).level

    async def start(self, launch: Launch, *, ask: Ask | None, on_output: OnOutput) -> Command:
        """Run a command.

        Args:
            launch: what, where, and what it may touch.
            ask: asked about what the rules do not cover while it runs (level `kernel+live`); None denies it all.
            on_output: called on the event loop with what it prints.

        Raises:
            ToolError: code `sandbox`: it could not be confined, or not be started; nothing of it has run.
        """
        ground = await self._ground()
        if not sys.platform.startswith("linux"):
            return self._known(await unsupervised.start(launch, on_output))
        try:
            control = await self._launched(launch, ground)
        except OSError as error:
            raise _refused(f"The command was not run: {error}.") from error
        reader, writer = await asyncio.open_unix_connection(sock=control)
        writer.write(message(**_spec(launch, ground)))
        guessing = partial(guess, launch.rules) if ground.level.name == "kernel" else None
        command = SupervisedCommand(reader, writer, ask=ask, on_output=on_output, guess=guessing)
        self._known(command)
        try:
            await command.started()
        except asyncio.CancelledError:
            await command.kill("it was not wanted any more")
            raise
        return command

    async def close(self) -> None:
        """Kill all commands, end the launcher."""
        async with self._starting:
            self._closed = True
        running = dict(self._commands)
        await asyncio.gather(*(command.kill(_CLOSING) for command in running))
        await asyncio.gather(*running.values())
        if self._launcher:
            await asyncio.to_thread(self._launcher.close)
            self._launcher = None

    def _known(self, command: Command) -> Command:
        closing = asyncio.create_task(command.closed(), name="sandbox command")
        self._commands[command] = closing
        closing.add_done_callback(lambda _: self._commands.pop(command, None))
        return command

    async def _ground(self) -> Ground:
        if self._finding is None:
            probing = asyncio.to_thread(find, self._sources, self._at_most, self._at_most_abi)
            self._finding = asyncio.create_task(probing, name="sandbox level")
        return await asyncio.shield(self._finding)

    async def _launched(self, launch: Launch, ground: Ground) -> socket.socket:
        """A supervisor that waits for its command: the server's end of its socket."""
        async with self._starting:
            if self._closed:
                raise _refused("The command was not run: the server is ending.")
            return await asyncio.to_thread(self._launch, launch, ground)

    def _launch(self, launch: Launch, ground: Ground) -> socket.socket:
        spill = None if launch.spill is None else _open_spill(launch.spill)
        # rules on ports are costly: none where the supervisor sees to them
        ports = () if ground.sockets else launch.rules.ports
        try:
            for again in (True, False):
                if self._launcher is None or not self._launcher.alive:
                    if self._launcher:
                        log.warning("The launcher of commands ended; it is started again.")
                        self._launcher.close()
                    self._launcher = LauncherProcess(self._sources, ground.abi)
                try:
                    control = self._launcher.launch(ports, spill)
                except OSError:
                    if not again:
                        raise
                else:
                    control.setblocking(False)
                    return control
        finally:
            if spill is not None:
                os.close(spill)
        raise AssertionError("unreachable")


def _spec(launch: Launch, ground: Ground) -> dict[str, Any]:
    rules = launch.rules
    return {
        "argv": launch.argv,
        "cwd": str(launch.cwd),
        "environ": dict(launch.environ),
        "abi": ground.abi,
        "live": ground.live,
        "write": rules.write,
        "execute": rules.execute,
        "read": rules.read,
        "hidden": rules.hidden,
        "stand_ins": dict(rules.stand_ins),
        "spill_limit": launch.spill_limit,
        "ports": rules.ports,
        "sockets": ground.sockets,
    }


def _open_spill(path: Path) -> int:
    """A new file, or the one that is there emptied; never through a link. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    opened = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(f"{path} is no plain file")
    return opened


def _refused(why: str) -> ToolError:
    return ToolError(why, "Nothing of it was started.", code="sandbox")
