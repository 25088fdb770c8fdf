"""The server extension. Light: the runtime is imported and started when somebody first asks for it."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from tornado.ioloop import PeriodicCallback
from traitlets import Unicode

from ..core.protocol.ids import new_id
from ..core.store.waits import Waits
from .routes import ROUTES

if TYPE_CHECKING:
    from ..core.runtime.workspace import Workspace

ACTIVITY_MS = 60_000
"""How often agents at work are reported as activity, so that nothing culls the server under them."""


class DispatchApp(ExtensionApp):
    """Hosts the agent runtime in a Jupyter server, under `{base_url}dispatch/`."""

    name = "dispatch_jupyter"
    extension_url = "/dispatch"

    data_dir = Unicode(help="Where sessions are kept. Default: `dispatch` in Jupyter's data folder.").tag(config=True)

    def initialize_settings(self) -> None:
        """Offers the runtime to the handlers, begun or only once somebody has begun it."""
        self.server_instance = new_id()
        self.server_url = ""
        self.project = Path(self.settings["server_root_dir"]).expanduser()
        self._starting: asyncio.Task[Workspace] | None = None
        self._started = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._pulse = PeriodicCallback(self._report_activity, ACTIVITY_MS)
        self.settings["dispatch_workspace"] = self.workspace
        self.settings["dispatch_begun_workspace"] = self.begun_workspace

    @property
    def _folder(self) -> Path:
        return Path(self.data_dir or Path(jupyter_data_dir()) / "dispatch")

    def initialize_handlers(self) -> None:
        self.handlers.extend((route.pattern, route.handler) for route in ROUTES)

    async def workspace(self) -> "Workspace":
        """The runtime, begun at the first call."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def begun_workspace(self) -> "Workspace":
        """The runtime, once somebody has begun it: to listen alone does not wake it."""
        await self._started.wait()
        return await self.workspace()

    async def _start(self) -> "Workspace":
        try:
            workspace = await asyncio.to_thread(self._set_up)
            workspace.on_activity = self._stamp
            await workspace.start()
        except BaseException:
            self._starting = None  # the next to ask tries again
            raise
        self._pulse.start()
        self._started.set()
        return workspace

    def _set_up(self) -> "Workspace":
        server = self.serverapp
        if server is None:
            raise RuntimeError("The extension is not linked to a server.")
        from ..core.runtime.setup import set_up
        from .ports import guarded_ports

        return set_up(
            project=self.project,
            folder=self._folder / "sessions",
            instance=self.server_instance,
            server_url=self.server_url,
            ports=lambda: guarded_ports(server),
            auth_enabled=server.identity_provider.auth_enabled,
            secrets=[Path(server.runtime_dir)],
            arguments=sys.argv,
        )

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """The loop runs and the port is final: tell kernels, which inherit this environment, where the server is."""
        self.server_url = serverapp.connection_url
        os.environ["DISPATCH_SERVER_URL"] = self.server_url
        os.environ["DISPATCH_SERVER_TOKEN"] = serverapp.identity_provider.token or ""
        os.environ["DISPATCH_INSTANCE"] = self.server_instance
        self._looking = asyncio.create_task(self._go_on_waiting())

    async def _go_on_waiting(self) -> None:
        """Begin the runtime at once where agents of this project waited for a key when its last server ended."""
        waits = Waits(self._folder / "waiting")
        try:
            if await asyncio.to_thread(waits.of, self.project.resolve()):
                await self.workspace()
        except Exception:
            self.log.exception("Agents that wait for a key do not go on before somebody opens Dispatch")

    async def stop_extension(self) -> None:
        """Agents are stopped and marked so, journals closed, connections ended."""
        self._pulse.stop()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._starting is not None:
            workspace = await self._starting
            await workspace.close()

    def current_activity(self) -> Any:
        """For `shutdown_no_activity_timeout`: the number of agents at work, None where there are none."""
        if self._starting is None or not self._starting.done():
            return None
        return self._starting.result().at_work or None

    def _report_activity(self) -> None:
        if self.current_activity():
            self._stamp()

    def _stamp(self) -> None:
        """What a Hub's culler reads."""
        self.settings.setdefault("last_activity_times", {})["dispatch"] = datetime.now(UTC)
