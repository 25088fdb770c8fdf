"""Bringing open records into a terminal state, when a run ends and when a journal is opened again."""

from ..protocol.ids import AgentId
from ..protocol.records import Agent, ErrorInfo, Job, Message, Request, ToolCall, now
from ..tools.tree_words import named
from .decisions import DecisionLog
from .endings import rest
from .lineage import ancestors, children, closed
from .session import Session

OUTPUT_CHARS = 8_000
"""Of what a command printed before it was stopped."""

INTERRUPTED = ErrorInfo(
    code="interrupted",
    message="The server stopped while the agent was at work.",
    hint="Send a message, or press Resume, to go on.",
)


UNANSWERED = ErrorInfo(
    code="interrupted",
    message="The server stopped before anybody answered, so nothing was allowed.",
    hint="Send a message, or press Resume, and the agent asks again.",
)


def repair(session: Session) -> None:
    """Close what a server that died left open. Every agent comes to rest, but those that wait for a key: they go on."""
    cut: set[AgentId] = set()
    for message in session.tables.every(Message):
        if message.status == "streaming":
            cut.add(message.agent_id)
            session.put(message.model_copy(update={"status": "interrupted", "error": INTERRUPTED, "ended_at": now()}))
    for agent in _children_first(session):
        busy = agent.status in ("running", "waiting") or agent.id in cut
        close_open(session, agent.id, INTERRUPTED)
        if left := _still_to_come(session, agent):
            _let_rest(session, agent, left)
        elif busy and agent.status != "waiting_for_key":
            session.put(agent.model_copy(update=rest(session.tables, agent, INTERRUPTED)), sync=True)
    _expire(session)
    _lose(session)


def _children_first(session: Session) -> list[Agent]:
    """Whether an agent still waits depends on those below it."""
    tables = session.tables
    return sorted(tables.agents(), key=lambda agent: -sum(1 for _ in ancestors(tables, agent)))


def _still_to_come(session: Session, agent: Agent) -> list[AgentId]:
    """Children that an agent waited for and that go on by themselves: they wait for a key, or for a person."""
    if agent.status != "waiting" or agent.waiting_on != "children":
        return []
    own = (child for child in children(session.tables, agent.id) if child.id in agent.waits_for and not closed(child))
    return [child.id for child in own if child.status in ("waiting_for_key", "waiting")]


def _let_rest(session: Session, agent: Agent, left: list[AgentId]) -> None:
    """Its call is over, but it goes on when their results come."""
    for child_id in left:
        session.put(session.tables.agent(child_id).model_copy(update={"background": True}))
    session.put(agent.model_copy(update={"waits_for": left, "note": None}), sync=True)


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


def _of_child(session: Session, call: ToolCall) -> str:
    """What the model needs to find the agent that the call had started."""
    child = session.tables.find_agent(call.child_id or "")
    if child is None:
        return ""
    how = "Its result comes as a message." if child.status != "error" else "`retrieve` lets it go on where it was."
    return f"agent_id: {child.id}\n{named(child)} had begun. {how if not child.told else ''}".rstrip()


def _how_far(session: Session, call: ToolCall) -> str:
    """What the model may take for done."""
    if call.status != "in_progress":
        return "It was not run."
    asked = [request for request in session.tables.every(Request) if request.call_id == call.id]
    if any(request.kind == "question" for request in asked):
        return "The question was not answered."
    if call.command is None and any(request.status == "open" for request in asked):
        return "It waited for leave and was not run."
    return "It may have taken effect."


def close_open(session: Session, agent_id: AgentId, error: ErrorInfo) -> None:
    """End the calls of an agent that did not come to an end by themselves."""
    for call in session.tables.open_calls(agent_id):
        said = f"Error: {error.message} {_how_far(session, call)}"
        shown = session.live_text("calls", call.id).get("output", "")[-OUTPUT_CHARS:]
        text = "\n".join(filter(None, (shown, _of_child(session, call), said)))
        ended = {"status": "failed", "error": error, "output": text, "output_chars": len(text), "ended_at": now()}
        session.put(call.model_copy(update=ended))
