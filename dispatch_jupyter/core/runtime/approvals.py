"""What a session's agents asked a person to allow: asked, answered, expired, and logged.

A request is a record, so every view of the session shows it, and it is there after a reload. What waits for its
answer is in memory only: when the agent is stopped, or the server, the request expires and nothing was allowed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ..permissions.policy import Denied, Policy, Rule, scopes_of
from ..permissions.there import check_there
from ..protocol.commands import AnswerRequest
from ..protocol.errors import Conflict, Invalid, StoreError
from ..protocol.ids import CallId, GrantId, RequestId, new_id, new_secret_id
from ..protocol.parts import Operation
from ..protocol.records import Agent, ErrorInfo, Grant, Reach, Request, now
from .decisions import DecisionLog, question_of
from .lineage import path
from .session import Session
from .waiting import Waiting

EXPIRED = ErrorInfo(
    code="expired",
    message="Nobody answered before the agent was stopped, so nothing was allowed.",
    hint="Send a message, or press Resume, and it asks again.",
)

KeepAlways = Callable[[Request, str], Awaitable[None]]
"""Writes leave for always into the person's own settings: for all that a request reaches for; who gives it."""


class Approvals:
    """The door between an agent that wants more and the person who may give it. One a session."""

    def __init__(
        self, session: Session, waiting: Waiting, keep_always: KeepAlways, changed: Callable[[], None]
    ) -> None:
        self._session = session
        self._shown = waiting
        self._keep_always = keep_always
        self._changed = changed
        self.log = DecisionLog(session)
        self._waiting: dict[RequestId, asyncio.Future[Request]] = {}
        self._policies: dict[RequestId, Callable[[], Policy]] = {}
        self._answering: set[RequestId] = set()

    # ------------------------------------------------------------------ agents

    async def ask(
        self,
        agent: Agent,
        call_id: CallId,
        reaches: Sequence[Reach],
        command: str | None,
        policy: Callable[[], Policy],
    ) -> tuple[Rule, ...]:
        """One question for all of these; waits for its answer, however long.

        Args:
            policy: as it stands for the call; grants given meanwhile may answer the question.

        Returns:
            Leave for this call alone. None of it where a grant was given: the policy has that as long as it holds.

        Raises:
            Denied: with what the person wants the agent to know.
        """
        request = self._open(agent, call_id, reaches, command)
        answered: asyncio.Future[Request] = asyncio.get_running_loop().create_future()
        self._waiting[request.id] = answered
        self._policies[request.id] = policy
        try:
            request = await answered
        finally:
            self._waiting.pop(request.id, None)
            self._policies.pop(request.id, None)
            self._close(request.id)
        if request.answer != "allow":
            said = f" They say: {request.note}" if request.note else ""
            raise Denied(
                f"The person did not allow this.{said}",
                None if said else "Do without it, or explain why you need it and ask them.",
            )
        if request.scope != "once":
            return ()
        return tuple(Rule(reach.operation, Path(reach.path), "once", exact=True) for reach in reaches)

    # ------------------------------------------------------------------ people

    async def answer(self, request_id: RequestId, command: AnswerRequest, by: str) -> Request:
        """Answer an open request.

        Raises:
            NotFound: there is no such request.
            Conflict: it was answered, or has expired.
            Invalid: it cannot be allowed that far, or what leave would cover is not there.
            StoreError, Invalid: the answer could not be kept; the request stays open.
        """
        request = self._answerable(request_id, command)
        self._answering.add(request_id)
        try:
            if command.answer == "allow" and command.scope != "once":
                await asyncio.to_thread(check_there, request.reaches)
            if command.answer == "allow" and command.scope == "always":
                await self._keep_always(request, by)
            return await self._settle(request, command, by)
        finally:
            self._answering.discard(request_id)

    async def revoke(self, grant_id: GrantId, by: str, policy: Callable[[], Policy]) -> Grant:
        """Take leave for the session back, with all other grants of the very same.

        Args:
            policy: of the session, as it stands; what it allows all the same is told in the log.

        Raises:
            NotFound: there is no such grant.
            Conflict: it was revoked before.
        """
        grant = self._session.tables.one(Grant, grant_id)
        if grant.revoked_at is not None:
            raise Conflict("This grant was revoked before.")
        at = now()
        revoked = [
            self._session.put(one.model_copy(update={"revoked_at": at, "revoked_by": by}), sync=True)
            for one in (grant, *self._twins(grant))
        ]
        for one in revoked:
            self.log.revoked(one, by, at, policy())
        self._changed()
        await self._session.saved()
        return revoked[0]

    def reconsider(self) -> None:
        """Leave was given: questions that need no answer any more are answered by it.

        Not those that can be allowed `once` only: no wider leave means them. The policy may even allow one of them as
        such, as a file of the project that git is set to run.
        """
        for request_id, answered in list(self._waiting.items()):
            request = self._session.tables.one(Request, request_id)
            if answered.done() or request_id in self._answering or request.status != "open":
                continue
            if request.scopes == ["once"]:
                continue
            policy = self._policies[request_id]()
            verdicts = [policy.decide(reach.operation, Path(reach.path)) for reach in request.reaches]
            if all(verdict.outcome == "allow" for verdict in verdicts):
                for reach, verdict in zip(request.reaches, verdicts, strict=True):
                    self.log.by_policy(request.agent_id, request.call_id, reach, verdict)
                answered.set_result(self._put_answer(request, {"answer": "allow"}))
                self._changed()

    def rules(self) -> tuple[Rule, ...]:
        """The session's grants that are in force: none that is not stored, since it may still be refused."""
        return tuple(
            Rule(grant.operation, Path(grant.path), "session", grant.id)
            for grant in self._session.tables.every(Grant)
            if grant.revoked_at is None and grant.scope == "session" and grant.seq <= self._session.stored
        )

    # ------------------------------------------------------------------ inside

    def _open(self, agent: Agent, call_id: CallId, reaches: Sequence[Reach], command: str | None) -> Request:
        request = self._session.put(
            Request(
                id=RequestId(new_secret_id()),
                agent_id=agent.id,
                call_id=call_id,
                kind="permission",
                question=question_of(" > ".join(path(self._session.tables, agent)), reaches, command),
                reaches=list(reaches),
                command=command,
                scopes=list(scopes_of(reaches)),
            ),
            sync=True,
        )
        self._shown.show(agent.id)
        self._changed()
        return request

    def _close(self, request_id: RequestId) -> None:
        """Whatever ended the wait: what was not answered has expired."""
        request = self._session.tables.one(Request, request_id)
        if request.status == "open":
            ended = {"status": "expired", "error": EXPIRED, "ended_at": now()}
            self._session.put(request.model_copy(update=ended), sync=True)
            self.log.answered(request, [], allowed=False, rule="expired")
            self._changed()
        self._shown.show(request.agent_id)

    def _answerable(self, request_id: RequestId, command: AnswerRequest) -> Request:
        request = self._session.tables.one(Request, request_id)
        if request.kind != "permission":
            raise Conflict("This is a question, not a request for permission.", "Answer it in words.")
        if request.status == "expired":
            raise Conflict(
                "The request has expired; nothing was allowed.", request.error.hint if request.error else None
            )
        if request.status == "answered" or request_id in self._answering:
            who = f" by {request.answered_by}" if request.answered_by else ""
            raise Conflict(f"The request was answered already{who}.", "See the permission log.")
        if request_id not in self._waiting:
            raise Conflict("Nobody waits for this request any more.", "Send the agent a message.")
        if command.answer == "allow" and command.scope not in request.scopes:
            possible = ", ".join(request.scopes)
            raise Invalid(f"scope: this can be allowed for: {possible}.", "It is too delicate, or too wide, for more.")
        return request

    async def _settle(self, request: Request, command: AnswerRequest, by: str) -> Request:
        """Keep the answer, then let the agent have it: an answer that could not be stored allows nothing."""
        answered = self._waiting.get(request.id)
        if answered is None or answered.done():
            raise self._too_late(request, command, by)
        allowed = command.answer == "allow"
        grants = self._grant(request, by) if allowed and command.scope == "session" else []
        ended = self._put_answer(
            request,
            {
                "answer": command.answer,
                "scope": command.scope if allowed else None,
                "note": command.note or None,
                "answered_by": by,
            },
        )
        rule = f"person: {command.scope if allowed else 'deny'}"
        told = self.log.answered(ended, grants, allowed=allowed, rule=rule)
        try:
            await self._session.saved()
        except StoreError:
            self._session.put(request)
            self.log.not_stored(told)
            for grant in {grant.id: grant for grant in grants}.values():
                self._session.put(grant.model_copy(update={"revoked_at": now()}))
            if answered.done():  # the agent was stopped meanwhile
                self._close(request.id)
            raise
        if not answered.done():
            answered.set_result(ended)
        self._changed()
        return ended

    def _too_late(self, request: Request, command: AnswerRequest, by: str) -> Conflict:
        """The agent was stopped while leave for always was written down, which stays."""
        if command.answer == "allow" and command.scope == "always":
            self.log.answered(request.model_copy(update={"answered_by": by}), [], allowed=True, rule="person: always")
            return Conflict("The agent was stopped meanwhile; your leave for always is in dispatch.yaml all the same.")
        return Conflict("The agent was stopped meanwhile; nothing was allowed.", "Send it a message.")

    def _grant(self, request: Request, by: str) -> list[Grant]:
        """A grant for each reach, in their order: the same one for all that leave is the same for."""
        grants: dict[tuple[Operation, str], Grant] = {}
        for reach in request.reaches:
            if (reach.operation, reach.covers) not in grants:
                grants[reach.operation, reach.covers] = self._session.put(
                    Grant(
                        id=GrantId(new_id()),
                        request_id=request.id,
                        agent_id=request.agent_id,
                        operation=reach.operation,
                        path=reach.covers,
                        scope="session",
                        granted_by=by,
                    )
                )
        return [grants[reach.operation, reach.covers] for reach in request.reaches]

    def _twins(self, grant: Grant) -> list[Grant]:
        """Others in force that allow the very same: two questions may be answered alike, each by somebody else."""
        return [
            one
            for one in self._session.tables.every(Grant)
            if one.id != grant.id
            and one.revoked_at is None
            and (one.operation, one.path, one.scope) == (grant.operation, grant.path, grant.scope)
        ]

    def _put_answer(self, request: Request, answer: dict[str, object]) -> Request:
        ended = {"status": "answered", "ended_at": now(), **answer}
        return self._session.put(request.model_copy(update=ended), sync=True)
