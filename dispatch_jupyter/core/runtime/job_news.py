"""What an agent is told of its background jobs that have ended, where no tool has told it yet.

Nothing is kept for this: a line stands before the first reply that was begun after a job's end, so it is in the
same place at every step and after a restart of the server too.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter

from ..llm.types import ChatMessage
from ..protocol.records import Job, ToolCall
from ..tools.retrieve import Retrieve
from ..tools.shell.job_tools import RUNS, ReadJob, StopJob
from ..tools.shell.result import seconds

_TELL = (ReadJob.name, StopJob.name, Retrieve.name)
"""Tools whose result says how a job ended. What they call the job is for models to say in several ways."""


class JobNews:
    """One walk through an agent's conversation.

    Args:
        jobs: the agent's.
    """

    def __init__(self, jobs: Iterable[Job]) -> None:
        ended = [(job.ended_at, job) for job in jobs if job.ended_at is not None]
        self._untold = sorted(ended, key=itemgetter(0))

    def heard(self, calls: Iterable[ToolCall]) -> None:
        """Results that come now: one of a job that says how it ended leaves nothing to tell."""
        told = {
            word.strip()
            for call in calls
            if call.name in _TELL and call.status == "completed" and not call.output.endswith(RUNS)
            for word in (call.arguments or {}).values()
            if isinstance(word, str)
        }
        self._untold = [one for one in self._untold if one[1].id not in told]

    def until(self, then: datetime | None = None) -> list[ChatMessage]:
        """Lines about the jobs that had ended by then, each once; of all that are left where that is None."""
        due = [one for one in self._untold if then is None or one[0] <= then]
        self._untold = self._untold[len(due) :]
        return [{"role": "user", "content": _line(job, ended_at)} for ended_at, job in due]


def _line(job: Job, ended_at: datetime) -> str:
    how = job.why or (f"exit {job.exit_code}" if job.signal is None else f"ended by {job.signal}")
    took = seconds((ended_at - job.started_at).total_seconds() if job.seconds is None else job.seconds)
    where = f", or read_file with {job.spill}" if job.spill else ""
    return f"[Dispatch: background job {job.id} is over: {how} · {took}. Its output: read_job{where}.]"
