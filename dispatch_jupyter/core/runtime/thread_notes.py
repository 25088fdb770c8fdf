"""Lines in an agent's thread that are for people only."""

from ..protocol.ids import AgentId, MessageId, new_id
from ..protocol.records import Message
from .session import Session


def tell(session: Session, agent_id: AgentId, text: str) -> None:
    """A line for people; no model sees it. Nothing is said in a thread that has not begun."""
    if not session.tables.thread(agent_id):
        return
    notice = Message(
        id=MessageId(new_id()),
        agent_id=agent_id,
        role="notice",
        order=session.next_order(),
        status="complete",
        text=text,
    )
    session.put(notice)
