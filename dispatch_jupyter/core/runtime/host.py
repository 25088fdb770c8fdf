"""The server around the runtime, as whoever starts it describes it."""

from collections.abc import Callable
from dataclasses import dataclass

from ..protocol.records import ErrorInfo
from ..store.lock import Owner


@dataclass(frozen=True, slots=True)
class Host:
    """What the runtime knows of the server it lives in."""

    instance: str
    """Id of the process."""
    owner: Owner
    ports: Callable[[], frozenset[int]]
    """TCP ports that agents' commands may not connect to."""
    auth_enabled: bool
    """Whether the server asks who somebody is."""
    warnings: list[ErrorInfo]
