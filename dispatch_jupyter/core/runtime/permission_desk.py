"""What people do about permissions: look, answer, take back, trust."""

import asyncio

from ..config.edit import always_entries, remove_always
from ..config.given import Notes, read_given
from ..config.trust import set_trust, trusted_files
from ..protocol.commands import (
    AnswerQuestion,
    AnswerRequest,
    Asker,
    DecisionHistory,
    Permissions,
    TrustedFiles,
    TrustFile,
)
from ..protocol.errors import Conflict, DispatchError, NotFound
from ..protocol.ids import DecisionId, GrantId, RequestId, SessionId
from ..protocol.records import Decision, ErrorInfo, Grant, Request, now
from .decision_history import PAGE, History
from .sessions import Sessions
from .settings import CurrentConfig
from .workbench import Workbench, Workbenches


class PermissionDesk:
    """The door for the API: each method is one thing a person may ask."""

    def __init__(self, config: CurrentConfig, benches: Workbenches, sessions: Sessions) -> None:
        self._config = config
        self._benches = benches
        self._sessions = sessions
        self._history = History(sessions.folder)

    async def look(self, session_id: SessionId | None = None) -> Permissions:
        """What waits, what was decided, what is in force: of one live session, or of all."""
        sessions = [await self._sessions.open(session_id)] if session_id else self._sessions.live()
        tables = [session.tables for session in sessions]
        grants = [grant for table in tables for grant in table.every(Grant) if grant.revoked_at is None]
        always, askers, problems = await asyncio.to_thread(self._always)
        grants += always
        return Permissions(
            pending=[request for table in tables for request in table.every(Request) if request.status == "open"],
            log=sorted((line for table in tables for line in table.every(Decision)), key=lambda line: line.at),
            grants=grants,
            askers=askers,
            problems=problems,
        )

    async def history(self, before: DecisionId | None = None, limit: int = PAGE) -> DecisionHistory:
        """What was decided in all sessions of the project, and their grants in force.

        Args:
            before: the last line of the page before.
            limit: lines of a page; at most `PAGE`.

        Raises:
            Invalid: there is no such line.
            StoreError: the sessions cannot be listed.
        """
        summaries = await self._sessions.list(str(self._config.project))
        return await self._history.page(summaries, self._sessions.live(), before, min(max(1, limit), PAGE))

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

    async def revoke(self, grant_id: GrantId, by: str, session_id: SessionId | None = None) -> Grant:
        """Take leave back at once: commands that run with it are stopped.

        Args:
            session_id: whose grant it is, where that session may not be open.

        Raises:
            NotFound: there is no such grant, in that session or in those that are open.
            Conflict: it was revoked before.
            StoreError, Locked: it could not be taken back.
        """
        if session_id is None:
            return await self._revoke(grant_id, by)
        async with self._sessions.using(session_id):
            return await self._revoke(grant_id, by)

    async def _revoke(self, grant_id: GrantId, by: str) -> Grant:
        for bench in self._all():
            if any(grant.id == grant_id for grant in bench.session.tables.every(Grant)):
                try:
                    return await bench.approvals.revoke(grant_id, by, bench.policy)
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
        at = now()
        for bench in self._all():
            bench.approvals.log.revoked(grant, by, at, bench.policy())
            await bench.shell.end_without_leave()
        return grant.model_copy(update={"revoked_at": at, "revoked_by": by})

    def _always(self) -> tuple[list[Grant], list[Asker], list[ErrorInfo]]:
        """Leave for always, who asked for it, and what could not be read. Blocks on small files."""
        problems: list[ErrorInfo] = []
        notes: Notes = {}
        grants: list[Grant] = []
        try:
            notes = read_given(self._config.environ)
        except DispatchError as error:
            problems.append(ErrorInfo.of(error))
        try:
            grants = always_entries(self._config.environ, notes)
        except DispatchError as error:
            problems.append(ErrorInfo.of(error))
        askers = {note.asker.agent_id: note.asker for note in notes.values()}
        asked = dict.fromkeys(grant.agent_id for grant in grants if grant.agent_id)
        return grants, [askers[agent_id] for agent_id in asked if agent_id in askers], problems

    def _all(self) -> list[Workbench]:
        return [self._benches.of(session) for session in self._sessions.live()]
