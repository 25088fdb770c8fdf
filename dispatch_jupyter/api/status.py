"""`GET status`: the model in force, what is missing, what every live agent does."""

from tornado import web

from .base import PERMISSIONS_RESOURCE, DispatchHandler, answering, authorized


class StatusHandler(DispatchHandler):
    """`GET status`: cheap enough to be asked every few seconds."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        status = await workspace.status()
        self.reply(status.model_copy(update={"may_approve": await self.may("execute", PERMISSIONS_RESOURCE)}))
