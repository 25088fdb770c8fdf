"""`POST chat`: say something, and hear that it was stored, or the whole answer as it comes."""

from typing import TYPE_CHECKING

from tornado import web
from tornado.iostream import StreamClosedError

from ..core.protocol.errors import DispatchError
from .base import DispatchHandler, answering, authorized

if TYPE_CHECKING:
    from ..core.protocol.commands import Accepted
    from ..core.runtime.feed import Feed
    from ..core.runtime.workspace import Workspace


class ChatHandler(DispatchHandler):
    """202 with ids, or with `Accept: text/event-stream` what concerns the agent until it rests.

    Its own messages and calls, not those of the agents that work for it, which may be hundreds; all other records.
    """

    _feed: "Feed | None" = None

    @web.authenticated
    @authorized
    @answering
    async def post(self) -> None:
        from ..core.protocol.commands import SendMessage

        workspace = await self.workspace()
        command = self.body(SendMessage)
        accepted = await workspace.send(command, self.user_name)
        if "text/event-stream" in self.request.headers.get("Accept", ""):
            await self._stream(workspace, accepted)
        else:
            self.reply(accepted, 202)

    def on_connection_close(self) -> None:
        """The client went away. Its agent goes on, but nobody listens."""
        super().on_connection_close()
        if self._feed:
            self._feed.end()

    async def _stream(self, workspace: "Workspace", accepted: "Accepted") -> None:
        from ..core.runtime.follow import follow

        feed = self._feed = await workspace.watch(accepted.session_id, thread=accepted.agent_id)
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("X-Accel-Buffering", "no")
        try:
            async for kind, data in follow(feed, accepted):
                self.write(f"event: {kind}\ndata: {data}\n\n")
                await self.flush()
        except (StreamClosedError, DispatchError) as error:
            # the answer has begun: a stream without its `end` is all that can still be said
            self.log.info("The stream of an answer broke off: %s", error)
        finally:
            workspace.unwatch(feed)
