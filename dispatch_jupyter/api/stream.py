"""`GET stream`: the WebSocket on which a client watches a session. Commands go by REST."""

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import websocket

from ..core.protocol.errors import DispatchError, Invalid
from ..core.protocol.ids import SessionId
from .base import AUTH_RESOURCE

if TYPE_CHECKING:
    from ..core.runtime.feed import Feed
    from ..core.runtime.workspace import Workspace

CLOSE_CODES = {"not_found": 4404, "invalid": 4422, "locked": 4423, "lagged": 4408}
GOING_AWAY = 1001
REASON_BYTES = 123
"""All that fits into the frame that ends a WebSocket."""


class StreamHandler(WebSocketMixin, websocket.WebSocketHandler, JupyterHandler):
    """`?session=ID&after=SEQ&instance=ID&thread=AGENT`; without a session, notices only."""

    auth_resource = AUTH_RESOURCE
    _task: asyncio.Task[None] | None = None

    @ws_authenticated
    @authorized(action="read")  # type: ignore[untyped-decorator]
    async def get(  # type: ignore[override]
        self, *args: Any, **kwargs: Any
    ) -> None:
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        super().open(*args, **kwargs)
        self._task = asyncio.create_task(self._serve(), name="dispatch-stream")

    def on_message(self, message: str | bytes) -> None:
        """Clients have nothing to say here."""

    def on_close(self) -> None:
        super().on_close()
        if self._task:
            self._task.cancel()

    def get_compression_options(self) -> dict[str, Any] | None:
        """None: tokens are small and many, and compressing each costs more than it saves."""
        return None

    async def _serve(self) -> None:
        code, reason = GOING_AWAY, "The server stops."
        try:
            session_id = self.get_query_argument("session", "")
            begun = "dispatch_workspace" if session_id else "dispatch_begun_workspace"
            workspace: Workspace = await self.settings[begun]()
            feed = await self._feed(workspace)
            try:
                await self._send(feed)
            finally:
                workspace.unwatch(feed)
        except DispatchError as error:
            code, reason = CLOSE_CODES.get(error.code, 4500), error.message
        except websocket.WebSocketClosedError:
            return
        except Exception:
            self.log.exception("The stream failed")
            code, reason = 4500, "The server failed; its log says why."
        self.close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))

    async def _feed(self, workspace: "Workspace") -> "Feed":
        session_id = self.get_query_argument("session", "")
        if not session_id:
            return await workspace.watch(None)
        after = self.get_query_argument("after", "")
        if after and not after.isdecimal():
            raise Invalid(f"after: {after!r} is not a sequence number.")
        instance = self.get_query_argument("instance", "")
        thread = self.get_query_argument("thread", "")
        return await workspace.watch(SessionId(session_id), int(after) if after else None, instance, thread)

    async def _send(self, feed: "Feed") -> None:
        async for frame in feed:
            await self.write_message(frame[0] if len(frame) == 1 else f"[{','.join(frame)}]")
