"""What an agent may do at most, narrowed by whoever is above it."""

from ..protocol.parts import Limits


def within(limits: Limits, bound: Limits) -> Limits:
    """`limits`, but nothing that `bound` does not allow as well. The folder stays its own."""
    return limits.model_copy(
        update={
            "max_steps": min(limits.max_steps, bound.max_steps),
            "operations": [one for one in limits.operations if one in bound.operations],
            "summons": [one for one in limits.summons if one in bound.summons],
            "tools": _both(limits.tools, bound.tools),
        }
    )


def _both(one: list[str] | None, other: list[str] | None) -> list[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return [name for name in one if name in other]
