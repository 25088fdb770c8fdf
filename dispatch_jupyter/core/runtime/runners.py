"""The agents of a server that are, or were, at work, and what they have to do with each other."""

import asyncio
from collections.abc import Callable

from ..llm.types import ModelClient
from ..protocol.ids import AgentId
from .agent import AgentRunner
from .births import Births
from .children import Children
from .chores import Chores
from .definitions import Definitions
from .mail import Mail
from .session import Session
from .workbench import Workbenches


class Runners:
    """One runner an agent, made when the agent is first needed.

    Args:
        ending: whether the server stops, so that nothing begins any more.
    """

    def __init__(
        self,
        benches: Workbenches,
        definitions: Definitions,
        *,
        births: Births,
        client: ModelClient,
        chores: Chores,
        ending: Callable[[], bool],
    ) -> None:
        self._benches = benches
        self._definitions = definitions
        self._client = client
        self._ending = ending
        self._runners: dict[AgentId, AgentRunner] = {}
        self.mail = Mail(self.start, self.at_work, ending)
        self.children = Children(births, self.mail, self.of, benches.of, chores)
        self.on_rest: Callable[[Session], object] = lambda _: None
        """Called when an agent of the session comes to rest."""
        self.on_wait: Callable[[Session], object] = lambda _: None
        """Called when one begins to wait for a key."""

    def of(self, session: Session, agent_id: AgentId) -> AgentRunner:
        """The runner of an agent of an open session."""
        runner = self._runners.get(agent_id)
        if runner is None:
            session.tables.agent(agent_id)
            runner = AgentRunner(
                self._benches.of(session),
                agent_id,
                client=self._client,
                definitions=self._definitions,
                children=self.children,
                mail=self.mail,
            )
            runner.on_end = lambda: self._rested(session, agent_id)
            runner.on_wait = lambda: self.on_wait(session)
            self._runners[agent_id] = runner
        return runner

    def start(self, session: Session, agent_id: AgentId) -> None:
        """Begin a turn, or tell an agent at work that there is news."""
        self.of(session, agent_id).start()

    def at_work(self, agent_id: AgentId) -> bool:
        """Whether an agent is in a turn."""
        runner = self._runners.get(agent_id)
        return runner is not None and runner.running

    def busy(self, session: Session) -> bool:
        """Whether any agent of a session is."""
        return any(self.at_work(agent.id) for agent in session.tables.agents())

    @property
    def keep_server(self) -> int:
        """How many agents work; those that wait for a person, or for days, do not count."""
        return sum(runner.keeps_server for runner in self._runners.values())

    def opened(self, session: Session) -> None:
        """A session was read from its file: whoever waited for a key when its server ended goes on waiting."""
        if self._ending():
            return
        for agent in session.tables.agents():
            if agent.status == "waiting_for_key":
                self.start(session, agent.id)
        self.children.opened(session)

    def resume(self, session: Session, agent_id: AgentId) -> None:
        """Go on where an error, a stop or a restart of the server left off, with all below that the server cut off.

        Raises:
            Conflict: it is running, has ended, or there is nothing to go on with.
        """
        self.of(session, agent_id).resume()
        self.children.revive(session, agent_id)

    def forget(self, session: Session) -> None:
        """The session closes."""
        for agent in session.tables.agents():
            self._runners.pop(agent.id, None)

    async def stop(self) -> None:
        """The server ends."""
        for _ in range(2):  # one that was just being summoned may have begun meanwhile
            await asyncio.gather(*(runner.stop() for runner in list(self._runners.values())))

    def _rested(self, session: Session, agent_id: AgentId) -> None:
        if not self._ending():
            self.children.rested(session, agent_id)
        self.on_rest(session)
