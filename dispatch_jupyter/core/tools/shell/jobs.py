"""Background jobs as records: what people and the store see of commands that outlive their call."""

from collections.abc import Callable

from ...protocol.ids import JobId, new_id
from ...protocol.records import Job, JobStatus, now
from .result import joined, notes_of
from .running import Ended, Running

MAX_COMMAND_CHARS = 10_000

Keep = Callable[[Job], None]


class JobBook:
    """Keeps the record of each job of a session, and the last jobs that have ended for those who still ask.

    Args:
        keep: stores a record; called at a job's start and at its end.
    """

    MAX_ENDED = 32

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._jobs: dict[JobId, tuple[Job, Running]] = {}

    def begin(self, running: Running) -> Job:
        """A running command becomes a job; its call need not wait for it any more."""
        job = Job(
            id=JobId(new_id()),
            agent_id=running.agent_id,
            call_id=running.call_id,
            command=running.command[:MAX_COMMAND_CHARS],
            cwd=str(running.cwd),
            spill=str(running.spill),
            started_at=running.began_at or now(),
        )
        running.job_id = job.id
        running.show = None
        self._keep(job)
        self._jobs[job.id] = (job, running)
        running.ended.add_done_callback(lambda _: self._end(job.id))
        return job

    def all(self) -> list[tuple[Job, Running]]:
        """Those that run and the last that have ended, oldest first."""
        return list(self._jobs.values())

    def find(self, job_id: str) -> tuple[Job, Running] | None:
        return self._jobs.get(JobId(job_id))

    def _end(self, job_id: JobId) -> None:
        job, running = self._jobs[job_id]
        if running.ended.cancelled() or running.ended.exception() is not None:
            update: dict[str, object] = {"status": "lost", "why": "Dispatch lost sight of it."}
        else:
            update = _how(running.ended.result())
        update |= {"output_bytes": running.handle.output().total, "ended_at": now()}
        job = job.model_copy(update=update)
        self._jobs[job_id] = (job, running)
        self._keep(job)
        ended = [id_ for id_, (_, one) in self._jobs.items() if one.over]
        for id_ in ended[: -self.MAX_ENDED]:
            del self._jobs[id_]


def _how(ended: Ended) -> dict[str, object]:
    status: JobStatus = "stopped" if ended.timed_out or ended.reason is not None else "exited"
    return {
        "status": status,
        "exit_code": ended.exit.code,
        "signal": ended.exit.signal,
        "why": ended.reason,
        "seconds": ended.exit.seconds,
        "tail": joined(ended.tail, notes_of(ended)),
    }
