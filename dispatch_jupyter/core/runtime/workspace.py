"""Everything that lives in one server: the open sessions, the agents in them, the model new ones get.

This is the door for the API: each method is one thing a person may ask.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from ..._version import __version__
from ..config.templates import DEFAULT
from ..llm.key_ring import KeyRing
from ..llm.types import ModelClient
from ..permissions.places import Places
from ..protocol.changes import Notice
from ..protocol.commands import Accepted, AgentState, CreateSession, SendMessage, SessionSummary, Status
from ..protocol.errors import Conflict, DispatchError, Locked, ProjectError
from ..protocol.ids import AgentId, MessageId, SessionId, new_agent_id, new_id, session_of
from ..protocol.parts import Limits, ModelRef
from ..protocol.records import Agent, Message, Request
from ..protocol.records import Session as SessionRecord
from ..protocol.settings import SwitchModel
from ..store.waits import Waits
from .agent_keys import ended_without_key
from .births import Births
from .chores import Chores
from .command_desk import CommandDesk
from .current_skills import CurrentSkills
from .definitions import Definitions
from .feed import Feed
from .host import Host
from .hot_reload import HotReload
from .models import Models
from .permission_desk import PermissionDesk
from .runners import Runners
from .session import Session
from .sessions import Sessions
from .settings import CurrentConfig
from .settings_desk import SettingsDesk
from .settings_files import SettingsFiles
from .threads import ALL
from .titles import title_of
from .tree_desk import TreeDesk
from .wait_notes import WaitNotes
from .workbench import Workbenches

KEPT_OPEN = 8
"""Sessions that stay open though nobody watches them and no agent of them runs."""

log = logging.getLogger(__name__)


class Workspace:
    """The runtime of one server. Lives on the server's event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        host: Host,
        config: CurrentConfig,
        models: Models,
        ring: KeyRing,
        skills: CurrentSkills,
        waits: Waits,
        places: Places,
        client: ModelClient,
    ) -> None:
        self.project = config.project
        self.instance = host.instance
        self.models = models
        self._client = client
        self._warnings = host.warnings
        self._config = config
        self._definitions = Definitions(config, models.current, skills)
        self._waits = WaitNotes(waits, config.project)
        self._sessions = Sessions(folder, host.owner, host.instance, self._opened)
        self._feeds: set[Feed] = set()
        self._chores = Chores()
        self._warming: asyncio.Task[None] | None = None
        self._benches = Workbenches(
            config,
            places,
            ring=ring,
            skills=skills,
            host=host,
            changed=self._permissions_changed,
        )
        self._runners = Runners(
            self._benches,
            self._definitions,
            births=Births(config, self._definitions, models),
            client=client,
            chores=self._chores,
            ending=lambda: self._sessions.ending,
        )
        self._runners.on_rest = lambda session: self._chores.add(self._rested(session))
        self._runners.on_wait = lambda session: self._chores.add(self._waits.note(session))
        self.permissions = PermissionDesk(config, self._benches, self._sessions)
        self.tree = TreeDesk(self._sessions)
        self.settings = SettingsDesk(config, models, skills, self._sessions, SettingsFiles(config, skills, places))
        ring.on_change = lambda: self._announce(Notice(kind="keys_changed"))
        self._reload = HotReload(config, skills, models, self._announce)
        self.on_activity: Callable[[], None] = lambda: None
        """Called when something happens that should keep the server alive."""

    @property
    def at_work(self) -> int:
        """How many agents and background commands run; agents that wait for a person, or for days, do not count."""
        return self._runners.keep_server + sum(self._benches.busy(session) for session in self._sessions.live())

    # ------------------------------------------------------------------ sessions

    async def create(self, command: CreateSession) -> Session:
        """A new session with an idle root agent."""
        if not await asyncio.to_thread(self.project.is_dir):
            raise ProjectError(
                f"The project folder {self.project} is not there.",
                "Create it, or start Jupyter in the folder you want to work in.",
            )
        session_id = SessionId(new_id())
        agent = await self._new_agent(session_id, command)
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
        session_id = command.session_id or (session_of(command.agent_id) if command.agent_id else None)
        if session_id is None:
            asked = CreateSession(title=title_of(command.text), model=command.model, template=command.template)
            created = await self.create(asked)
            session_id = created.tables.session.id
        async with self._sessions.using(session_id) as session:
            agent_id = command.agent_id or session.tables.session.root_agent_id
            if command.model is not None:
                await self.settings.switch(session, agent_id, SwitchModel(model=command.model))
            return await self._queue(session, agent_id, command.text, sender)

    async def queue(self, agent_id: AgentId, text: str, sender: str) -> Accepted:
        """A message for an agent: begins a turn, or is delivered at the next tool boundary of the one under way."""
        async with self._sessions.using(session_of(agent_id)) as session:
            return await self._queue(session, agent_id, text, sender)

    async def withdraw(self, agent_id: AgentId, message_id: MessageId) -> Message:
        """Take back a message that was not delivered yet.

        Raises:
            Conflict: it was delivered, or is a brief or a result, which nothing would bring again.
        """
        async with self._sessions.using(session_of(agent_id)) as session:
            message = session.tables.message(message_id)
            if message.agent_id != agent_id or message.status != "queued":
                raise Conflict("The message has been delivered already.", "Stop the agent, or send a correction.")
            if message.purpose != "message":
                raise Conflict(f"It is an agent's {message.purpose}, not a message.", "Stop the agent.")
            withdrawn = session.put(message.model_copy(update={"status": "withdrawn"}), sync=True)
            await session.saved()
            return withdrawn

    @asynccontextmanager
    async def commands(self, session_id: SessionId) -> AsyncIterator[CommandDesk]:
        """What a session's agents run in its shell."""
        async with self._sessions.using(session_id) as session:
            yield CommandDesk(self._benches.of(session))

    async def interrupt(self, agent_id: AgentId) -> None:
        """Stop an agent and those that work for it; nothing happens to one at rest."""
        async with self._sessions.using(session_of(agent_id)) as session:
            await self._runners.children.interrupt(session, agent_id)

    async def resume(self, agent_id: AgentId) -> None:
        """Go on where an error, a stop or a restart of the server left off; one that waits for a key tries now."""
        async with self._sessions.using(session_of(agent_id)) as session:
            self._sessions.check()
            agent = session.tables.agent(agent_id)
            await self._try_keys_again(session, agent)
            if agent.status == "waiting_for_key" and self._runners.at_work(agent_id):
                return
            self._runners.resume(session, agent_id)

    async def start(self) -> None:
        """Watch the files; agents that waited for a key when the server before ended go on waiting."""
        await self._reload.start()
        self._chores.add(self._resume_waiting())

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

    async def watch(
        self, session_id: SessionId | None, after: int | None = None, instance: str | None = None, thread: str = ALL
    ) -> Feed:
        """A session's changes, or word to all clients only. Give it back with `unwatch`.

        Args:
            thread: whose messages and calls; see `threads`.
        """
        if session_id is None:
            return self._notices()
        async with self._sessions.using(session_id) as session:
            self._warm_up(session.tables.agent(session.tables.session.root_agent_id).model)
            return await session.subscribe(after, instance, thread)

    def unwatch(self, feed: Feed) -> None:
        self._feeds.discard(feed)
        for session in self._sessions.live():
            session.unsubscribe(feed)
        feed.end()
        if not self._sessions.ending:
            self._chores.add(self._tidy())

    async def close(self) -> None:
        """Stop all agents, write what is left, let go of all files."""
        if self._sessions.ending:
            return
        self._sessions.ending = True
        self._announce(Notice(kind="stopping"))
        await self._runners.stop()
        await self._reload.stop()
        if self._warming:
            self._warming.cancel()
        await self._chores.finish()
        await self._benches.close()
        await self._sessions.close_all()
        for feed in self._feeds:
            feed.end()
        await self._client.aclose()
        await self._benches.ring.aclose()

    # ------------------------------------------------------------------ inside

    async def _queue(self, session: Session, agent_id: AgentId, text: str, sender: str) -> Accepted:
        agent = session.tables.agent(agent_id)
        waits = agent.status == "waiting_for_key"
        if not waits:
            await self._try_keys_again(session, agent)
        message = await self._runners.mail.from_person(session, agent_id, text, sender)
        if waits:  # not before, or it could go on without having heard what was said
            await self._try_keys_again(session, agent)
        if not session.tables.session.title:
            session.put(session.tables.session.model_copy(update={"title": title_of(text)}))
        self.on_activity()
        return Accepted(session_id=session.tables.session.id, agent_id=agent_id, message_id=message.id)

    async def _try_keys_again(self, session: Session, agent: Agent) -> None:
        """A person says "go on": where the agent has no key to go on with, each is tried once.

        Its provider may think better of it by now. Whoever stopped an agent that waited says so as well. Agents never
        try a refused key again by themselves: two hundred of them would all do it.
        """
        if agent.status != "waiting_for_key" and not ended_without_key(session.tables, agent):
            if self._runners.at_work(agent.id):
                return
            template = self._config.last.templates.get(agent.template)
            wants = agent.wants if agent.model_pinned or template is None else template.wants
            found = await self.models.resolve(wants)
            if found.chosen is not None or (agent.error is None and found.error is None):
                return  # it has one, or begins to wait for one that its provider said the time of
        await self.models.forgive()

    async def _new_agent(self, session_id: SessionId, command: CreateSession) -> Agent:
        """The root agent of a session, made from its template."""
        await self._config.fresh()
        template = self._definitions.template(command.template or DEFAULT)
        wants = [await self.models.current.wish(command.model)] if command.model else []
        agent = Agent(
            id=new_agent_id(session_id),
            template=template.slug,
            name=template.slug,
            model=await self.models.first(wants or template.wants),
            model_pinned=bool(wants),
            wants=wants,
            limits=Limits(root=str(self.project)),
        )
        return agent.model_copy(update={"limits": self._definitions.of(agent).limits})

    def _opened(self, session: Session) -> None:
        self._runners.opened(session)

    async def _resume_waiting(self) -> None:
        for session_id in await self._waits.sessions():
            try:
                session = await self.session(session_id)
            except Locked:
                continue  # it waits in another server
            except DispatchError as error:
                log.warning("Session %s cannot go on waiting: %s", session_id, error.message)
                continue
            await self._waits.note(session)

    async def _rested(self, session: Session) -> None:
        """An agent came to rest: the catalogue hears of it, and what nobody needs is closed."""
        self.on_activity()
        await self._sessions.note(session)
        await self._waits.note(session)
        self._announce(Notice(kind="session_changed", session_id=session.tables.session.id))
        await self._tidy()

    async def _tidy(self) -> None:
        """Close the sessions that have been at rest and unwatched the longest, beyond a few."""
        idle = [session for session in self._sessions.live() if not self._needed(session)]
        for session in idle[: max(0, len(idle) - KEPT_OPEN)]:
            if self._needed(session):
                continue  # since another one was closed
            self._runners.forget(session)
            await self._sessions.close(session)
            await self._benches.clear(session)

    def _needed(self, session: Session) -> bool:
        return (
            session.watched
            or self._sessions.in_use(session)
            or self._benches.busy(session)
            or self._runners.busy(session)
        )

    def _notices(self) -> Feed:
        """Word to all clients only; first of all where somebody is waited for."""
        feed = Feed()
        for session in self._sessions.live():
            if any(request.status == "open" for request in session.tables.every(Request)):
                feed.push([_permissions_changed(session).model_dump_json()])
        self._feeds.add(feed)
        return feed

    def _permissions_changed(self, session: Session) -> None:
        self._announce(_permissions_changed(session))

    def _warm_up(self, model: ModelRef) -> None:
        """Whoever looks at a session is about to talk: what the first message would wait for is loaded meanwhile."""
        if self._warming is None:
            self._warming = self._chores.add(self._client.warm_up(model.id), "dispatch-warm-up")

    def _announce(self, notice: Notice) -> None:
        for feed in self._feeds:
            feed.push([notice.model_dump_json()])


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
