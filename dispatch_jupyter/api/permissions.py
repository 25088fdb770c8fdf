"""`permissions`, `trust`: what waits for a person's leave, what was decided, and the answers.

A resource of its own for the authoriser, so that a Hub can let people watch who may not approve. Answers come from
here alone: nothing of Dispatch in a kernel gives one, and agents' commands are kept off the server's port.
"""

from typing import TYPE_CHECKING

from tornado import web

from ..core.protocol.ids import DecisionId, GrantId, RequestId, SessionId
from .base import PERMISSIONS_RESOURCE, DispatchHandler, answering, authorized

if TYPE_CHECKING:
    from ..core.runtime.permission_desk import PermissionDesk


class PermissionsResource(DispatchHandler):
    """Base of those that deal with leave. `execute` is the action of who approves."""

    auth_resource = PERMISSIONS_RESOURCE

    async def desk(self) -> "PermissionDesk":
        """The runtime's."""
        return (await self.workspace()).permissions


class PermissionsHandler(PermissionsResource):
    """`GET permissions`: what waits, the log, the grants in force; `?session=ID` for one session."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        desk = await self.desk()
        session_id = self.get_query_argument("session", "")
        self.reply(await desk.look(SessionId(session_id) if session_id else None))


class HistoryHandler(PermissionsResource):
    """`GET permissions/history`: what was decided in all sessions of the project; `?before=ID&limit=N` for a page."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        before = self.get_query_argument("before", "")
        limit = self.number("limit")
        more = {} if limit is None else {"limit": limit}
        desk = await self.desk()
        self.reply(await desk.history(DecisionId(before) if before else None, **more))


class PermissionHandler(PermissionsResource):
    """`POST permissions/{request_id}`: allow or deny."""

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def post(self, request_id: str) -> None:
        from ..core.protocol.commands import AnswerRequest

        desk = await self.desk()
        self.reply(await desk.answer(RequestId(request_id), self.body(AnswerRequest), self.user_name))


class GrantHandler(PermissionsResource):
    """`DELETE permissions/grants/{id}`: take leave back; `?session=ID` where that session may not be open."""

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def delete(self, grant_id: str) -> None:
        desk = await self.desk()
        session_id = self.get_query_argument("session", "")
        session = SessionId(session_id) if session_id else None
        self.reply(await desk.revoke(GrantId(grant_id), self.user_name, session))


class TrustHandler(PermissionsResource):
    """`GET trust`: project files that would widen what agents may do. `POST trust`: trust a version of one."""

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        self.reply(await (await self.desk()).trusted())

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def post(self) -> None:
        from ..core.protocol.commands import TrustFile

        desk = await self.desk()
        self.reply(await desk.trust(self.body(TrustFile)))
