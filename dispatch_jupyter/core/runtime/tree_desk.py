"""What people ask about the tree of agents."""

from ..protocol.commands import AgentDetail
from ..protocol.ids import AgentId, handle_of, session_of
from ..protocol.records import Agent, Request, Task
from .lineage import below, children, cost, path
from .sessions import Sessions
from .tables import Tables


class TreeDesk:
    """The door for the API: each method is one thing a person may ask."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def agent(self, agent_id: AgentId) -> AgentDetail:
        """An agent and what belongs to it."""
        session = await self._sessions.open(session_of(agent_id))
        return _detail(session.tables, session.tables.agent(agent_id))


def _detail(tables: Tables, agent: Agent) -> AgentDetail:
    tasks = [task for task in tables.every(Task) if task.agent_id == agent.id and not task.removed]
    requests = [one for one in tables.every(Request) if one.agent_id == agent.id and one.status == "open"]
    return AgentDetail(
        agent=agent,
        handle=handle_of(agent.id),
        path=path(tables, agent),
        children=[child.id for child in children(tables, agent.id)],
        tasks=sorted(tasks, key=lambda task: task.order),
        requests=requests,
        tree_cost_usd=cost([agent, *below(tables, agent.id)]),
    )
