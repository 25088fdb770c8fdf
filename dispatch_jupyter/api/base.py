"""What all handlers share: authorisation, bodies in, answers and errors out."""

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from http.client import responses
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from ..core.protocol.errors import DispatchError, Invalid, TooLarge

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ..core.runtime.workspace import Workspace

    B = TypeVar("B", bound=BaseModel)

P = ParamSpec("P")

AUTH_RESOURCE = "dispatch"
PERMISSIONS_RESOURCE = "dispatch:permissions"
"""Of its own, so that a Hub can let people watch who may not approve."""
MAX_BODY_BYTES = 1_000_000


def answering(method: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """Turn a `DispatchError` into its status and `{code, message, hint}`."""

    @wraps(method)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> None:
        handler: Any = args[0]
        try:
            await method(*args, **kwargs)
        except DispatchError as error:
            handler.fail(error)

    return answer


class DispatchHandler(APIHandler):
    """A thin handler: a body becomes a command, the workspace does it, the answer is a record."""

    auth_resource = AUTH_RESOURCE

    async def workspace(self) -> "Workspace":
        """The runtime; the first to ask pays for importing it."""
        workspace: Workspace = await self.settings["dispatch_workspace"]()
        return workspace

    @property
    def user_name(self) -> str:
        """Who asks, for the records. Where the server knows nobody by name, the name it made up."""
        return str(self.current_user.display_name or self.current_user.username)

    async def may(self, action: str, resource: str) -> bool:
        """Whether who asks may do something else than this."""
        allowed = self.authorizer.is_authorized(self, self.current_user, action, resource)
        return bool(await ensure_async(allowed))

    def body(self, kind: "type[B]", most: int = MAX_BODY_BYTES) -> "B":
        """The request's body as a command.

        Args:
            most: bytes it may have.

        Raises:
            Invalid: naming each field that is wrong.
            TooLarge: it has more bytes.
        """
        from pydantic import ValidationError

        if len(self.request.body) > most:
            raise TooLarge(f"The body is over {most:,} bytes.", "Put long text into a file and name it.")
        try:
            return kind.model_validate_json(self.request.body or b"{}")
        except ValidationError as error:
            raise as_invalid(error) from None

    def reply(self, answer: "BaseModel | dict[str, Any]", status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(answer if isinstance(answer, dict) else answer.model_dump_json())

    def fail(self, error: DispatchError) -> None:
        self.reply({"code": error.code, "message": error.message, "hint": error.hint}, error.status)

    def number(self, name: str, default: int | None = None) -> int | None:
        """A whole number from the query string."""
        text = self.get_query_argument(name, None)
        if text is None:
            return default
        try:
            return int(text)
        except ValueError:
            raise Invalid(f"{name}: {text!r} is not a whole number.") from None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Errors of the server itself (401, 403, 404, 500) in the same shape as ours."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = responses.get(status_code, "The server failed.")
        if isinstance(error, web.HTTPError):
            message = (error.log_message or "") % error.args or error.reason or message
        codes = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
        self.set_header("Content-Type", "application/json")
        code = codes.get(status_code, "internal" if status_code >= 500 else "invalid")
        self.finish(json.dumps({"code": code, "message": message, "hint": None}))


def as_invalid(error: Any) -> Invalid:
    """Pydantic's complaint in one line, each field named."""
    faults = error.errors()
    text = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults)
    kind = TooLarge if all(fault["type"] == "string_too_long" for fault in faults) else Invalid
    return kind(text, "See the API description for the fields.")


__all__ = ["AUTH_RESOURCE", "DispatchHandler", "answering", "as_invalid", "authorized"]
