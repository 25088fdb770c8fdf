"""Which versions of files an agent knows: nothing it has not seen may be overwritten."""

from ..permissions.faults import quoted
from ..permissions.paths import Content, Written
from ..protocol.errors import ToolError
from .tool import Seen


def remember(seen: Seen, file: Content | Written) -> None:
    """The agent has read or written this version."""
    seen.fingerprints[str(file.path)] = file.fingerprint


def check_known(seen: Seen, current: Content, path: str) -> None:
    """That the agent knows the version that is there now.

    Raises:
        ToolError: code `not_read` or `changed`.
    """
    known = seen.fingerprints.get(str(current.path))
    if known is None:
        raise ToolError(
            f"{quoted(path)} exists and you have not read it.", "Read it with read_file first.", code="not_read"
        )
    if known != current.fingerprint:
        raise ToolError(
            f"{quoted(path)} has changed since you read it.",
            "Read it again with read_file, then repeat the change on what is there now.",
            code="changed",
        )
