"""`permissions`, `trust`: what waits for a person's leave, what was decided, and the answers.

A resource of its own for the authoriser, so that a Hub can let people watch who may not approve. Answers come from
here alone: no kernel and no agent has a way to give one.
"""

from tornado import web

from ..core.protocol.ids import GrantId, RequestId, SessionId
from .base import DispatchHandler, answering, authorized

PERMISSIONS_RESOURCE = "dispatch:permissions"


class PermissionsHandler(DispatchHandler):
    """`GET permissions`: what waits, the log, the grants in force; `?session=ID` for one session."""

    auth_resource = PERMISSIONS_RESOURCE

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        session_id = self.get_query_argument("session", "")
        self.reply(await workspace.permissions.look(SessionId(session_id) if session_id else None))


class PermissionHandler(DispatchHandler):
    """`POST permissions/{request_id}`: allow or deny."""

    auth_resource = PERMISSIONS_RESOURCE

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def post(self, request_id: str) -> None:
        from ..core.protocol.commands import AnswerRequest

        workspace = await self.workspace()
        command = self.body(AnswerRequest)
        self.reply(await workspace.permissions.answer(RequestId(request_id), command, self.user_name))


class GrantHandler(DispatchHandler):
    """`DELETE permissions/grants/{id}`: take leave back."""

    auth_resource = PERMISSIONS_RESOURCE

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def delete(self, grant_id: str) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.permissions.revoke(GrantId(grant_id), self.user_name))


class TrustHandler(DispatchHandler):
    """`GET trust`: project files that would widen what agents may do. `POST trust`: trust a version of one."""

    auth_resource = PERMISSIONS_RESOURCE

    @web.authenticated
    @authorized
    @answering
    async def get(self) -> None:
        workspace = await self.workspace()
        self.reply(await workspace.permissions.trusted())

    @web.authenticated
    @authorized(action="execute")  # type: ignore[untyped-decorator]
    @answering
    async def post(self) -> None:
        from ..core.protocol.commands import TrustFile

        workspace = await self.workspace()
        self.reply(await workspace.permissions.trust(self.body(TrustFile)))
