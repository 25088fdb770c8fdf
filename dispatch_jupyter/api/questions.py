"""`questions/{id}`: a person's answer to an agent that asked."""

from tornado import web

from ..core.protocol.ids import RequestId
from .base import DispatchHandler, answering, authorized


class QuestionHandler(DispatchHandler):
    """`POST questions/{request_id}`: answer in words, or with one of the options."""

    @web.authenticated
    @authorized
    @answering
    async def post(self, request_id: str) -> None:
        from ..core.protocol.commands import AnswerQuestion

        workspace = await self.workspace()
        command = self.body(AnswerQuestion)
        self.reply(await workspace.permissions.reply(RequestId(request_id), command, self.user_name))
