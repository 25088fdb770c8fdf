"""list_jobs, read_job and stop_job."""

import asyncio
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ...protocol.errors import ToolError
from ...protocol.records import CallKind, Job, now
from ..fields import FlatArguments
from ..tool import Arguments, ToolContext, ToolResult
from .ansi import plain
from .result import how_it_ended, joined, seconds, shortened, shown_output, shown_since
from .running import Running

MAX_WAIT = 600
SETTLE = 0.2
"""Seconds after new output, in which more of it, or the end, comes with it."""

RUNS = "[it runs]"
"""The last line of what is read of a job that has not ended."""

JobField = Annotated[str, Field(description="Id of the job.")]


class NoArguments(FlatArguments):
    pass


class ListJobs:
    """The background jobs of the session."""

    name: ClassVar[str] = "list_jobs"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = "List the background jobs that run, and the last that have ended."
    arguments: ClassVar[type[Arguments]] = NoArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        jobs = context.shell.jobs.all()
        return ToolResult("\n".join(_line(job, running) for job, running in jobs) or "There are no background jobs.")


class ReadJobArguments(FlatArguments):
    job: JobField
    wait: Annotated[
        int,
        Field(ge=0, le=MAX_WAIT, description="Seconds to wait for more output or its end, at most 600."),
    ] = 0


class ReadJob:
    """What a background job has printed since it was read last."""

    name: ClassVar[str] = "read_job"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "Read what a background job printed since you read it last, and whether it has ended. With `wait` the call "
        "returns once there is more, or the job ends."
    )
    arguments: ClassVar[type[Arguments]] = ReadJobArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        _, running = _find(arguments.job, context)
        if arguments.wait:
            await _news(running, arguments.wait, context)
        output = running.handle.output()
        text = await asyncio.to_thread(shown_since, output, running.read.get(context.agent_id, 0), running.spill)
        running.read[context.agent_id] = output.total
        return ToolResult(plain(joined(text, _state(running))))


class StopJobArguments(FlatArguments):
    job: JobField


class StopJob:
    """Ends a background job with all its processes."""

    name: ClassVar[str] = "stop_job"
    kind: ClassVar[CallKind] = "execute"
    description: ClassVar[str] = "End a background job with all processes it started."
    arguments: ClassVar[type[Arguments]] = StopJobArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        _, running = _find(arguments.job, context)
        if not running.over:
            await running.stop("stopped by its agent")
        text = await asyncio.to_thread(shown_output, running.handle.output(), running.spill)
        return ToolResult(plain(joined(text, _state(running))))


def _find(job_id: str, context: ToolContext) -> tuple[Job, Running]:
    found = context.shell.jobs.find(job_id)
    if found is None:
        known = ", ".join(job.id for job, _ in context.shell.jobs.all())
        hint = f"There are: {known}." if known else "There are no background jobs."
        raise ToolError(f"There is no job `{shortened(job_id)}`.", hint, code="not_found")
    return found


async def _news(running: Running, wait: float, context: ToolContext) -> None:
    """Returns once the job has ended or printed something nobody has read, or the agent is spoken to."""
    running.printed.clear()
    if running.handle.output().total > running.read.get(context.agent_id, 0):
        return
    spoken = asyncio.ensure_future(context.spoken_to())
    printed = asyncio.ensure_future(running.printed.wait())
    try:
        await asyncio.wait({running.ended, spoken, printed}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if printed.done() and not spoken.done():
            await asyncio.wait({running.ended}, timeout=SETTLE)
    finally:
        spoken.cancel()
        printed.cancel()


def _state(running: Running) -> str:
    if running.over:
        return how_it_ended(running, running.ended.result())
    return RUNS


def _line(job: Job, running: Running) -> str:
    since = ((job.ended_at or now()) - job.started_at).total_seconds()
    took = seconds(since if job.seconds is None else job.seconds)
    state = job.status if job.exit_code is None else f"exit {job.exit_code}"
    command = shortened(" ".join(job.command.split()))
    return f"{job.id}  {state} · {took} · {running.handle.output().total:,} bytes  {command}"
