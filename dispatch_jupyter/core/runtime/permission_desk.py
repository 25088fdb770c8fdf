"""What people do about permissions: look, answer, take back, trust."""

import asyncio

from ..config.edit import always_entries, remove_always
from ..config.trust import set_trust, trusted_files
from ..protocol.commands import AnswerQuestion, AnswerRequest, Permissions, TrustedFiles, TrustFile
from ..protocol.errors import Conflict, DispatchError, NotFound
from ..protocol.ids import GrantId, RequestId, SessionId
from ..protocol.records import Decision, ErrorInfo, Grant, Request
from .sessions import Sessions
from .settings import CurrentConfig
from .workbench import Workbench, Workbenches


class PermissionDesk:
    """The door for the API: each method is one thing a person may ask."""

    def __init__(self, config: CurrentConfig, benches: Workbenches, sessions: Sessions) -> None:
        self._config = config
        self._benches = benches
        self._sessions = sessions

    async def look(self, session_id: SessionId | None = None) -> Permissions:
        """What waits, what was decided, what is in force: of one live session, or of all."""
        sessions = [await self._sessions.open(session_id)] if session_id else self._sessions.live()
        tables = [session.tables for session in sessions]
        grants = [grant for table in tables for grant in table.every(Grant) if grant.revoked_at is None]
        problems: list[ErrorInfo] = []
        try:
            grants += await asyncio.to_thread(always_entries, self._config.environ)
        except DispatchError as error:
            problems.append(ErrorInfo(code=error.code, message=error.message, hint=error.hint))
        return Permissions(
            pending=[request for table in tables for request in table.every(Request) if request.status == "open"],
            log=sorted((line for table in tables for line in table.every(Decision)), key=lambda line: line.at),
            grants=grants,
            problems=problems,
        )

    async def answer(self, request_id: RequestId, command: AnswerRequest, by: str) -> Request:
        """Answer an open request; what it grants answers others that wait for the same.

        Raises:
            Conflict: nobody waits for it: it was answered, has expired, or is of no open session.
            Invalid, StoreError: as `Approvals.answer`.
        """
        for bench in self._all():
            try:
                bench.session.tables.one(Request, request_id)
            except NotFound:
                continue
            answered = await bench.approvals.answer(request_id, command, by)
            for other in self._all() if answered.scope == "always" else [bench]:
                other.approvals.reconsider()
            return answered
        raise Conflict("No open session has such a request; nothing was allowed.", "Open its session and look there.")

    async def reply(self, request_id: RequestId, command: AnswerQuestion, by: str) -> Request:
        """Answer an agent's question.

        Raises:
            Conflict: nobody waits for it: it was answered, has expired, or is of no open session.
            StoreError: as `Questions.answer`.
        """
        for bench in self._all():
            if any(request.id == request_id for request in bench.session.tables.every(Request)):
                return await bench.questions.answer(request_id, command.answer, by)
        raise Conflict("No open session has such a question.", "Open its session and look there.")

    async def revoke(self, grant_id: GrantId, by: str) -> Grant:
        """Take leave back at once: commands that run with it are stopped."""
        for bench in self._all():
            if any(grant.id == grant_id for grant in bench.session.tables.every(Grant)):
                try:
                    return await bench.approvals.revoke(grant_id, by)
                finally:  # also where that could not be stored: it holds no longer
                    await bench.shell.end_without_leave()
        return await self._revoke_always(grant_id, by)

    async def trusted(self) -> TrustedFiles:
        """The project's files that would widen what agents may do."""
        files = await asyncio.to_thread(trusted_files, self._config.project, self._config.environ)
        return TrustedFiles(files=files)

    async def trust(self, command: TrustFile) -> TrustedFiles:
        """Trust a version of such a file, or stop trusting it."""
        await asyncio.to_thread(set_trust, command.path, command.digest, command.trusted, self._config.environ)
        await self._config.renewed()
        for bench in self._all():
            bench.approvals.reconsider()
            await bench.shell.end_without_leave()
        return await self.trusted()

    async def _revoke_always(self, grant_id: GrantId, by: str) -> Grant:
        grant = await asyncio.to_thread(remove_always, grant_id, self._config.environ)
        await self._config.renewed()
        for bench in self._all():
            bench.approvals.log.revoked(grant, by)
            await bench.shell.end_without_leave()
        return grant

    def _all(self) -> list[Workbench]:
        return [self._benches.of(session) for session in self._sessions.live()]
