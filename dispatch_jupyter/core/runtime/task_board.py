"""An agent's to-do list, in its session's records."""

from collections.abc import Sequence

from ..protocol.errors import ToolError
from ..protocol.ids import AgentId
from ..protocol.records import Task
from .session import Session


class TaskBoard:
    """Implements `tools.tool.TaskBoard` for one agent: it writes its own list, and reads those of its descendants."""

    def __init__(self, session: Session, agent_id: AgentId) -> None:
        self._session = session
        self._agent_id = agent_id

    def list(self, agent_id: str | None = None) -> list[Task]:
        """A list in its order, without what was taken off it.

        Args:
            agent_id: of a descendant; None: its own.

        Raises:
            ToolError: code `not_found`, where there is no such descendant.
        """
        wanted = AgentId(agent_id) if agent_id else self._agent_id
        if wanted != self._agent_id and wanted not in self._descendants():
            known = ", ".join(sorted(self._descendants())) or "none"
            raise ToolError(f"You have no child agent `{wanted}`.", f"Your child agents: {known}.", code="not_found")
        tasks = [task for task in self._session.tables.every(Task) if task.agent_id == wanted and not task.removed]
        return sorted(tasks, key=lambda task: task.order)

    def all(self) -> Sequence[Task]:
        """Its own list with what was taken off: numbers are not given twice."""
        return [task for task in self._session.tables.every(Task) if task.agent_id == self._agent_id]

    def put(self, tasks: Sequence[Task]) -> None:
        """Record new versions of tasks, or new ones."""
        for task in tasks:
            self._session.put(task)

    def _descendants(self) -> set[AgentId]:
        found: set[AgentId] = set()
        agents = self._session.tables.agents()
        parents = {self._agent_id}
        while parents:
            parents = {agent.id for agent in agents if agent.parent_id in parents} - found
            found |= parents
        return found
