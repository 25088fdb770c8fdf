"""How long a provider may be silent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. Kept here and not left to litellm, which forgets them for some providers."""

    connect: float = 20.0
    """Until a connection stands, where the provider's client tells this apart."""
    first: float = 300.0
    """Until the answer begins. Local models read a long prompt for minutes; large ones think."""
    idle: float = 180.0
    """Between two pieces of an answer."""
