"""The commands of one session: started as the policy allows, watched, moved to the background, ended."""

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...permissions.policy import Rule
from ...protocol.commands import SandboxLevel
from ...protocol.errors import Conflict, NotFound, ToolError
from ...protocol.ids import CallId
from ...protocol.records import CommandRun, Job
from ...sandbox.command import Command
from ...sandbox.types import Exit, Launch
from .aftermath import settle_denials
from .clock import Clock
from .environment import Folders, command_environment
from .folders import is_folder, make, output_file
from .get_leave import get_leave
from .jobs import JobBook
from .live import LiveDecisions
from .protection import Protection
from .questions import Questions
from .result import shortened
from .rules import confinement
from .running import Running
from .settings import ShellSettings

if TYPE_CHECKING:
    from ...sandbox.sandbox import Sandbox
    from ..tool import ToolContext

MAX_RUNNING = 16
"""Commands and jobs of a session at once."""
JOB_OUTPUT_CHARS = 64 * 1024
STOP_SECONDS = 10.0
_FURTHER = re.compile(r"[|<>`]|\$\(")
"""Output may go elsewhere than to whoever looks on."""
SESSION_ENDED = "ended with its session"
TAKEN_BACK = "ended: leave it ran with was taken back"


@dataclass(frozen=True, slots=True)
class Order:
    """A command to be run."""

    command: str
    cwd: str = "."
    """Relative to the project."""
    timeout: float | None = None
    """Seconds; None: as in the settings, and in the background as long as is possible."""
    background: bool = False


