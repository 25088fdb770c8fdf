"""How agents are named, found and told of in the results of tools."""

from collections.abc import Sequence

from ..protocol.errors import ToolError
from ..protocol.ids import HANDLE, handle_of
from ..protocol.records import Agent

_WAITS = {
    "request": "waiting for a person to allow something",
    "user": "waiting for a person to answer",
    "children": "waiting for its child agents",
}


def named(agent: Agent) -> str:
    """`ab12 (researcher)`."""
    return f"{handle_of(agent.id)} ({agent.name})"


def state_of(agent: Agent) -> str:
    """What it does now, in words."""
    if agent.status == "waiting":
        return _WAITS.get(agent.waiting_on or "", "waiting")
    if agent.status == "waiting_for_key":
        until = f", expected at {agent.waiting_until:%H:%M} UTC" if agent.waiting_until else ""
        return f"waiting for a key that can be used{until}"
    if agent.status == "error" and agent.error:
        return f"error ({agent.error.code}): {agent.error.message}"
    return agent.status


def outcome(agent: Agent) -> str:
    """The result of an agent that came to its end or to rest; of one that failed, why, and what it had done."""
    lines = [f"agent_id: {agent.id}"]
    if agent.status == "done":
        return "\n".join([*lines, wrapped("agent_result", agent.result or "(it said nothing)")])
    if agent.status == "error" and agent.error:
        if agent.error.code == "cancelled":  # nothing failed, and its hint is for people, not for who summoned it
            lines.append(f"Agent {named(agent)} was stopped.")
        else:
            lines.append(f"Agent {named(agent)} failed: {agent.error.message}")
            if agent.error.hint:
                lines.append(agent.error.hint)
        if agent.result:
            lines.append(wrapped("partial_work", agent.result))
        return "\n".join(lines)
    lines.append(f"Agent {named(agent)} is {state_of(agent)}. It has not reported yet.")
    return "\n".join(lines)


def wrapped(tag: str, text: str) -> str:
    """Text of another agent between marks that it cannot close itself."""
    closing = f"</{tag}"
    return f"<{tag}>\n{text.replace(closing, closing.replace('<', '< '))}\n{closing}>"


def pick(handle: str, agents: Sequence[Agent], what: str) -> Agent:
    """The agent that a handle, a longer part of an id or a whole id means.

    Args:
        what: the agents that are looked at, in words ("of your child agents").

    Raises:
        ToolError: none or several are meant; the hint lists those there are, or those that could be.
    """
    wanted = handle.strip().lower()
    exact = [agent for agent in agents if agent.id == wanted]
    meant = exact or [
        agent for agent in agents if len(wanted) >= HANDLE and agent.id.rpartition("-")[2].startswith(wanted)
    ]
    if len(meant) == 1:
        return meant[0]
    shown = [f"{handle_of(one.id) if not meant else one.id.rpartition('-')[2]} ({one.name})" for one in meant or agents]
    listed = ", ".join(shown[:50]) or "none"
    if meant:
        raise ToolError(f"`{handle[:50]}` could be several {what}.", f"Add digits: {listed}.", code="ambiguous")
    short = " A handle has at least 4 digits." if len(wanted) < HANDLE else ""
    raise ToolError(f"None {what} is `{handle[:50]}`.{short}", f"There are: {listed}.", code="not_found")
