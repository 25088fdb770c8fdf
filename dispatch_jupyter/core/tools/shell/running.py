"""One command, from its start until nothing of it is left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ...protocol.errors import ToolError
from ...protocol.ids import AgentId, CallId, JobId
from ...protocol.records import now
from ...sandbox.command import Command
from ...sandbox.types import Exit
from .clock import Clock
from .live import LiveDecisions
from .questions import Questions
from .result import shown_tail

log = logging.getLogger(__name__)

MAX_RUNS = 4
"""Of one call; before each but the first leave was given for more."""

Afterwards = Callable[["Running", Exit], Awaitable[list[str]]]
"""What is done once a command's processes are gone; gives notes for the result."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, with all that was done afterwards."""

    exit: Exit
    """Its `seconds` are the command's own: without those in which it waited for a person."""
    timed_out: bool
    why: str | None
    """Why it was stopped, where somebody stopped it."""
    notes: list[str]
    """What was denied, what was put back."""
    tail: str
    """The last of its output as text with its colours."""

    @property
    def reason(self) -> str | None:
        """Why Dispatch ended it; None where it did not."""
        return self.why or self.exit.killed


@dataclass(eq=False, slots=True)
class Running:
    """A command under way. `ended` is done once its processes are gone and what it left was looked at."""

    call_id: CallId
    agent_id: AgentId
    command: str
    cwd: Path
    spill: Path
    questions: Questions
    decisions: LiveDecisions
    clock: Clock
    limit: float
    """Seconds it was given."""
    limit_is_wanted: bool
    """Whether the agent itself set that limit: then it holds in the background too."""
    show: Callable[[str], None] | None
    """Where output goes as it comes; None once the call is over."""
    afterwards: Afterwards
    live: bool = True
    """Whether what it is denied is asked while it waits: else nobody may hear of it."""
    again: "Callable[[Running], Awaitable[Command]] | None" = None
    """Starts it once more, with the leave there is then. None where nothing confines it, and for the last run."""
    again_wanted: bool = False
    """Whether leave was given for what it failed for."""
    job_id: JobId | None = None
    began_at: datetime | None = None
    move: asyncio.Event = field(default_factory=asyncio.Event)
    """Set to make the call return and the command go on as a job."""
    printed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever there is more output."""
    read: dict[AgentId, int] = field(default_factory=dict)
    """How many bytes of the output each agent has been given: all of a session may read its jobs."""
    _handle: Command | None = None
    _ended: "asyncio.Task[Ended] | None" = None
    _why: str | None = None
    _timed_out: bool = False
    _early: str = ""
    """What it printed before it was known to run: nobody is shown a command that cannot be stopped yet."""

    def begin(self, handle: Command) -> None:
        """The command has started."""
        self._handle = handle
        self.began_at = now()
        self.clock.set(self.limit)
        self.questions.while_running(self.clock)
        self._ended = asyncio.create_task(self._watch(handle), name=f"dispatch-command-{self.call_id}")
        if self._early:
            self.on_output(self._early)

    @property
    def handle(self) -> Command:
        if self._handle is None:
            raise RuntimeError("the command has not been started")
        return self._handle

    @property
    def ended(self) -> "asyncio.Task[Ended]":
        if self._ended is None:
            raise RuntimeError("the command has not been started")
        return self._ended

    @property
    def over(self) -> bool:
        return self._ended is not None and self._ended.done()

    @property
    def lost_leave(self) -> bool:
        """Whether leave it holds was taken back since."""
        return not self.decisions.held <= self.questions.policy().grants

    def on_output(self, text: str) -> None:
        """`sandbox.types.OnOutput`."""
        if self._handle is None:
            self._early += text
            return
        self.printed.set()
        try:
            if self.show is not None:
                self.show(text)
        except Exception:
            # whoever watches is not to end what runs
            log.exception("The output of a command could not be shown")
            self.show = None

    async def stop(self, why: str) -> Ended:
        """End it and all its processes; returns once they are gone. Whoever comes first says why."""
        self._why = self._why or why
        self.questions.close()
        await self.handle.kill(why)
        return await asyncio.shield(self.ended)

    async def wait(self, spoken_to: Callable[[], Awaitable[None]], grace: float) -> None:
        """Returns once it has ended, is to go on as a job, or the agent is spoken to.

        Args:
            grace: seconds it has to end by itself, before somebody's words move it to the background.
        """
        moved: asyncio.Task[object] = asyncio.create_task(self.move.wait())
        spoken: asyncio.Task[None] | None = None
        try:
            done, _ = await asyncio.wait({self.ended, moved}, timeout=grace, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                spoken = asyncio.create_task(_call(spoken_to))
                done, _ = await asyncio.wait({self.ended, moved, spoken}, return_when=asyncio.FIRST_COMPLETED)
                if spoken in done:
                    spoken.result()
        finally:
            moved.cancel()
            if spoken is not None:
                spoken.cancel()

    async def _watch(self, handle: Command) -> Ended:
        exit_ = await self._over(handle)
        notes = await self._look_after(exit_)
        for run in range(1, MAX_RUNS):
            if not self.again_wanted or self.again is None or self._stopped_by():
                break
            self.again_wanted = self._timed_out = False
            self.decisions.forget_denials()
            try:
                self._handle = handle = await self.again(self)
            except ToolError as error:
                notes.append(f"It could not be run again: {error.message}")
                break
            self.again = self.again if run + 1 < MAX_RUNS else None
            self.read.clear()
            self.clock.set(self.limit)
            if self._stopped_by():  # meanwhile
                await handle.kill(self._stopped_by())
            before = f"Run {run} ended with {_how(exit_)}; this is run {run + 1}, from its beginning."
            exit_ = await self._over(handle)
            notes += [before, *await self._look_after(exit_)]
        self.questions.close()
        tail = await asyncio.to_thread(shown_tail, handle.output())
        return Ended(exit_, self._timed_out, self._why, notes, tail)

    def _stopped_by(self) -> str:
        return self._why or ""

    async def _over(self, handle: Command) -> Exit:
        """Returns once nothing of it is left, at the latest when its time is over."""
        waited = self.clock.waited
        over = asyncio.create_task(handle.wait())
        late = asyncio.create_task(self.clock.run_out())
        try:
            await asyncio.wait({over, late}, return_when=asyncio.FIRST_COMPLETED)
            if not over.done():
                self._timed_out = True
                await handle.kill(f"it took longer than {self.limit:g} s")
            exit_ = await over
            return replace(exit_, seconds=max(0.0, exit_.seconds - (self.clock.waited - waited)))
        finally:
            late.cancel()
            self.printed.set()
            self.questions.give_up()

    async def _look_after(self, exit_: Exit) -> list[str]:
        try:
            return await self.afterwards(self, exit_)
        except Exception:
            log.exception("What a command left behind could not be looked at")
            return ["What it left behind could not be checked; see the server's log."]


def _how(end: Exit) -> str:
    return str(end.signal) if end.code is None else f"exit {end.code}"


async def _call(wait: Callable[[], Awaitable[None]]) -> None:
    await wait()
