"""Bringing open records into a terminal state, when a run ends and when a journal is opened again."""

from ..protocol.ids import AgentId
from ..protocol.records import ErrorInfo, now
from .session import Session

INTERRUPTED = ErrorInfo(
    code="interrupted",
    message="The server stopped while the agent was at work.",
    hint="Send a message, or press Resume, to go on.",
)


def repair(session: Session) -> None:
    """Close what a server that died left open. Every agent of the session comes to rest."""
    for agent in session.tables.agents():
        busy = agent.status in ("running", "waiting", "waiting_for_key")
        for message in session.tables.thread(agent.id):
            if message.status == "streaming":
                busy = True
                ended = {"status": "interrupted", "error": INTERRUPTED, "ended_at": now()}
                session.put(message.model_copy(update=ended))
        close_open(session, agent.id, INTERRUPTED)
        if busy:
            session.put(agent.model_copy(update={"status": "error", "error": INTERRUPTED, "note": None}), sync=True)


def close_open(session: Session, agent_id: AgentId, error: ErrorInfo) -> None:
    """End the calls of an agent that did not come to an end by themselves."""
    for call in session.tables.open_calls(agent_id):
        begun = call.status == "in_progress"
        text = f"Error: {error.message} " + ("It may have taken effect." if begun else "It was not run.")
        ended = {"status": "failed", "error": error, "output": text, "output_chars": len(text), "ended_at": now()}
        session.put(call.model_copy(update=ended))
