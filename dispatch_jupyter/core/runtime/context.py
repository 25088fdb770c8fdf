"""From records to what a model is sent. Rebuilt at every step, so a change of model or a restart loses nothing."""

import json

from ..llm.types import ChatMessage
from ..protocol.ids import AgentId
from ..protocol.records import Job, Message, ToolCall
from ..tools.shell.ansi import plain
from .job_news import JobNews
from .reply import UNFINISHED
from .session import Session

_GO_ON: ChatMessage = {"role": "user", "content": "Go on from where you were stopped."}
"""Said where a person resumes after an answer that was cut: models want the last word to be a user's."""


class Context:
    """An agent's conversation in OpenAI chat format.

    Each record is translated once a version; what is sent again is the same object, so the work of a step hardly
    grows with what was said before.
    """

    def __init__(self, session: Session, agent_id: AgentId) -> None:
        self._session = session
        self._agent_id = agent_id
        self._done: dict[str, tuple[Message, list[ToolCall], list[ChatMessage]]] = {}

    def messages(self) -> list[ChatMessage]:
        """All that was delivered or answered, and news of jobs; queued, withdrawn and failed messages and notices are
        left out.
        """
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
                known = self._done[message.id] = (message, calls, _translate(message, calls))
            out += known[2]
            news.heard(calls)
        cut = bool(out) and out[-1]["role"] == "assistant"
        out += news.until()
        if cut:
            out.append(_GO_ON)
        return out


def _translate(message: Message, calls: list[ToolCall]) -> list[ChatMessage]:
    if message.role == "user" and message.status == "delivered":
        return [{"role": "user", "content": message.text}]
    if message.role == "assistant" and message.status in ("complete", "interrupted"):
        return _answer(message, [call for call in calls if _was_made(call)])
    return []


def _answer(message: Message, calls: list[ToolCall]) -> list[ChatMessage]:
    if not message.text and not calls:
        return []
    answer: ChatMessage = {"role": "assistant", "content": message.text or None}
    if message.opaque:
        answer["opaque"] = message.opaque
    if calls:
        answer["tool_calls"] = [_call(call) for call in calls]
    return [answer, *(_result(call) for call in calls)]


def _was_made(call: ToolCall) -> bool:
    """Half a call of a reply that broke off was never made, and no provider would take it back."""
    return call.arguments is not None or (call.error is not None and call.error.code != UNFINISHED.code)


def _call(call: ToolCall) -> ChatMessage:
    arguments = json.dumps(call.arguments or {}, ensure_ascii=False)
    return {"id": call.provider_id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _result(call: ToolCall) -> ChatMessage:
    output = plain(call.output) if call.command else call.output
    return {"role": "tool", "tool_call_id": call.provider_id, "content": output or "(no output)"}
