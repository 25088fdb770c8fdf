"""Who is whose: questions about the tree, answered from its records."""

from collections.abc import Iterator, Sequence

from ..protocol.ids import AgentId, handle_of
from ..protocol.records import Agent
from .tables import Tables

LIVE = ("running", "waiting", "waiting_for_key")
"""At work, or about to be."""


def ancestors(tables: Tables, agent: Agent) -> Iterator[Agent]:
    """Its parent, that one's parent, and so on."""
    while agent.parent_id is not None:
        agent = tables.agent(agent.parent_id)
        yield agent


def children(tables: Tables, agent_id: AgentId) -> list[Agent]:
    """Its own, the oldest first."""
    return [agent for agent in tables.agents() if agent.parent_id == agent_id]


def below(tables: Tables, agent_id: AgentId) -> list[Agent]:
    """All its descendants, a parent before its children."""
    of: dict[AgentId | None, list[Agent]] = {}
    for agent in tables.agents():
        of.setdefault(agent.parent_id, []).append(agent)
    found: list[Agent] = []
    left = [agent_id]
    while left:
        own = of.get(left.pop(), [])
        found += own
        left += [agent.id for agent in reversed(own)]
    return found


def subagents(tables: Tables, agent_id: AgentId) -> list[Agent]:
    """Those below that end with it: not the detached, which are people's to end, nor what is below these."""
    own = [child for child in children(tables, agent_id) if not child.detached]
    return own + [agent for child in own for agent in subagents(tables, child.id)]


def path(tables: Tables, agent: Agent) -> list[str]:
    """Names from the top of its tree down to its own."""
    return [one.name for one in reversed([agent, *ancestors(tables, agent)])]


def handles(tables: Tables) -> set[str]:
    """All that are given in the session."""
    return {handle_of(agent.id) for agent in tables.agents()}


def closed(agent: Agent) -> bool:
    """Whether it came to its end, so that nothing can be said to it any more."""
    return agent.ended_at is not None


def resumable(agent: Agent) -> bool:
    """Whether the end of the server cut it off."""
    return agent.status == "error" and agent.error is not None and agent.error.code == "interrupted"


def heir(tables: Tables, agent: Agent) -> Agent | None:
    """Who gets its result: its parent, or, where that has ended, the nearest ancestor that has not."""
    return next((one for one in ancestors(tables, agent) if not closed(one)), None)


def cost(agents: Sequence[Agent]) -> float | None:
    """USD of all their calls; None where a price is unknown."""
    costs = [agent.usage.cost_usd for agent in agents]
    return None if any(one is None for one in costs) else sum(one or 0.0 for one in costs)
