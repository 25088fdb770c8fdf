"""How an agent's record is once a turn of its is over: at rest, waiting for its children, or at its end."""

from ..protocol.records import Agent, ErrorInfo, now
from .lineage import children, closed
from .tables import Tables

MOST_FILES = 50
STOP_SECONDS = 10.0
"""How long is waited for agents to stop: a tool may have something to finish, but must not hold up anybody."""
_STOPS = ("cancelled", "interrupted")
STOPPED = ErrorInfo(code="cancelled", message="Stopped.", hint="Send a message to go on.")


def rest(tables: Tables, agent: Agent, error: ErrorInfo | None) -> dict[str, object]:
    """The changes that bring an agent to rest.

    One without a parent, and a detached one that has not reported, can be spoken to again. Any other has come to its
    end, unless children of its own are still at work, or the server cut it off. A result that was reported stands,
    whatever came after it.

    Args:
        error: why its turn ended; None: it has nothing left to do.
    """
    changes: dict[str, object] = {"waiting_on": None, "waits_for": [], "waiting_until": None, "note": None}
    error = error if agent.result is None else None
    if error is None and agent.result is None:
        if agent.parent_id is None or agent.detached:
            return changes | {"status": "idle", "error": None}
        left = [child.id for child in children(tables, agent.id) if _comes_back(child)]
        if left:
            return changes | {"status": "waiting", "waiting_on": "children", "waits_for": left, "error": None}
        error = _cut(tables, agent)
    if error is None:
        result = agent.result if agent.result is not None else last_words(tables, agent)
        return changes | {"status": "done", "error": None, "result": result, "ended_at": now()}
    changes |= {"status": "error", "error": error}
    if agent.parent_id is None or agent.detached or error.code == "interrupted":
        return changes
    return changes | {"result": partial_work(tables, agent), "ended_at": now()}


def failed_thread(agent: Agent) -> bool:
    """Whether it is a thread of its own below another agent, at rest because its turn failed; nobody stopped it."""
    failed = agent.status == "error" and agent.error is not None and agent.error.code not in _STOPS
    return failed and agent.detached and agent.parent_id is not None and not closed(agent)


def _cut(tables: Tables, agent: Agent) -> ErrorInfo | None:
    """Why its last answer is no result: it was refused, or cut at the model's limit."""
    answers = [message for message in tables.thread(agent.id) if message.role == "assistant"]
    return answers[-1].error if answers else None


def last_words(tables: Tables, agent: Agent) -> str:
    """The last thing it said."""
    said = (message.text for message in reversed(tables.thread(agent.id)) if message.role == "assistant")
    return next(filter(None, said), "")


def partial_work(tables: Tables, agent: Agent) -> str:
    """What an agent that failed had done: what it said last, and which files it changed."""
    files: dict[str, None] = {}
    for message in tables.thread(agent.id):
        for call in tables.calls_of(message.id):
            files |= dict.fromkeys(change.path for change in call.changes)
    lines = [last_words(tables, agent)]
    if files:
        more = f" and {len(files) - MOST_FILES} more" if len(files) > MOST_FILES else ""
        lines.append(f"Files it changed: {', '.join([*files][:MOST_FILES])}{more}.")
    return "\n\n".join(filter(None, lines))


def _comes_back(child: Agent) -> bool:
    """Whether a result of it is still to come by itself; a detached one at rest waits for people, perhaps for long."""
    return not closed(child) and child.status not in ("error", "idle")
