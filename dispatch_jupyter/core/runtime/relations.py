"""What one agent's tools get of the others, and of people: the tree as it looks from its place."""

from collections.abc import Awaitable, Callable, Sequence

from ..protocol.errors import ToolError
from ..protocol.ids import AgentId, CallId
from ..protocol.records import Agent, Message, Task
from ..tools.family import Delivery, Wish
from ..tools.tree_words import pick
from .children import Children
from .endings import last_words
from .lineage import below, closed
from .mail import Mail
from .questions import Questions
from .session import Session
from .task_board import TaskBoard
from .workbench import Workbench

SpokenTo = Callable[[], Awaitable[None]]
"""Returns once a person's message waits for the agent."""


class ChildrenOf:
    """Implements `tools.family.Children`."""

    def __init__(self, session: Session, agent_id: AgentId, children: Children, spoken_to: SpokenTo) -> None:
        self._session = session
        self._agent_id = agent_id
        self._children = children
        self._spoken_to = spoken_to
        self._claimed: list[AgentId] = []

    def release(self) -> None:
        """The call is over."""
        self._children.release(self._session, self._agent_id, self._claimed)

    async def summon(self, wish: Wish) -> Agent:
        return await self._children.summon(self._session, self._agent_id, wish)

    async def ended(self, agent_id: AgentId) -> Agent | None:
        agent = await self._children.ended(self._session, self._agent_id, agent_id, self._spoken_to)
        if agent is not None and closed(agent):
            self._claimed.append(agent_id)
        return agent

    def all(self) -> Sequence[Agent]:
        return below(self._session.tables, self._agent_id)

    def find(self, handle: str) -> Agent:
        return pick(handle, self.all(), "of your child agents")

    def tasks(self, agent_id: AgentId) -> Sequence[Task]:
        return TaskBoard(self._session, self._agent_id).list(agent_id)


class PeersOf:
    """Implements `tools.family.Peers`."""

    def __init__(self, session: Session, agent_id: AgentId, mail: Mail) -> None:
        self._session = session
        self._agent_id = agent_id
        self._mail = mail

    def find(self, handle: str) -> Agent:
        others = [agent for agent in self._session.tables.agents() if agent.id != self._agent_id]
        return pick(handle, others, "of the other agents of this session")

    async def send(self, agent_id: AgentId, text: str) -> Delivery:
        return await self._mail.between(self._session, self._session.tables.agent(self._agent_id), agent_id, text)

    def latest_answer(self, agent_id: AgentId) -> str:
        agent = self._session.tables.agent(agent_id)
        return agent.result or last_words(self._session.tables, agent)


class PersonOf:
    """Implements `tools.family.Person`.

    Args:
        unread: a person's messages that wait for the agent.
    """

    def __init__(
        self,
        session: Session,
        agent_id: AgentId,
        call_id: CallId,
        *,
        questions: Questions,
        spoken_to: SpokenTo,
        unread: Callable[[], Sequence[Message]],
    ) -> None:
        self._session = session
        self._agent_id = agent_id
        self._call_id = call_id
        self._questions = questions
        self._spoken_to = spoken_to
        self._unread = unread

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        return await self._questions.ask(self._agent_id, self._call_id, question, options, self._spoken_to)

    def report(self, result: str) -> None:
        """As `tools.family.Person`: refused while a person's message is unread, so that none is lost."""
        if self._unread():
            raise ToolError(
                "Somebody has just written to you: read that first. Nothing was reported.",
                "It comes next. Report afterwards.",
                code="spoken_to",
            )
        agent = self._session.tables.agent(self._agent_id)
        self._session.put(agent.model_copy(update={"result": result}))


class Relations:
    """One agent's place in the tree; makes what each call of its is given.

    Args:
        spoken_to: returns once a person's message waits for it.
        unread: those messages.
    """

    def __init__(
        self,
        bench: Workbench,
        agent_id: AgentId,
        *,
        children: Children,
        mail: Mail,
        spoken_to: SpokenTo,
        unread: Callable[[], Sequence[Message]],
    ) -> None:
        self._bench = bench
        self._agent_id = agent_id
        self._children = children
        self._spoken_to = spoken_to
        self._unread = unread
        self.peers = PeersOf(bench.session, agent_id, mail)

    def children(self) -> ChildrenOf:
        return ChildrenOf(self._bench.session, self._agent_id, self._children, self._spoken_to)

    def person(self, call_id: CallId) -> PersonOf:
        """For one call: a question is asked in its name."""
        bench = self._bench
        return PersonOf(
            bench.session,
            self._agent_id,
            call_id,
            questions=bench.questions,
            spoken_to=self._spoken_to,
            unread=self._unread,
        )
