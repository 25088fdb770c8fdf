"""What a person gets back from `%dispatch` and `ask`."""

from dataclasses import dataclass
from typing import Literal

from ..core.protocol.ids import AgentId, SessionId
from ..core.protocol.parts import Usage
from ..core.protocol.records import Agent, ErrorInfo, Message, ToolCall
from .format import counted, usage_line
from .view import View

AnswerStatus = Literal["complete", "interrupted", "failed"]


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """One answer of an agent: `print` it, or use its parts."""

    text: str
    """The last thing the agent said: the answer proper."""
    status: AnswerStatus
    """`interrupted`: stopped by a person; `failed`: see `error`."""
    usage: Usage
    """Tokens and money of all model calls it took; `cost_usd` is None where a price is unknown."""
    calls: tuple[ToolCall, ...]
    """What the agent did, in order: name, arguments, output, changes to files."""
    session_id: SessionId
    agent_id: AgentId
    model: str
    """`provider/name` of the model that answered."""
    error: ErrorInfo | None = None

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        calls = counted(len(self.calls), "tool call")
        return f"<Answer {self.status}: {len(self.text):,} characters, {calls}, {usage_line(self.usage)}>"


def answer_from(view: View, agent: Agent, message: Message, session_id: SessionId) -> Answer:
    """What came of a message, once the agent rests."""
    replies = view.replies(message)
    usages = [reply.usage for reply in replies if reply.usage]
    return Answer(
        text=next((reply.text for reply in reversed(replies) if reply.text.strip()), ""),
        status=_status(agent.error),
        usage=sum(usages, Usage()),
        calls=tuple(call for reply in replies for call in view.calls(reply)),
        session_id=session_id,
        agent_id=agent.id,
        model=replies[-1].model or agent.model.id if replies else agent.model.id,
        error=agent.error,
    )


def _status(error: ErrorInfo | None) -> AnswerStatus:
    if error is None:
        return "complete"
    return "interrupted" if error.code in ("cancelled", "interrupted") else "failed"
