"""Everything that lives in one server: the open sessions, the agents in them, the model new ones get.

This is the door for the API: each method is one thing a person may ask.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

from ..._version import __version__
from ..llm.types import ModelClient
from ..permissions.places import Places
from ..protocol.changes import Notice
from ..protocol.commands import Accepted, AgentState, CreateSession, SendMessage, SessionSummary, Status
from ..protocol.errors import Conflict, Invalid, ProjectError, StoreError
from ..protocol.ids import AgentId, MessageId, SessionId, new_agent_id, new_id, session_of
from ..protocol.records import Agent, ErrorInfo, Limits, Message, ModelRef, Request
from ..protocol.records import Session as SessionRecord
from ..store.lock import Owner
from ..tools.standard import standard_tools
from ..tools.tool import Toolbox
from .agent import AgentRunner
from .command_desk import CommandDesk
from .feed import Feed
from .models import Models
from .permission_desk import PermissionDesk
from .session import Session
from .sessions import Sessions
from .settings import CurrentConfig
from .workbench import Workbenches

KEPT_OPEN = 8
"""Sessions that stay open though nobody watches them and no agent of them runs."""
TITLE_CHARS = 60

log = logging.getLogger(__name__)


class Workspace:
    """The runtime of one server. Lives on the server's event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        instance: str,
        config: CurrentConfig,
        models: Models,
        places: Places,
        client: ModelClient,
        owner: Owner,
        ports: Callable[[], frozenset[int]],
        auth_enabled: bool,
        warnings: list[ErrorInfo],
    ) -> None:
        self.project = config.project
        self.instance = instance
        self.models = models
        self._client = client
        self._warnings = warnings
        self._sessions = Sessions(folder, owner, instance)
        self._runners: dict[AgentId, AgentRunner] = {}
        self._toolbox = Toolbox(standard_tools())
        self._feeds: set[Feed] = set()
        self._users: Counter[SessionId] = Counter()
        """How many are doing something with a session right now."""
        self._chores: set[asyncio.Task[None]] = set()
        self._warming: asyncio.Task[None] | None = None
        self._benches = Workbenches(
            config,
            places,
            ports=ports,
            auth_enabled=auth_enabled,
            changed=self._permissions_changed,
        )
        self.permissions = PermissionDesk(config, self._benches, self._sessions)
        self.on_activity: Callable[[], None] = lambda: None
        """Called when something happens that should keep the server alive."""

    @property
    def at_work(self) -> int:
        """How many agents and background commands run; agents that wait for a person do not count."""
        agents = sum(runner.running and not runner.waits_for_person for runner in self._runners.values())
        return agents + sum(self._benches.busy(session) for session in self._sessions.live())

    # ------------------------------------------------------------------ sessions

    async def create(self, command: CreateSession) -> Session:
        """A new session with an idle root agent."""
        if not await asyncio.to_thread(self.project.is_dir):
            raise ProjectError(
                f"The project folder {self.project} is not there.",
                "Create it, or start Jupyter in the folder you want to work in.",
            )
        model = self.models.named(command.model) if command.model else await self.models.default()
        session_id = SessionId(new_id())
        agent = Agent(
            id=new_agent_id(session_id),
            model=model.model,
            model_pinned=command.model is not None,
            limits=Limits(root=str(self.project), max_steps=await self.models.max_steps()),
        )
        record = SessionRecord(id=session_id, project=str(self.project), title=command.title, root_agent_id=agent.id)
        session = await self._sessions.create(record, agent)
        self._announce(Notice(kind="session_created", session_id=session_id))
        return session

    async def session(self, session_id: SessionId) -> Session:
        """The session of that id, live."""
        return await self._sessions.open(session_id)

    async def list(self) -> list[SessionSummary]:
        """The project's sessions, newest first."""
        return await self._sessions.list(str(self.project))

    # ------------------------------------------------------------------ talking to agents

    async def send(self, command: SendMessage, sender: str) -> Accepted:
        """Say something to an agent; without a session, in a new one."""
        if command.template not in (None, "dispatch"):
            raise Invalid(f"template: there is no `{command.template}`.", "Leave it out, or use `dispatch`.")
        session_id = command.session_id or (session_of(command.agent_id) if command.agent_id else None)
        if session_id is None:
            created = await self.create(CreateSession(title=title_of(command.text), model=command.model))
            session_id = created.tables.session.id
        async with self._using(session_id) as session:
            agent_id = command.agent_id or session.tables.session.root_agent_id
            if command.model is not None:
                self._pin(session, agent_id, command.model)
            return await self._queue(session, agent_id, command.text, sender)

    async def queue(self, agent_id: AgentId, text: str, sender: str) -> Accepted:
        """A message for an agent: begins a turn, or is delivered at the next tool boundary of the one under way."""
        async with self._using(session_of(agent_id)) as session:
            return await self._queue(session, agent_id, text, sender)

    async def withdraw(self, agent_id: AgentId, message_id: MessageId) -> Message:
        """Take back a message that was not delivered yet."""
        async with self._using(session_of(agent_id)) as session:
            message = session.tables.message(message_id)
            if message.agent_id != agent_id or message.status != "queued":
                raise Conflict("The message has been delivered already.", "Stop the agent, or send a correction.")
            withdrawn = session.put(message.model_copy(update={"status": "withdrawn"}), sync=True)
            await session.saved()
            return withdrawn

    @asynccontextmanager
    async def commands(self, session_id: SessionId) -> AsyncIterator[CommandDesk]:
        """What a session's agents run in its shell."""
        async with self._using(session_id) as session:
            yield CommandDesk(self._benches.of(session))

    async def interrupt(self, agent_id: AgentId) -> None:
        """Stop an agent; nothing happens to one at rest."""
        session = await self.session(session_of(agent_id))
        session.tables.agent(agent_id)
        runner = self._runners.get(agent_id)
        if runner:
            await runner.interrupt()

    async def resume(self, agent_id: AgentId) -> None:
        """Go on where an error, a stop or a restart of the server left off."""
        async with self._using(session_of(agent_id)) as session:
            await self._refresh(session, agent_id)
            self._sessions.check()
            self._runner(session, agent_id).resume()

    # ------------------------------------------------------------------ watching

    async def status(self) -> Status:
        """The model in force, what is missing for it, and what every live agent does."""
        readiness = await self.models.default()
        level = await self._benches.level()
        agents = [(session, agent) for session in self._sessions.live() for agent in session.tables.agents()]
        return Status(
            instance=self.instance,
            version=__version__,
            project=str(self.project),
            readiness=readiness,
            sandbox=level.name,
            sandbox_reason=level.reason,
            auth_enabled=self._benches.auth_enabled,
            warnings=self._warnings,
            live_sessions=len(self._sessions.live()),
            counts=Counter(agent.status for _, agent in agents),
            agents=[_line(session, agent) for session, agent in agents],
        )

    async def watch(self, session_id: SessionId, after: int | None, instance: str | None) -> Feed:
        """A session's changes. Give it back with `unwatch`."""
        async with self._using(session_id) as session:
            self._warm_up(session.tables.agent(session.tables.session.root_agent_id).model)
            return await session.subscribe(after, instance)

    def watch_notices(self) -> Feed:
        """Word to all clients only; first of all where somebody is waited for."""
        feed = Feed()
        for session in self._sessions.live():
            if any(request.status == "open" for request in session.tables.every(Request)):
                feed.push([_permissions_changed(session).model_dump_json()])
        self._feeds.add(feed)
        return feed

    def unwatch(self, feed: Feed) -> None:
        self._feeds.discard(feed)
        for session in self._sessions.live():
            session.unsubscribe(feed)
        feed.end()
        if not self._sessions.ending:
            self._later(self._tidy())

    async def close(self) -> None:
        """Stop all agents, write what is left, let go of all files."""
        if self._sessions.ending:
            return
        self._sessions.ending = True
        self._announce(Notice(kind="stopping"))
        await asyncio.gather(*(runner.stop() for runner in self._runners.values()))
        if self._warming:
            self._warming.cancel()
            self._chores.add(self._warming)
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self._benches.close()
        await self._sessions.close_all()
        for feed in self._feeds:
            feed.end()
        await self._client.aclose()

    # ------------------------------------------------------------------ inside

    @asynccontextmanager
    async def _using(self, session_id: SessionId) -> AsyncIterator[Session]:
        """The session of that id, which is not closed in between."""
        self._users[session_id] += 1
        try:
            yield await self.session(session_id)
        finally:
            self._users[session_id] -= 1
            if not self._users[session_id]:
                del self._users[session_id]

    async def _queue(self, session: Session, agent_id: AgentId, text: str, sender: str) -> Accepted:
        await self._refresh(session, agent_id)
        message = session.put(
            Message(
                id=MessageId(new_id()),
                agent_id=agent_id,
                role="user",
                order=session.next_order(),
                status="queued",
                text=text,
                sender=sender,
            ),
            sync=True,
        )
        if not session.tables.session.title:
            session.put(session.tables.session.model_copy(update={"title": title_of(text)}))
        try:
            await session.saved()
        except StoreError:
            # not stored, so not accepted: it must not be acted on either
            session.put(message.model_copy(update={"status": "withdrawn"}))
            raise
        if not self._sessions.ending:
            self._runner(session, agent_id).start()
        self.on_activity()
        return Accepted(session_id=session.tables.session.id, agent_id=agent_id, message_id=message.id)

    def _pin(self, session: Session, agent_id: AgentId, model: str) -> None:
        readiness = self.models.named(model)
        agent = session.tables.agent(agent_id)
        if agent.model != readiness.model:
            session.put(agent.model_copy(update={"model": readiness.model, "model_pinned": True}))
            self._tell(session, agent_id, f"The model is now {readiness.model.label}.")

    async def _refresh(self, session: Session, agent_id: AgentId) -> None:
        """An agent at rest takes the settings of now; where nobody chose its model, it follows the default."""
        default, max_steps = await self.models.default(), await self.models.max_steps()
        agent = session.tables.agent(agent_id)
        if agent.status in ("running", "waiting", "waiting_for_key"):
            return
        model = agent.model if agent.model_pinned else default.model
        limits = agent.limits.model_copy(update={"max_steps": max_steps})
        if (model, limits) != (agent.model, agent.limits):
            session.put(agent.model_copy(update={"model": model, "limits": limits}))
        if model != agent.model:
            self._tell(session, agent_id, f"The model is now {model.label}.")

    def _tell(self, session: Session, agent_id: AgentId, text: str) -> None:
        """A line in the thread for people; no model sees it. Nothing is said in a thread that has not begun."""
        if not session.tables.thread(agent_id):
            return
        notice = Message(
            id=MessageId(new_id()),
            agent_id=agent_id,
            role="notice",
            order=session.next_order(),
            status="complete",
            text=text,
        )
        session.put(notice)

    def _runner(self, session: Session, agent_id: AgentId) -> AgentRunner:
        runner = self._runners.get(agent_id)
        if runner is None:
            session.tables.agent(agent_id)
            runner = AgentRunner(self._benches.of(session), agent_id, self._client, self._toolbox)
            runner.on_end = lambda: self._later(self._rested(session))
            self._runners[agent_id] = runner
        return runner

    async def _rested(self, session: Session) -> None:
        """An agent came to rest: the catalogue hears of it, and what nobody needs is closed."""
        self.on_activity()
        await self._sessions.note(session)
        self._announce(Notice(kind="session_changed", session_id=session.tables.session.id))
        await self._tidy()

    async def _tidy(self) -> None:
        """Close the sessions that have been at rest and unwatched the longest, beyond a few."""
        idle = [session for session in self._sessions.live() if not self._needed(session)]
        for session in idle[: max(0, len(idle) - KEPT_OPEN)]:
            if self._needed(session):
                continue  # since another one was closed
            for agent in session.tables.agents():
                self._runners.pop(agent.id, None)
            await self._sessions.close(session)
            await self._benches.clear(session)

    def _needed(self, session: Session) -> bool:
        runners = (self._runners.get(agent.id) for agent in session.tables.agents())
        used = session.tables.session.id in self._users
        return (
            session.watched
            or used
            or self._benches.busy(session)
            or any(runner and runner.running for runner in runners)
        )

    def _permissions_changed(self, session: Session) -> None:
        self._announce(_permissions_changed(session))

    def _warm_up(self, model: ModelRef) -> None:
        """Whoever looks at a session is about to talk: what the first message would wait for is loaded meanwhile."""
        if self._warming is None:
            self._warming = asyncio.create_task(self._client.warm_up(model.id), name="dispatch-warm-up")
            self._warming.add_done_callback(self._chore_done)

    def _announce(self, notice: Notice) -> None:
        for feed in self._feeds:
            feed.push([notice.model_dump_json()])

    def _later(self, chore: Coroutine[None, None, None]) -> None:
        """Run something small in the background; its failure is logged, never lost."""
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chore_done)

    def _chore_done(self, task: asyncio.Task[None]) -> None:
        self._chores.discard(task)
        if not task.cancelled() and task.exception():
            log.warning("A background task failed: %s", task.exception())


def _permissions_changed(session: Session) -> Notice:
    return Notice(kind="permissions_changed", session_id=session.tables.session.id)


def _line(session: Session, agent: Agent) -> AgentState:
    return AgentState(
        session_id=session.tables.session.id,
        agent_id=agent.id,
        name=agent.name,
        status=agent.status,
        note=agent.note,
    )


def title_of(text: str) -> str:
    """A session's title from its first message: the first line, shortened at a word."""
    line = next(filter(None, map(str.strip, text.splitlines())), "")
    return line if len(line) <= TITLE_CHARS else line[:TITLE_CHARS].rsplit(" ", 1)[0] + "…"
