"""What a running agent is held up by: its record says so, so that people and other agents see it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ..protocol.ids import AgentId
from ..protocol.records import Agent, AgentStatus, Request, WaitingOn
from .session import Session

_ON: dict[str, WaitingOn] = {"permission": "request", "question": "user"}


class Waiting:
    """Of one session's agents. A question to a person comes before children: it is what somebody can do about."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._children: dict[AgentId, Counter[AgentId]] = {}
        self.at_work: set[AgentId] = set()
        """Agents in a turn. One that rests until its children end is not, and its record is not for us to change."""

    @contextmanager
    def on_child(self, agent_id: AgentId, child_id: AgentId) -> Iterator[None]:
        """One of the agent's calls waits for that child meanwhile."""
        waits = self._children.setdefault(agent_id, Counter())
        waits[child_id] += 1
        self.show(agent_id)
        try:
            yield
        finally:
            waits[child_id] -= 1
            if not waits[child_id]:
                del waits[child_id]
            if not waits:
                self._children.pop(agent_id, None)
        self.show(agent_id)  # not where it is being stopped: the end of its turn says how it stands then

    def awaited(self, agent_id: AgentId, child_id: AgentId) -> bool:
        """Whether a call of the agent's waits for that child, and will have its result."""
        return child_id in self._children.get(agent_id, ())

    def show(self, agent_id: AgentId) -> None:
        """Bring the record of an agent in a turn up to date.

        Not for what a background job of its asks: its call is over.
        """
        agent = self._session.tables.agent(agent_id)
        if agent_id not in self.at_work or agent.status not in ("running", "waiting"):
            return
        status, on, children = self._now(agent)
        if (agent.status, agent.waiting_on, agent.waits_for) != (status, on, children):
            changes = {"status": status, "waiting_on": on, "waits_for": children}
            self._session.put(agent.model_copy(update=changes))

    def _now(self, agent: Agent) -> tuple[AgentStatus, WaitingOn | None, list[AgentId]]:
        for request in self._session.tables.every(Request):
            if self._holds_up(request, agent.id):
                return "waiting", _ON[request.kind], []
        children = [*self._children.get(agent.id, ())]
        return ("waiting", "children", children) if children else ("running", None, [])

    def _holds_up(self, request: Request, agent_id: AgentId) -> bool:
        if request.agent_id != agent_id or request.status != "open":
            return False
        return request.call_id is None or self._session.tables.call(request.call_id).status == "in_progress"
