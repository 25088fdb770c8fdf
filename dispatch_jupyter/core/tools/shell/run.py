"""run_shell."""

import asyncio
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ...protocol.errors import ToolError
from ...protocol.records import CallKind, CommandRun
from ..fields import FlatArguments
from ..tool import Arguments, ToolContext, ToolResult
from .result import how_it_ended, joined, shown_output
from .running import Running
from .shell import STOP_SECONDS, Order

MAX_COMMAND_CHARS = 40_000
GRACE = 1.0
"""Seconds a command has before somebody's words move it to the background, and a job before its call returns: what
fails at once is told at once."""


class RunShellArguments(FlatArguments):
    command: Annotated[str, Field(description="The command, for bash. It may have several lines.")]
    description: Annotated[str, Field(description="What it does, in a few words, for the user.")] = ""
    cwd: Annotated[str, Field(description="Folder to run it in, relative to the project folder.")] = ""
    timeout: Annotated[
        int,
        Field(
            description="Seconds after which it is ended. Without it: 120, or as the user has set; no end for a job."
        ),
    ] = 120
    background: Annotated[
        bool, Field(description="Return at once and let it go on as a job: for servers and what takes minutes.")
    ] = False


class RunShell:
    """A shell command, confined to what the policy allows."""

    name: ClassVar[str] = "run_shell"
    kind: ClassVar[CallKind] = "execute"
    description: ClassVar[str] = (
        "Run a command with bash; the result is its output and exit code. It may use the project and $TMPDIR; the "
        "user is asked about anything else it names. Nobody can type into it, and nothing of cd or export is kept. "
        "To read and change files use the file tools."
    )
    arguments: ClassVar[type[Arguments]] = RunShellArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        """Returns once the command has ended or goes on as a job; if it is cancelled, the command is ended first."""
        _check(arguments)
        timeout = arguments.timeout if "timeout" in arguments.model_fields_set else None
        order = Order(arguments.command, arguments.cwd or context.folder, timeout, arguments.background)
        running = await context.shell.start(order, context)
        try:
            if order.background:
                await asyncio.wait({running.ended}, timeout=GRACE)
            else:
                await running.wait(context.spoken_to, GRACE)
            so_far = None if running.over else await _so_far(running)
        except BaseException:
            await _stopped(running)
            raise
        if so_far is None or running.over:
            return await _result(running)
        return _moved(running, context, *so_far, started_there=order.background)


def _check(arguments: RunShellArguments) -> None:
    problem = None
    if not arguments.command.strip():
        problem = "command: it is empty."
    elif "\0" in arguments.command:
        problem = "command: it has a NUL character in it; bash takes none."
    elif len(arguments.command) > MAX_COMMAND_CHARS:
        problem = f"command: {len(arguments.command):,} characters are too many; at most {MAX_COMMAND_CHARS:,} work."
    elif arguments.timeout <= 0:
        problem = f"timeout: {arguments.timeout} s is not a time a command could take."
    if problem:
        raise ToolError(problem, "Nothing was run. Correct it and call again.", code="invalid_arguments")


async def _stopped(running: Running) -> None:
    """The call is cancelled: nothing of its command is left when it ends."""
    stopping = asyncio.ensure_future(running.stop("stopped with its agent"))
    await asyncio.wait({stopping}, timeout=STOP_SECONDS)


async def _result(running: Running) -> ToolResult:
    ended = running.ended.result()
    output = await asyncio.to_thread(shown_output, running.handle.output(), running.spill)
    whole = running.spill if str(running.spill) in output else None
    if whole is None:  # it is all there: nobody needs it a second time
        await asyncio.shield(asyncio.to_thread(running.spill.unlink, missing_ok=True))
    text = joined(output, how_it_ended(running, ended))
    command = CommandRun(
        cwd=str(running.cwd),
        exit_code=ended.exit.code,
        signal=ended.exit.signal,
        timed_out=ended.timed_out,
        why=ended.reason,
        seconds=ended.exit.seconds,
    )
    return ToolResult(text, command=command, whole=whole)


async def _so_far(running: Running) -> tuple[str, int]:
    """What it has printed, as the agent gets it, and how many bytes that was."""
    output = running.handle.output()
    return await asyncio.to_thread(shown_output, output, running.spill), output.total


def _moved(running: Running, context: ToolContext, shown: str, read: int, *, started_there: bool) -> ToolResult:
    """The call ends, the command goes on."""
    job = context.shell.begin_job(running)
    running.read[context.agent_id] = read
    how = "It runs in the background" if started_there else "It goes on in the background"
    text = joined(
        shown,
        f"[{how} as job {job.id}: read_job shows what it prints and waits for its end, stop_job ends it.]",
    )
    command = CommandRun(cwd=str(running.cwd), job_id=job.id)
    return ToolResult(text, command=command)
