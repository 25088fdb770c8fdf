"""What a session's agents ask a person in words: asked, answered, expired.

A question is a record as a request for leave is, so every view shows it; what waits for its answer is in memory.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ..protocol.errors import Conflict, StoreError
from ..protocol.ids import AgentId, CallId, RequestId, new_secret_id
from ..protocol.records import ErrorInfo, Request, now
from .session import Session
from .waiting import Waiting

UNANSWERED = ErrorInfo(
    code="expired",
    message="Nobody answered before the agent was stopped.",
    hint="Send a message, or press Resume, and it asks again.",
)


class Questions:
    """One session's.

    Args:
        changed: called when what waits for a person is another than before.
    """

    def __init__(self, session: Session, waiting: Waiting, changed: Callable[[], None]) -> None:
        self._session = session
        self._shown = waiting
        self._changed = changed
        self._asked: dict[RequestId, asyncio.Future[str]] = {}

    async def ask(
        self,
        agent_id: AgentId,
        call_id: CallId,
        question: str,
        options: Sequence[str],
        spoken_to: Callable[[], Awaitable[None]],
    ) -> str | None:
        """The answer; waits for it, however long. None where a message was written to the agent instead."""
        request = self._session.put(
            Request(
                id=RequestId(new_secret_id()),
                agent_id=agent_id,
                call_id=call_id,
                kind="question",
                question=question,
                options=list(options),
            ),
            sync=True,
        )
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked[request.id] = answered
        self._tell(agent_id)
        message = asyncio.ensure_future(spoken_to())
        ways: set[asyncio.Future[Any]] = {answered, message}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            request = self._session.tables.one(Request, request.id)
            if not answered.done() and request.status == "open":
                self._end(request.id, {"status": "answered", "note": "Answered with a message."})
                return None
            return request.answer
        finally:
            message.cancel()
            del self._asked[request.id]
            self._end(request.id, {"status": "expired", "error": UNANSWERED})
            self._tell(agent_id)

    async def answer(self, request_id: RequestId, answer: str, by: str) -> Request:
        """Answer an open question.

        Raises:
            NotFound: there is no such question.
            Conflict: it was answered, or has expired.
            StoreError: the answer could not be kept; the question stays open.
        """
        request = self._session.tables.one(Request, request_id)
        waits = self._asked.get(request_id)
        if request.kind != "question":
            raise Conflict("This is a request for permission, not a question.", "Allow or deny it.")
        if request.status == "expired":
            raise Conflict("The question has expired: its agent was stopped.", "Send the agent a message.")
        if request.status == "answered" or waits is None or waits.done():
            who = f" by {request.answered_by}" if request.answered_by else ""
            raise Conflict(f"The question was answered already{who}.", "Send the agent a message to say more.")
        given = {"status": "answered", "answer": answer, "answered_by": by, "ended_at": now()}
        ended = self._session.put(request.model_copy(update=given), sync=True)
        try:
            await self._session.saved()
        except StoreError:
            self._session.put(request)
            if request_id not in self._asked:  # the agent was stopped, or written to, meanwhile
                self._end(request_id, {"status": "expired", "error": UNANSWERED})
                self._changed()
            raise
        if not waits.done():
            waits.set_result(answer)
        return ended

    def _end(self, request_id: RequestId, how: dict[str, object]) -> None:
        request = self._session.tables.one(Request, request_id)
        if request.status == "open":
            self._session.put(request.model_copy(update={**how, "ended_at": now()}), sync=True)

    def _tell(self, agent_id: AgentId) -> None:
        self._shown.show(agent_id)
        self._changed()
