"""`sessions`: list, make, read."""

from tornado import web

from ..core.protocol.ids import SessionId
from .base import DispatchHandler, answering, authorized

MAX_PAGE = 1_000


class SessionsHandler(DispatchHandler):
    """`GET sessions`: the project's, newest first. `POST sessions`: a new one."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        summaries = await workspace.list()
        self.reply({"sessions": [summary.model_dump(mode="json") for summary in summaries]})

    @web.authenticated
    @authorized
    @answering
    async def post(self) -> None:
        from ..core.protocol.commands import CreateSession

        workspace = await self.workspace()
        session = await workspace.create(self.body(CreateSession))
        self.reply(session.state(), 201)


class SessionHandler(DispatchHandler):
    """`GET sessions/{id}`: its records; `?before=ORDER&limit=N&thread=AGENT` for a page of older messages."""

    @web.authenticated
    @authorized
    @answering
    async def get(self, session_id: str) -> None:
        workspace = await self.workspace()
        session = await workspace.session(SessionId(session_id))
        limit = min(max(self.number("limit", 200) or 0, 0), MAX_PAGE)
        thread = self.get_query_argument("thread", "")
        self.reply(session.state(before=self.number("before"), limit=limit, thread=thread))
