"""An agent's to-do list, in its session's records."""

from collections.abc import Sequence

from ..protocol.ids import AgentId
from ..protocol.records import Task
from ..tools.tree_words import pick
from .lineage import below
from .session import Session


class TaskBoard:
    """Implements `tools.tool.TaskBoard` for one agent: it writes its own list, and reads those of its descendants."""

    def __init__(self, session: Session, agent_id: AgentId) -> None:
        self._session = session
        self._agent_id = agent_id

    def list(self, agent_id: str | None = None) -> list[Task]:
        """A list in its order, without what was taken off it.

        Args:
            agent_id: id or handle of a descendant; None: its own.

        Raises:
            ToolError: there is no such descendant, or several are meant.
        """
        wanted = self._agent_id
        if agent_id and agent_id != wanted:
            wanted = pick(agent_id, below(self._session.tables, wanted), "of your child agents").id
        tasks = [task for task in self._session.tables.every(Task) if task.agent_id == wanted and not task.removed]
        return sorted(tasks, key=lambda task: task.order)

    def all(self) -> Sequence[Task]:
        """Its own list with what was taken off: numbers are not given twice."""
        return [task for task in self._session.tables.every(Task) if task.agent_id == self._agent_id]

    def put(self, tasks: Sequence[Task]) -> None:
        """Record new versions of tasks, or new ones."""
        for task in tasks:
            self._session.put(task)
