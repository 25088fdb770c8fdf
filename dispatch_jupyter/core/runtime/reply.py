"""A model's reply as it arrives: stream events become deltas, then finished records."""

import asyncio
from typing import Any

from ..llm.types import CallDelta, Completed, ModelEvent, ReasoningDelta, Retrying, TextDelta
from ..protocol.errors import BadReply, Refused
from ..protocol.ids import AgentId, CallId, MessageId, new_id
from ..protocol.records import ErrorInfo, Message, MessageStatus, ToolCall, now
from ..tools.tool import Toolbox, parse_json
from .session import Session

LENGTH = ErrorInfo(
    code="length",
    message="The answer was cut at the model's output limit.",
    hint="Ask the agent to go on.",
)
REFUSED = ErrorInfo(
    code=Refused.code,
    message="The provider refused to answer.",
    hint="Put it differently, or choose another model.",
)
CHECKPOINT_SECONDS = 2.0
"""Between two times that what has come so far is stored; more for a long answer, see `_pause`."""
CHARS_A_SECOND = 32_768
"""Of an answer that is being written, stored at most: each time it is all of it."""
LONGEST_PAUSE = 30.0
"""Seconds of an answer that a server which dies may lose, however long the answer is."""
UNFINISHED = ErrorInfo(code="interrupted", message="The model's reply was cut off before this call was complete.")


class Reply:
    """Writes one assistant message and its calls. `restart` begins it anew in place, so that no text doubles."""

    def __init__(self, session: Session, agent_id: AgentId, toolbox: Toolbox, *, model: str, turn: int) -> None:
        self._session = session
        self._toolbox = toolbox
        self._calls: dict[int, CallId] = {}
        self._clock = asyncio.get_running_loop().time
        self._stored_at = self._clock()
        self._chars = 0
        """Of its text and its thoughts."""
        self.begun = False
        """Whether anything of it has come."""
        self.message = session.put(
            Message(
                id=MessageId(new_id()),
                agent_id=agent_id,
                role="assistant",
                order=session.next_order(),
                status="streaming",
                model=model,
                turn=turn,
            )
        )

    def add(self, event: ModelEvent) -> None:
        """Show one event of the stream."""
        match event:
            case TextDelta(text):
                self._chars += len(text)
                self._session.delta("messages", self.message.id, "text", text)
            case ReasoningDelta(text):
                self._chars += len(text)
                self._session.delta("messages", self.message.id, "reasoning", text)
            case CallDelta():
                self._add_call(event)
            case Completed() | Retrying():
                return  # the end and the waiting are the agent's to record
        self.begun = True
        if self._clock() - self._stored_at > _pause(self._chars):
            self._stored_at = self._clock()
            self._session.checkpoint("messages", self.message.id)

    def restart(self) -> None:
        """Forget what came: the connection was lost and the reply is asked for again."""
        self.message = self._session.put(self.message)
        for call_id in self._calls.values():
            self._cut(self._session.tables.call(call_id))
        self._calls.clear()
        self._chars = 0
        self.begun = False

    def by(self, model: str) -> None:
        """Another model writes it."""
        if self.message.model != model:
            self.message = self._session.put(self.message.model_copy(update={"model": model}))

    def withdraw(self) -> None:
        """It was never begun."""
        update = {"status": "withdrawn", "ended_at": now()}
        self.message = self._session.put(self.message.model_copy(update=update))

    def complete(self, end: Completed) -> list[ToolCall]:
        """The reply is whole. Returns its calls, with their arguments as far as those are valid.

        Raises:
            BadReply: there is nothing in it. It stays open, to be begun anew or aborted.
        """
        calls = [self._close_call(call_id) for call_id in self._calls.values()]
        live = self._session.live_text("messages", self.message.id)
        if not live.get("text") and not calls and end.stop == "end":
            raise BadReply("The model answered with nothing.", "Send the message again, or choose another model.")
        self.message = self._session.put(
            self.message.model_copy(
                update={
                    **live,
                    "status": "complete",
                    "usage": end.usage,
                    "opaque": end.opaque,
                    "error": {"length": LENGTH, "refusal": REFUSED}.get(end.stop),
                    "ended_at": now(),
                }
            )
        )
        return calls

    def abort(self, status: MessageStatus, error: ErrorInfo) -> None:
        """The reply will not become whole: what came of it is kept and marked."""
        for call_id in self._calls.values():
            call = self._close_call(call_id)
            if call.arguments is None:
                self._cut(call)
        live = self._session.live_text("messages", self.message.id)
        self.message = self._session.put(
            self.message.model_copy(update={**live, "status": status, "error": error, "ended_at": now()})
        )

    def _add_call(self, delta: CallDelta) -> None:
        if delta.index not in self._calls:
            self._calls[delta.index] = CallId(new_id())
            self._session.put(
                ToolCall(
                    id=self._calls[delta.index],
                    agent_id=self.message.agent_id,
                    message_id=self.message.id,
                    index=delta.index,
                    provider_id=delta.id or self._calls[delta.index],
                    name=delta.name,
                    kind=self._toolbox.kind_of(delta.name),
                )
            )
        if delta.arguments:
            self._session.delta("calls", self._calls[delta.index], "arguments_text", delta.arguments)

    def _cut(self, call: ToolCall) -> None:
        self._session.put(call.model_copy(update={"status": "failed", "error": UNFINISHED, "ended_at": now()}))

    def _close_call(self, call_id: CallId) -> ToolCall:
        call = self._session.tables.call(call_id)
        text = self._session.live_text("calls", call_id).get("arguments_text", call.arguments_text)
        arguments = _object(text)
        left = "" if arguments is not None else text
        return self._session.put(call.model_copy(update={"arguments": arguments, "arguments_text": left}))


def _pause(chars: int) -> float:
    """Seconds until an answer of that length is stored again, which is what a server that dies may lose of it.

    It grows with the answer, so that all that is written grows with the time an answer takes and not with its square.
    """
    return min(max(CHECKPOINT_SECONDS, chars / CHARS_A_SECOND), LONGEST_PAUSE)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = parse_json(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
