"""What people do about tool calls: look at all of an output, stop a command, send it to the background."""

import asyncio
from pathlib import Path

from ..protocol.errors import Conflict, NotFound
from ..protocol.ids import CallId, JobId
from ..protocol.records import Job, ToolCall
from .workbench import Workbench

MAX_SHOWN_BYTES = 4_000_000
"""Of an output in a page; a command may have printed far more."""


class CommandDesk:
    """The door for the API to one session's calls and commands."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def call(self, call_id: CallId) -> ToolCall:
        """A tool call with its whole output, as far as a page can show it."""
        call = self._bench.session.tables.call(call_id)
        if call.spill is None:
            return call
        try:
            whole = await asyncio.to_thread(_beginning, Path(call.spill))
        except OSError as error:
            text = f"The whole output is gone: {error.strerror}."
            raise NotFound(text, "What the agent got of it is still there.") from error
        return call.model_copy(update={"output": whole})

    async def stop_call(self, call_id: CallId, by: str) -> None:
        """Stop the command of a call that is running; its agent goes on with what came of it.

        Raises:
            NotFound: there is no such call.
            Conflict: no command of it runs.
        """
        self._bench.session.tables.call(call_id)
        await self._bench.shell.stop_call(call_id, by)

    def to_background(self, call_id: CallId) -> None:
        """Let the command of a call go on as a job, and the agent with what there is.

        Raises:
            NotFound: there is no such call.
            Conflict: no command of it runs.
        """
        self._bench.session.tables.call(call_id)
        self._bench.shell.to_background(call_id)

    def job(self, job_id: JobId) -> Job:
        """A job, with the end of its output so far."""
        job = self._bench.session.tables.one(Job, job_id)
        if job.status != "running":
            return job
        return job.model_copy(update={"tail": self._bench.shell.job_output(job_id)})

    async def stop_job(self, job_id: JobId, by: str) -> Job:
        """Stop a job.

        Raises:
            NotFound: there is no such job.
            Conflict: it has ended.
        """
        if self._bench.session.tables.one(Job, job_id).status != "running":
            raise Conflict("The job has ended already.")
        await self._bench.shell.stop_job(job_id, by)
        return self._bench.session.tables.one(Job, job_id)


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(MAX_SHOWN_BYTES + 1)
    text = data[:MAX_SHOWN_BYTES].decode("utf-8", "replace")
    return text if len(data) <= MAX_SHOWN_BYTES else f"{text}\n[… more is in {path}]"
