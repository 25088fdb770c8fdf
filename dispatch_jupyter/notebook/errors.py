"""What can go wrong between a kernel and its server, and how a cell says it.

    DispatchError
    ├── NoServer       no Jupyter server to be found from this kernel
    ├── Unreachable    the server does not answer, or the connection broke
    ├── NotAllowed     the server refuses this kernel's token
    └── OtherVersion   the server's answer cannot be understood

Everything the server itself refuses arrives as the error it raised (`core/protocol/errors.py`), found by its code.
"""

from functools import partial
from typing import Any, TypeVar

from ..core.protocol.errors import DispatchError

E = TypeVar("E", bound=BaseException)

RED, RESET = "\x1b[31m", "\x1b[0m"


class NoServer(DispatchError):
    code = "no_server"


class Unreachable(DispatchError):
    code = "unreachable"


class NotAllowed(DispatchError):
    code = "forbidden"
    status = 403


class OtherVersion(DispatchError):
    code = "other_version"


def from_answer(status: int, body: Any) -> DispatchError:
    """The error that an answer of the server stands for; `body` is its JSON, None where it had none."""
    answer = body if isinstance(body, dict) else {}
    code, message, hint = (answer.get(key) for key in ("code", "message", "hint"))
    if status in (401, 403):
        return NotAllowed(
            f"The Jupyter server refused this kernel ({status}).",
            "Restart the kernel, so that it gets the server's present token.",
        )
    if not isinstance(code, str) or (status == 404 and message in (None, "Not Found")):
        return NoServer(
            f"The Jupyter server answered {status}: it does not run Dispatch.",
            "`jupyter server extension list` should name dispatch_jupyter; restart the server after installing it.",
        )
    kind = _by_code().get(code, DispatchError)
    return kind(str(message), str(hint) if hint else None)


def readable(error: E, *lines: str) -> E:
    """Make IPython show `lines` in place of a traceback: the fault is not in the person's code."""
    vars(error)["_render_traceback_"] = partial(list, lines)
    return error


def lines_of(error: DispatchError) -> list[str]:
    """A sentence that says what happened, and one that says what to do."""
    return [f"{RED}{error.message}{RESET}", *([error.hint] if error.hint else [])]


def _by_code() -> dict[str, type[DispatchError]]:
    found: dict[str, type[DispatchError]] = {}
    kinds = [DispatchError]
    while kinds:
        kind = kinds.pop()
        found.setdefault(kind.code, kind)
        kinds += kind.__subclasses__()
    return found
