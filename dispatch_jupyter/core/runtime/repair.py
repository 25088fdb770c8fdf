"""Bringing open records into a terminal state, when a run ends and when a journal is opened again."""

from ..protocol.ids import AgentId
from ..protocol.records import ErrorInfo, Job, Request, now
from .decisions import DecisionLog
from .session import Session

OUTPUT_CHARS = 8_000
"""Of what a command printed before it was stopped."""

INTERRUPTED = ErrorInfo(
    code="interrupted",
    message="The server stopped while the agent was at work.",
    hint="Send a message, or press Resume, to go on.",
)


UNANSWERED = ErrorInfo(
    code="expired",
    message="The server stopped before anybody answered, so nothing was allowed.",
    hint="Send a message, or press Resume, and the agent asks again.",
)


def repair(session: Session) -> None:
    """Close what a server that died left open. Every agent comes to rest, but those that wait for a key: they go on."""
    for agent in session.tables.agents():
        busy = agent.status in ("running", "waiting")
        for message in session.tables.thread(agent.id):
            if message.status == "streaming":
                busy = True
                ended = {"status": "interrupted", "error": INTERRUPTED, "ended_at": now()}
                session.put(message.model_copy(update=ended))
        close_open(session, agent.id, INTERRUPTED)
        if busy and agent.status != "waiting_for_key":
            rest = {"status": "error", "error": INTERRUPTED, "note": None, "waiting_on": None}
            session.put(agent.model_copy(update=rest), sync=True)
    _expire(session)
    _lose(session)


def _expire(session: Session) -> None:
    """Whoever asked waits no longer: what was not answered allowed nothing, and the log says so."""
    for request in session.tables.every(Request):
        if request.status == "open":
            ended = session.put(
                request.model_copy(update={"status": "expired", "error": UNANSWERED, "ended_at": now()})
            )
            DecisionLog(session).answered(ended, [], allowed=False, rule="expired")


def _lose(session: Session) -> None:
    """Commands die with the server; how they would have ended nobody knows."""
    for job in session.tables.every(Job):
        if job.status == "running":
            ended = {"status": "lost", "why": "The server stopped while it ran.", "ended_at": now()}
            session.put(job.model_copy(update=ended))


def close_open(session: Session, agent_id: AgentId, error: ErrorInfo) -> None:
    """End the calls of an agent that did not come to an end by themselves."""
    for call in session.tables.open_calls(agent_id):
        begun = call.status == "in_progress"
        said = f"Error: {error.message} " + ("It may have taken effect." if begun else "It was not run.")
        shown = session.live_text("calls", call.id).get("output", "")[-OUTPUT_CHARS:]
        text = f"{shown}\n{said}" if shown else said
        ended = {"status": "failed", "error": error, "output": text, "output_chars": len(text), "ended_at": now()}
        session.put(call.model_copy(update=ended))
