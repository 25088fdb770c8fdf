"""What a person may set about the agents' shell."""

from collections.abc import Collection
from dataclasses import dataclass

DEFAULT_TIMEOUT = 120.0
MAX_TIMEOUT = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ShellSettings:
    """As in force when a command starts."""

    timeout: float = DEFAULT_TIMEOUT
    """Seconds a command may take unless the agent says otherwise."""
    max_timeout: float = MAX_TIMEOUT
    """Seconds that no command and no background job may outlast."""
    env_pass: Collection[str] = ()
    """Names of more environment variables that commands get. Those of secrets are never passed on."""
    enabled: bool = True
    off_reason: str = ""
    """Why `enabled` is False, for the agent and the person."""
