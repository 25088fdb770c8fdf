"""What the agents of a session work with besides its records: what is allowed, whom they ask, where commands run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ..config.edit import add_always
from ..config.given import Given
from ..llm.key_ring import KeyRing
from ..permissions.places import Places
from ..permissions.policy import Policy, Rule, rules_of
from ..protocol.ids import SessionId, new_id
from ..protocol.records import Job, Request
from ..sandbox.sandbox import Sandbox
from ..sandbox.types import Level
from ..tools.shell.settings import ShellSettings
from ..tools.shell.shell import Shell
from . import scratch
from .approvals import Approvals
from .askers import asker_of
from .current_skills import CurrentSkills
from .host import Host
from .questions import Questions
from .session import Session
from .settings import CurrentConfig
from .spending import Spending
from .waiting import Waiting

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workbench:
    """One session's."""

    session: Session
    approvals: Approvals
    questions: Questions
    waiting: Waiting
    spending: Spending
    shell: Shell
    policy: Callable[[], Policy]
    """What its agents may touch now."""
    ring: KeyRing
    """The person's keys."""
    skills: CurrentSkills
    refresh: Callable[[], Awaitable[None]]
    """Look up the settings that `policy` and `shell` go by."""
    folder: Path
    """For temporary files of its commands; made when the first one runs."""


class Workbenches:
    """Makes the workbench of each open session, and clears it away.

    Args:
        changed: called with a session whose open requests or grants changed.
    """

    def __init__(
        self,
        config: CurrentConfig,
        places: Places,
        *,
        ring: KeyRing,
        skills: CurrentSkills,
        host: Host,
        changed: Callable[[Session], None],
    ) -> None:
        self._sandbox = Sandbox()
        self.auth_enabled = host.auth_enabled
        """False: whoever reaches the server's port can answer for the person, so commands run only where the kernel
        keeps them away from it."""
        self._config = config
        self.places = places
        self.ring = ring
        self.skills = skills
        self._ports = host.ports
        self._changed = changed
        self._benches: dict[SessionId, Workbench] = {}
        self._level: Level | None = None
        self._scratch: Path | None = None
        """Temporary files of all sessions' commands, in a folder nobody else can look into."""

    def of(self, session: Session) -> Workbench:
        """The workbench of an open session."""
        session_id = session.tables.session.id
        bench = self._benches.get(session_id)
        if bench is None or bench.session is not session:
            bench = self._benches[session_id] = self._make(session)
        return bench

    def busy(self, session: Session) -> bool:
        """Whether commands or jobs of the session run."""
        bench = self._benches.get(session.tables.session.id)
        return bench is not None and bench.shell.busy

    async def level(self) -> Level:
        """How commands are confined here; probed once."""
        if self._level is None:
            self._level = await self._sandbox.level()
        return self._level

    async def clear(self, session: Session) -> None:
        """The session closes: what still runs is stopped, temporary files go."""
        bench = self._benches.get(session.tables.session.id)
        if bench is None or bench.session is not session:  # nobody worked in it, or it was opened again meanwhile
            return
        del self._benches[session.tables.session.id]
        await bench.shell.close()
        await asyncio.to_thread(scratch.remove, bench.folder)

    async def close(self) -> None:
        """The server stops."""
        await asyncio.gather(*(self.clear(bench.session) for bench in list(self._benches.values())))
        await self._sandbox.close()
        if self._scratch is not None:
            await asyncio.to_thread(scratch.remove, self._scratch)

    # ------------------------------------------------------------------ inside

    def _make(self, session: Session) -> Workbench:
        if self._scratch is None:
            self._scratch = scratch.make()
        folder = self._scratch / f"{session.tables.session.id}-{new_id()}"
        own = (Rule("write", folder / "tmp", "scratch"), Rule("read", session.spill_dir.resolve(), "kept"))
        waiting = Waiting(session)

        async def keep_always(request: Request, by: str) -> None:
            given = Given(by=by, request_id=request.id, asker=asker_of(session.tables, request.agent_id))
            leave = [(reach.operation, Path(reach.covers)) for reach in request.reaches]
            await asyncio.to_thread(add_always, leave, self._config.environ, given)
            await self._config.renewed()

        approvals = Approvals(session, waiting, keep_always, lambda: self._changed(session))
        questions = Questions(session, waiting, lambda: self._changed(session))
        spending = Spending(session, lambda: self._config.last.settings.limits.max_tree_usd)

        def keep(job: Job) -> None:
            session.put(job, sync=job.status != "running")

        shell = Shell(
            self._sandbox,
            keep=keep,
            folder=folder,
            outputs=session.spill_dir,
            environ=self._config.environ,
            settings=self._shell_settings,
            ports=self._ports,
        )

        def policy() -> Policy:
            leave = rules_of(self._config.last.settings.permissions.leave())
            packages = (Rule("read", folder, "kept") for folder in self.skills.told.packages_outside)
            return Policy(self._config.project, (*own, *packages, *leave, *approvals.rules()), self.places)

        return Workbench(
            session,
            approvals,
            questions,
            waiting,
            spending,
            shell,
            policy,
            self.ring,
            self.skills,
            self._refresh,
            folder,
        )

    async def _refresh(self) -> None:
        await self._config.fresh()
        await self.skills.fresh()
        await self.level()

    def _shell_settings(self) -> ShellSettings:
        shell = self._config.last.settings.shell
        safe = self._level is not None and self._level.guards_ports
        reason = (
            ""
            if self.auth_enabled or safe
            else "This server has no authentication and this system cannot keep commands away from its port: "
            "a command could answer permission requests for the person."
        )
        return ShellSettings(
            timeout=shell.timeout,
            max_timeout=shell.max_timeout,
            env_pass=tuple(shell.env_pass),
            enabled=not reason,
            off_reason=reason,
        )
