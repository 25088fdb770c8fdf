"""Which agent of a session a person means."""

from collections.abc import Sequence

from ..core.protocol.errors import Invalid, NotFound
from ..core.protocol.ids import HANDLE, handle_of
from ..core.protocol.records import Agent
from .format import one_line

MOST = 20
"""So many agents are listed in an error."""
BRIEF_CHARS = 40


def find_agent(agents: Sequence[Agent], reference: str) -> Agent:
    """The agent of that id, handle (at least 4 digits; more where those are not enough) or, if only one has it, name.

    Raises:
        Invalid: too short, or more than one agent is meant; the hint lists them.
        NotFound: none is; the hint lists those there are.
    """
    wanted = reference.strip()
    if not wanted:
        raise Invalid("Which agent? No handle was given.", _listed("The agents of this session", agents))
    found = [agent for agent in agents if agent.id == wanted]
    found = found or [agent for agent in agents if agent.name == wanted]
    found = found or [agent for agent in agents if _own_part(agent).startswith(wanted.lower())]
    if not found:
        raise NotFound(f"This session has no agent {wanted}.", _listed("Its agents", agents))
    if len(found) > 1:
        raise Invalid(
            f"{wanted} may be any of {len(found)} agents.", _listed("Give more of the handle", found, HANDLE * 2)
        )
    if found[0].name != wanted and len(wanted) < HANDLE:
        raise Invalid(
            f"A handle has at least {HANDLE} digits.", f"{wanted} is the beginning of {_described(found[0], HANDLE)}."
        )
    return found[0]


def _own_part(agent: Agent) -> str:
    return agent.id.rpartition("-")[2]


def _listed(words: str, agents: Sequence[Agent], digits: int = HANDLE) -> str:
    shown = "; ".join(_described(agent, digits) for agent in agents[:MOST])
    more = f"; and {len(agents) - MOST} more" if len(agents) > MOST else ""
    return f"{words}: {shown}{more}."


def _described(agent: Agent, digits: int) -> str:
    handle = handle_of(agent.id) if digits == HANDLE else _own_part(agent)[:digits]
    about = f", {one_line(agent.brief, BRIEF_CHARS)}" if agent.brief else ""
    return f"{handle} ({agent.name}, {agent.status.replace('_', ' ')}{about})"
