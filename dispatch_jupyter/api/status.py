"""`GET status`: the model in force, what is missing, what every live agent does."""

from tornado import web

from .base import DispatchHandler, answering, authorized


class StatusHandler(DispatchHandler):
    """`GET status`: cheap enough to be asked every few seconds."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.status())
