"""`sessions/{id}/calls/…` and `…/jobs/…`: whole outputs, and commands while they run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tornado import web

from ..core.protocol.ids import CallId, JobId, SessionId
from .base import DispatchHandler, answering, authorized

if TYPE_CHECKING:
    from ..core.runtime.command_desk import CommandDesk


class CommandHandler(DispatchHandler):
    """Base of those that deal with one session's calls and commands."""

    @asynccontextmanager
    async def desk(self, session_id: str) -> "AsyncIterator[CommandDesk]":
        """What the session's agents run; it stays open meanwhile."""
        workspace = await self.workspace()
        async with workspace.commands(SessionId(session_id)) as desk:
            yield desk


class CallHandler(CommandHandler):
    """`GET sessions/{id}/calls/{call_id}`: a tool call with its whole output."""

    @web.authenticated
    @authorized
    @answering
    async def get(self, session_id: str, call_id: str) -> None:
        async with self.desk(session_id) as desk:
            self.reply(await desk.call(CallId(call_id)))


class CallStopHandler(CommandHandler):
    """`POST sessions/{id}/calls/{call_id}/stop`: stop the call's command; its agent goes on."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, session_id: str, call_id: str) -> None:
        async with self.desk(session_id) as desk:
            await desk.stop_call(CallId(call_id), self.user_name)
        self.reply({}, 202)


class CallBackgroundHandler(CommandHandler):
    """`POST sessions/{id}/calls/{call_id}/background`: the command goes on as a job, the agent without it."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, session_id: str, call_id: str) -> None:
        async with self.desk(session_id) as desk:
            desk.to_background(CallId(call_id))
        self.reply({}, 202)


class JobHandler(CommandHandler):
    """`GET sessions/{id}/jobs/{job_id}`: a job and the end of its output so far."""

    @web.authenticated
    @authorized
    @answering
    async def get(self, session_id: str, job_id: str) -> None:
        async with self.desk(session_id) as desk:
            self.reply(desk.job(JobId(job_id)))


class JobStopHandler(CommandHandler):
    """`POST sessions/{id}/jobs/{job_id}/stop`: stop it, with everything it started."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, session_id: str, job_id: str) -> None:
        async with self.desk(session_id) as desk:
            self.reply(await desk.stop_job(JobId(job_id), self.user_name), 202)
