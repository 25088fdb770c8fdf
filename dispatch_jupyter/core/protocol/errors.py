"""Every error a person, a client or a model can meet. One tree, one code each.

    DispatchError
    ├── NotFound            404  unknown session, agent, message or call
    ├── Invalid             422  a body, an argument or a config value that cannot be used
    │   └── TooLarge        413  a message or a body over its limit
    ├── Conflict            409  right request, wrong moment
    │   ├── Ended           409  the agent has come to its end
    │   └── Locked          423  the session is open in another server
    ├── StoreError          500  the disk said no, or a journal cannot be read
    │   └── StoreFull       507  no space, or over quota
    ├── ProjectError        409  the project folder is missing or cannot be used
    ├── ToolError           422  a tool call that did not work; goes back to the model as its result
    └── ModelError          502  a model call that did not work
        ├── NoModel         409  no model is set up
        ├── BadKey          502  401 or 403 from the provider
        ├── RateLimited     502  429; `until` says when to come back
        ├── KeyExhausted    502  quota or credit used up; `until` if the provider says when
        ├── ContextOverflow 502  the conversation no longer fits the model
        ├── Refused         502  the provider refused the content
        ├── Transient       502  network, 5xx, overload: worth another try
        └── BadReply        502  a reply that cannot be understood (garbage, cut stream, invalid stop)

Errors carry data only: they neither log nor print. `code` is what HTTP, JavaScript and tool results show alike.
"""

from datetime import datetime
from typing import ClassVar


class DispatchError(Exception):
    """The root: a `message` that says what happened and a `hint` that says what to do about it."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(DispatchError):
    code = "not_found"
    status = 404


class Invalid(DispatchError):
    code = "invalid"
    status = 422


class TooLarge(Invalid):
    code = "too_large"
    status = 413


class Conflict(DispatchError):
    code = "conflict"
    status = 409


class Ended(Conflict):
    code = "ended"


class Locked(Conflict):
    code = "locked"
    status = 423


class StoreError(DispatchError):
    code = "store"
    status = 500


class StoreFull(StoreError):
    code = "store_full"
    status = 507


class ProjectError(DispatchError):
    code = "project"
    status = 409


class ToolError(DispatchError):
    """A failed tool call. `code` may be narrowed an instance at a time (`not_found`, `outside_project`, …)."""

    code = "tool"
    status = 422

    def __init__(self, message: str, hint: str | None = None, *, code: str = "tool") -> None:
        super().__init__(message, hint)
        self.tool_code = code


class ModelError(DispatchError):
    code = "model"
    status = 502


class NoModel(ModelError):
    code = "no_model"
    status = 409


class BadKey(ModelError):
    code = "bad_key"


class RateLimited(ModelError):
    """Slow down. `until` is the provider's time where it gave one (aware UTC)."""

    code = "rate_limited"

    def __init__(self, message: str, hint: str | None = None, *, until: datetime | None = None) -> None:
        super().__init__(message, hint)
        self.until = until


class KeyExhausted(ModelError):
    """The key's quota or credit is used up. `until` is when it is refilled, where known (aware UTC)."""

    code = "key_exhausted"

    def __init__(self, message: str, hint: str | None = None, *, until: datetime | None = None) -> None:
        super().__init__(message, hint)
        self.until = until


class ContextOverflow(ModelError):
    code = "context_overflow"


class Refused(ModelError):
    code = "refused"


class Transient(ModelError):
    code = "transient"


class BadReply(ModelError):
    code = "bad_reply"
