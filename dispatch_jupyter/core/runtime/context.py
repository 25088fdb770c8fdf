"""From records to what a model is sent. Rebuilt at every step, so a change of model or a restart loses nothing."""

import json

from ..llm.types import ChatMessage
from ..protocol.ids import AgentId
from ..protocol.records import Job, Message, ToolCall
from ..tools.shell.ansi import plain
from .job_news import JobNews
from .mail import text_for_model
from .reply import UNFINISHED
from .session import Session

_GO_ON: ChatMessage = {"role": "user", "content": "Go on from where you were stopped."}
"""Said where a person resumes after an answer that was cut: models want the last word to be a user's."""
LEFT_OUT = "[left out: the conversation became too long for the model. Call the tool again if you need its output.]"
SHORT = 400
"""Characters of an output that is not worth leaving out."""


class Context:
    """An agent's conversation in OpenAI chat format.

    Each record is translated once a version; what is sent again is the same object, so the work of a step hardly
    grows with what was said before.
    """

    def __init__(self, session: Session, agent_id: AgentId) -> None:
        self._session = session
        self._agent_id = agent_id
        self._done: dict[str, tuple[Message, list[ToolCall], list[ChatMessage]]] = {}
        self._cut_through = 0

    def messages(self, cut_through: int = 0) -> list[ChatMessage]:
        """All that was delivered or answered, and news of jobs; queued, withdrawn and failed messages and notices are
        left out.

        Args:
            cut_through: outputs of calls in messages up to this `order` are left out.
        """
        if cut_through != self._cut_through:
            self._cut_through = cut_through
            self._done.clear()
        out: list[ChatMessage] = []
        tables = self._session.tables
        news = JobNews(job for job in tables.every(Job) if job.agent_id == self._agent_id)
        for message in tables.thread(self._agent_id):
            if message.role == "assistant":
                out += news.until(message.created_at)
            calls = tables.calls_of(message.id)
            known = self._done.get(message.id)
            # records are immutable: the same object is the same version, and lists look at that first
            if known is None or known[0] is not message or known[1] != calls:
                known = self._done[message.id] = (message, calls, self._translate(message, calls))
            out += known[2]
            news.heard(calls)
        cut = bool(out) and out[-1]["role"] == "assistant"
        out += news.until()
        if cut:
            out.append(_GO_ON)
        return out

    def next_cut(self, cut_through: int) -> int | None:
        """Up to which `order` outputs are to be left out next: the older half of those that are still there.

        Returns:
            None where nothing is left that could be left out.
        """
        tables = self._session.tables
        long = [
            (message.order, size)
            for message in tables.thread(self._agent_id)
            if message.order > cut_through
            and (size := sum(len(call.output) for call in tables.calls_of(message.id) if len(call.output) > SHORT))
        ]
        half, gone = sum(size for _, size in long) / 2, 0
        for order, size in long:
            gone += size
            if gone >= half:
                return order
        return None

    def _translate(self, message: Message, calls: list[ToolCall]) -> list[ChatMessage]:
        if message.role == "user" and message.status == "delivered":
            return [{"role": "user", "content": text_for_model(message)}]
        if message.role == "assistant" and message.status in ("complete", "interrupted"):
            made = [call for call in calls if _was_made(call)]
            return _answer(message, made, cut=message.order <= self._cut_through)
        return []


def _answer(message: Message, calls: list[ToolCall], *, cut: bool) -> list[ChatMessage]:
    if not message.text and not calls:
        return []
    answer: ChatMessage = {"role": "assistant", "content": message.text or None}
    if message.opaque:
        answer["opaque"] = message.opaque
    if calls:
        answer["tool_calls"] = [_call(call) for call in calls]
    return [answer, *(_result(call, cut=cut) for call in calls)]


def _was_made(call: ToolCall) -> bool:
    """Half a call of a reply that broke off was never made, and no provider would take it back."""
    return call.arguments is not None or (call.error is not None and call.error.code != UNFINISHED.code)


def _call(call: ToolCall) -> ChatMessage:
    arguments = json.dumps(call.arguments or {}, ensure_ascii=False)
    return {"id": call.provider_id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _result(call: ToolCall, *, cut: bool) -> ChatMessage:
    output = plain(call.output) if call.command else call.output
    if cut and len(output) > SHORT:
        output = LEFT_OUT
    return {"role": "tool", "tool_call_id": call.provider_id, "content": output or "(no output)"}