class Shell:
    """Runs the commands of one session. `close` leaves nothing behind.

    Args:
        sandbox: confines and runs them.
        keep: stores the record of a background job.
        folder: this session's own, made at first use: temporary files, and what commands print.
        environ: the server's environment.
        settings: as they stand.
        ports: TCP ports that commands may not connect to.
        outputs: where the whole of what commands print is kept, a file a call; default: below `folder`.
    """

    def __init__(
        self,
        sandbox: "Sandbox",
        *,
        keep: Callable[[Job], None],
        folder: Path,
        environ: Mapping[str, str],
        settings: Callable[[], ShellSettings],
        ports: Callable[[], frozenset[int]],
        outputs: Path | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._outputs = outputs or folder / "out"
        self._environ = environ
        self._settings = settings
        self._ports = ports
        self._running: dict[CallId, Running] = {}
        self._starting = 0
        self._closed = False
        self.jobs = JobBook(keep)

    @property
    def busy(self) -> bool:
        """Whether commands or jobs run; not those that wait for leave to start."""
        return bool(self._running)

    # ------------------------------------------------------------------ agents

    async def start(self, order: Order, context: "ToolContext") -> Running:
        """Start a command once all it says it will touch is allowed; asks a person where that is needed.

        Raises:
            Denied: by the policy or a person. Nothing was run.
            ToolError: it cannot be run.
        """
        self._check(order, settings := self._settings())
        return await self._start(order, context, settings)

    def begin_job(self, running: Running) -> Job:
        """A running command goes on in the background: it has as long as is possible, unless its agent said else."""
        if not running.limit_is_wanted:
            running.limit = self._settings().max_timeout
            running.clock.set(running.limit)
        return self.jobs.begin(running)

    # ------------------------------------------------------------------ people

    async def stop_call(self, call_id: str, by: str) -> None:
        """End a command, in its call or in the background. Returns once nothing of it is left.

        Raises:
            Conflict: it does not run.
        """
        await self._of_call(call_id).stop(f"stopped by {by}")

    def to_background(self, call_id: str) -> None:
        """Let a command's call return now; the command goes on as a job.

        Raises:
            Conflict: it does not run, or is in the background already.
        """
        running = self._of_call(call_id)
        if running.job_id is not None:
            raise Conflict("The command runs in the background already.")
        running.move.set()

    async def stop_job(self, job_id: str, by: str) -> None:
        """End a background job. Returns once nothing of it is left.

        Raises:
            NotFound: there is no such job.
            Conflict: it has ended.
        """
        _, running = self._job(job_id)
        if running.over:
            raise Conflict(f"Job {job_id} has ended already.")
        await running.stop(f"stopped by {by}")

    def job_output(self, job_id: str) -> str:
        """The last of what a job printed, at most 64 KiB of it, with its colours.

        Raises:
            NotFound: there is no such job, or it ended long ago.
        """
        output = self._job(job_id)[1].handle.output()
        return (output.tail if output.omitted else output.head + output.tail)[-JOB_OUTPUT_CHARS:]

    async def end_without_leave(self) -> int:
        """Leave was taken back: what runs with it is ended, since nothing can take an open file back. How many."""
        using = [running for running in self._running.values() if running.lost_leave]
        await self._stop_all(using, TAKEN_BACK)
        return len(using)

    async def end_agent(self, agent_id: str) -> None:
        """End all commands and jobs of an agent."""
        of_agent = [running for running in self._running.values() if running.agent_id == agent_id]
        await self._stop_all(of_agent, "ended with its agent")

    async def close(self) -> None:
        """End everything; nothing starts any more."""
        self._closed = True
        await self._stop_all(self._running.values(), SESSION_ENDED)

    # ------------------------------------------------------------------ inside

    async def _level(self, settings: ShellSettings) -> SandboxLevel:
        level = await self._sandbox.level()
        if not settings.enabled or level.name == "none":
            reason = settings.off_reason or level.reason
            raise ToolError(
                f"Shell commands are switched off: {reason}",
                "Use the file tools, or tell the user what you would have run.",
                code="shell_off",
            )
        return level.name

    def _check_room(self) -> None:
        """Those that wait for a person's leave take none."""
        if len(self._running) + self._starting >= MAX_RUNNING:
            raise ToolError(
                f"{MAX_RUNNING} commands and jobs of this session's agents run already.",
                "Wait for some to end. Stop a job of yours that is not needed any more: list_jobs, stop_job.",
                code="too_many_jobs",
            )

    def _check(self, order: Order, settings: ShellSettings) -> None:
        self._refuse_closed()
        self._check_room()
        if order.timeout is not None and order.timeout > settings.max_timeout:
            raise ToolError(
                f"timeout: {order.timeout:g} s is too long; at most {settings.max_timeout:g} s are possible.",
                "Give a shorter one.",
                code="invalid_arguments",
            )

    async def _start(self, order: Order, context: "ToolContext", settings: ShellSettings) -> Running:
        level = await self._level(settings)
        if level == "parsed only" and "write" not in context.access.policy().operations:
            raise ToolError(
                "This agent may not write, and this system cannot keep a command from writing: nothing was run.",
                "Use the file tools, or tell the user what you would have run.",
                code="shell_off",
            )
        project = context.files.root
        folders = await asyncio.to_thread(make, self._folder, self._outputs, project, self._environ)
        environ = command_environment(self._environ, folders, settings.env_pass)
        if not _FURTHER.search(order.command):
            environ["PY_COLORS"] = "1"  # pytest's; where nothing but people and the agent get to see it
        own = _own_rules(folders, self._outputs)
        aside = self._outputs.with_suffix(".put-back") / context.call_id  # not for agents: it may be a person's own
        questions = Questions(context.access, order.command, own, agent_id=context.agent_id, aside=aside)
        cwd = await asyncio.to_thread(_start_folder, order.cwd, project)
        sockets = await get_leave(order.command, questions, cwd, environ, level)
        protected = Protection(project, [one.path for one in questions.policy().places.guarded])
        running = self._command(order, context, settings, questions=questions, cwd=cwd, protected=protected)
        await running.decisions.foretell(sockets, order.command if level == "kernel" else "")
        environ["PWD"] = str(cwd)
        live = level == "kernel+live"

        async def launched(running: Running) -> Command:
            await protected.begin(questions)
            try:
                policy = questions.policy()
                running.decisions.held |= policy.grants  # from here on, taking one of them back ends it
                rules = await asyncio.to_thread(confinement, policy, folders, live=live, ports=self._ports())
                argv = (*_shell(), order.command)
                return await self._started(running, Launch(argv, cwd, environ, rules, running.spill))
            except BaseException:
                protected.abandon()
                raise

        running.live = level != "kernel"
        running.again = None if level == "parsed only" else launched
        self._check_room()  # again: others may have begun while somebody was asked
        self._starting += 1
        try:
            await self._begin(running, await launched(running))
        finally:
            self._starting -= 1
        if running.lost_leave:  # while it was being started
            await running.stop(TAKEN_BACK)
        context.began(CommandRun(cwd=str(cwd)))
        return running

    def _command(
        self,
        order: Order,
        context: "ToolContext",
        settings: ShellSettings,
        *,
        questions: Questions,
        cwd: Path,
        protected: Protection,
    ) -> Running:
        async def afterwards(running: Running, end: Exit) -> list[str]:
            return [*await protected.settle(running), *await settle_denials(running, end)]

        limit = _limit(order, settings)
        return Running(
            call_id=context.call_id,
            agent_id=context.agent_id,
            command=order.command,
            cwd=cwd,
            spill=output_file(self._outputs, context.call_id),
            questions=questions,
            decisions=LiveDecisions(questions),
            clock=Clock(limit),
            limit=limit,
            limit_is_wanted=order.timeout is not None,
            show=context.show,
            afterwards=afterwards,
        )

    async def _started(self, running: Running, launch: Launch) -> Command:
        """Started or not started: never something that runs and nobody knows of."""
        self._refuse_closed()
        starting = asyncio.ensure_future(
            self._sandbox.start(launch, ask=running.decisions.may, on_output=running.on_output)
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            ending = asyncio.ensure_future(_end_unwanted(starting))
            await asyncio.wait({ending}, timeout=STOP_SECONDS)
            raise

    async def _begin(self, running: Running, handle: Command) -> None:
        self._running[running.call_id] = running
        running.begin(handle)
        running.ended.add_done_callback(lambda _: self._running.pop(running.call_id, None))
        if self._closed:  # meanwhile
            await running.stop(SESSION_ENDED)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ToolError("The session is being closed; nothing was run.", code="closed")

    def _of_call(self, call_id: str) -> Running:
        running = self._running.get(CallId(call_id))
        if running is None:
            raise Conflict("The command does not run, or does not run any more.")
        return running

    def _job(self, job_id: str) -> tuple[Job, Running]:
        found = self.jobs.find(job_id)
        if found is None:
            raise NotFound(
                f"There is no job {job_id} that runs or has ended lately.", "list_jobs tells those there are."
            )
        return found

    async def _stop_all(self, commands: Iterable[Running], why: str) -> None:
        await asyncio.gather(*(running.stop(why) for running in list(commands)))


async def _end_unwanted(starting: "asyncio.Future[Command]") -> None:
    """The call was cancelled while its command was being started."""
    try:
        command = await starting
    except ToolError:
        return  # it was not started
    await command.kill("stopped with its agent")


def _own_rules(folders: Folders, outputs: Path) -> tuple[Rule, ...]:
    """Leave that every command has: for its own temporary files, and to read what earlier ones printed."""
    return (
        *(Rule("write", folder, "scratch") for folder in (folders.tmp, folders.cache)),
        *(Rule("execute", folder, "scratch") for folder in (folders.tmp, folders.cache)),
        Rule("read", Path(os.path.realpath(outputs)), "kept"),
    )


def _start_folder(wanted: str, project: Path) -> Path:
    """The real folder a command is to start in."""
    if "\0" in wanted or not wanted.strip():
        raise ToolError("cwd is not a path.", "Leave it out for the project folder.", code="invalid_arguments")
    path = Path(os.path.realpath(project / os.path.expanduser(wanted)))  # noqa: PTH111 - fails at nothing
    if is_folder(path):
        return path
    if os.path.lexists(path):
        raise ToolError(f"cwd: `{path}` is not a folder.", "Give the folder it is in.", code="not_a_folder")
    name = shortened(str(path), 1_000)
    raise ToolError(f"cwd: there is no folder `{name}`.", "Leave it out for the project folder.", code="not_found")


def _limit(order: Order, settings: ShellSettings) -> float:
    if order.timeout is not None:
        return order.timeout
    return settings.max_timeout if order.background else settings.timeout


def _shell() -> tuple[str, ...]:
    """The bash without anybody's start files; where there is none, sh."""
    bash = shutil.which("bash", path=f"/bin:/usr/bin:/usr/local/bin:{os.defpath}")
    return (bash, "--noprofile", "--norc", "-c") if bash else ("/bin/sh", "-c")
