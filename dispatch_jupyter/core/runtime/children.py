"""Agents that other agents start: begun, waited for, brought home, and ended with whoever is above them.

What a parent waits for is here in memory; all that must outlive the server is in the records. A child's result
reaches its parent once: as what a call of the parent's gave back, or else as a message.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from ..protocol.errors import DispatchError, ToolError
from ..protocol.ids import AgentId
from ..protocol.records import Agent, ErrorInfo, Message, now
from ..tools.family import Wish
from .births import Births
from .chores import Chores
from .endings import STOP_SECONDS, STOPPED, failed_thread, rest
from .lineage import below, closed, resumable, subagents
from .mail import Awaited, Mail, message_for
from .session import Session
from .workbench import Workbench


class Runner(Protocol):
    """One agent at work, as far as the tree is concerned."""

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...

    def cancel(self) -> asyncio.Task[None] | None: ...


class Children:
    """The trees of all sessions of a server.

    Args:
        runner: runs an agent; made where there is none yet.
        bench: what a session's agents work with.
        chores: for what is done without anybody waiting for it.
    """

    def __init__(
        self,
        births: Births,
        mail: Mail,
        runner: Callable[[Session, AgentId], Runner],
        bench: Callable[[Session], Workbench],
        chores: Chores,
    ) -> None:
        self._births = births
        self._mail = mail
        self._runner = runner
        self._bench = bench
        self._chores = chores
        self._rests: dict[AgentId, asyncio.Event] = {}
        self._claimed: Counter[tuple[AgentId, AgentId]] = Counter()
        """Who has a call under way that will give it whose result."""
        self._stopping: set[AgentId] = set()
        """Agents that are being stopped together: none of them is woken by what becomes of the others."""

    # ------------------------------------------------------------------ for tools

    async def summon(self, session: Session, parent_id: AgentId, wish: Wish) -> Agent:
        """A new agent, at work on its brief.

        Raises:
            DispatchError: as `Births.make`; it could not be stored.
        """
        parent = session.tables.agent(parent_id)
        child = session.put(await self._births.make(session, parent, wish))
        session.put(brief(session, child, parent, wish), sync=True)
        try:
            await session.saved()
        except BaseException as error:
            self._never_began(session, child.id, error)
            raise
        child = session.tables.agent(child.id)
        if closed(child) or child.error is not None:  # a detached one that is stopped is not closed
            raise ToolError("It was stopped before it began.", "Summon another one, if it is needed.", code="cancelled")
        self._runner(session, child.id).start()
        return session.tables.agent(child.id)

    async def ended(
        self, session: Session, parent_id: AgentId, child_id: AgentId, spoken_to: Callable[[], Awaitable[None]]
    ) -> Agent | None:
        """A child once it has ended, or once a detached one rests; None where `spoken_to` returned first.

        One that has ended is claimed: until `release` its result does not come as a message. One that has not goes on
        in the background.
        """
        if resumable(session.tables.agent(child_id)):
            self._runner(session, child_id).start()
        if not self._at_rest(session, child_id):
            rests = self._rests.setdefault(child_id, asyncio.Event())
            with self._bench(session).waiting.on_child(parent_id, child_id):
                await _first(rests.wait(), spoken_to())
        child = session.tables.agent(child_id)
        if closed(child):
            self._claimed[parent_id, child_id] += 1
            self._mail.take_back(session, parent_id, child)
            return session.tables.agent(child_id)
        if self._at_rest(session, child_id):
            return child
        if not child.background:
            session.put(child.model_copy(update={"background": True}))
        return None

    def release(self, session: Session, parent_id: AgentId, child_ids: Iterable[AgentId]) -> None:
        """The call that claimed them is over: what it did not tell comes as messages."""
        parents: set[AgentId] = set()
        for child_id in child_ids:
            self._claimed[parent_id, child_id] -= 1
            parents |= {parent for parent in [session.tables.agent(child_id).parent_id] if parent}
        self._claimed += Counter()  # without those that are 0
        for parent in parents:
            self._bring_home(session, parent)

    # ------------------------------------------------------------------ as agents come to rest

    def rested(self, session: Session, agent_id: AgentId) -> None:
        """An agent's turn is over: whoever waits for it goes on, and what ended with it is brought home."""
        if self._at_rest(session, agent_id) and (rests := self._rests.pop(agent_id, None)):
            rests.set()
        agent = session.tables.agent(agent_id)
        if closed(agent):
            self._mail.withdraw_unread(session, agent_id)
        self._bring_home(session, agent_id)
        if closed(agent):
            self._chores.add(self._end_below(session, agent_id))
        if agent.parent_id:
            self._bring_home(session, agent.parent_id)
            self._reconsider(session, agent.parent_id)
        if failed_thread(agent):
            self._mail.tell_failure(session, agent, self._awaited(session))

    def opened(self, session: Session) -> None:
        """A session was opened again: what a server that died had not brought home is."""
        for agent in session.tables.agents():
            self._bring_home(session, agent.id)
            self._reconsider(session, agent.id)

    # ------------------------------------------------------------------ for people

    async def interrupt(self, session: Session, agent_id: AgentId) -> None:
        """Stop an agent and all that work for it; not the detached, which are threads of their own."""
        await self._stop(session, [session.tables.agent(agent_id), *subagents(session.tables, agent_id)])

    def revive(self, session: Session, agent_id: AgentId) -> None:
        """An agent that the end of a server cut off goes on: so do those below it."""
        for agent in below(session.tables, agent_id):
            if resumable(agent):
                session.put(agent.model_copy(update={"background": True}))
                self._runner(session, agent.id).start()

    # ------------------------------------------------------------------ inside

    def _at_rest(self, session: Session, agent_id: AgentId) -> bool:
        agent = session.tables.agent(agent_id)
        return closed(agent) or (agent.detached and not self._runner(session, agent_id).running)

    def _bring_home(self, session: Session, parent_id: AgentId) -> None:
        self._mail.bring_home(session, parent_id, self._awaited(session), self._stopping)

    def _awaited(self, session: Session) -> Awaited:
        waiting = self._bench(session).waiting
        return lambda by, child_id: (by, child_id) in self._claimed or waiting.awaited(by, child_id)

    def _reconsider(self, session: Session, agent_id: AgentId) -> None:
        """One that rests until its children end: perhaps it is at its end now."""
        agent = session.tables.agent(agent_id)
        if agent.status != "waiting" or self._runner(session, agent_id).running:
            return
        changes = rest(session.tables, agent, None)
        if changes.get("waits_for") != agent.waits_for:
            session.put(agent.model_copy(update=changes), sync=True)
        if changes["status"] != "waiting":
            self.rested(session, agent_id)

    async def _end_below(self, session: Session, agent_id: AgentId) -> None:
        """Nothing of an agent that has ended goes on: no agents that worked for it, no background jobs."""
        if session.closed:  # meanwhile, and all of this with it
            return
        shell = self._bench(session).shell
        await self.interrupt(session, agent_id)
        await shell.end_agent(agent_id)

    async def _stop(self, session: Session, agents: Sequence[Agent]) -> None:
        """Those that are being stopped already are not told again: it would cut short what they have to finish."""
        fresh = [agent for agent in agents if agent.id not in self._stopping]
        own = {agent.id for agent in fresh}
        self._stopping |= own
        try:
            for agent in fresh:
                self._end_at_rest(session, agent.id)
            runners = [self._runner(session, agent.id) for agent in fresh if not closed(agent)]
            if stopping := [task for task in (runner.cancel() for runner in runners) if task is not None]:
                await asyncio.wait(stopping, timeout=STOP_SECONDS)
        finally:
            self._stopping -= own

    def _end_at_rest(self, session: Session, agent_id: AgentId) -> None:
        """Stop one that is between its turns, waiting for its children, or that has not begun yet."""
        agent = session.tables.agent(agent_id)
        if agent.status in ("running", "waiting") and not self._runner(session, agent_id).running:
            session.put(agent.model_copy(update=rest(session.tables, agent, STOPPED)), sync=True)
            self.rested(session, agent_id)

    def _never_began(self, session: Session, agent_id: AgentId, error: BaseException) -> None:
        """Nobody is to wait for it, nor to take it for one at work."""
        agent = session.tables.agent(agent_id)
        if not closed(agent):
            failed = STOPPED if isinstance(error, asyncio.CancelledError) else _info(error)
            ended = {"status": "error", "error": failed, "ended_at": now(), "told": True}
            session.put(agent.model_copy(update=ended))
            self.rested(session, agent_id)  # somebody may wait for it already


def brief(session: Session, child: Agent, parent: Agent, wish: Wish) -> Message:
    """The first message of a child's thread."""
    text = f"{wish.task}\n\n## Context\n\n{wish.context}" if wish.context else wish.task
    return message_for(session, child.id, text, sender=parent.name, from_agent=parent.id, purpose="brief")


def _info(error: BaseException) -> ErrorInfo:
    if isinstance(error, DispatchError):
        return ErrorInfo.of(error)
    return ErrorInfo(code="internal", message=f"It could not be started: {error}.")


async def _first(*ways: Awaitable[object]) -> None:
    """Returns once one of them has; the others are cancelled."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
