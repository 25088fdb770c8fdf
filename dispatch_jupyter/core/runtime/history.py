"""The history of an agent: a line for each state it comes into."""

from ..protocol.ids import TransitionId, new_id
from ..protocol.records import Agent, Transition


def transition(before: Agent | None, agent: Agent) -> Transition | None:
    """The line to write where an agent's record changes; None where its state stays.

    Args:
        before: its record until now; None for a new agent.
    """
    if before is not None and _state(before) == _state(agent):
        return None
    return Transition(
        id=TransitionId(new_id()),
        agent_id=agent.id,
        status=agent.status,
        waiting_on=agent.waiting_on,
        waits_for=agent.waits_for,
        code=agent.error.code if agent.error else None,
    )


def _state(agent: Agent) -> tuple[object, ...]:
    return (agent.status, agent.waiting_on, agent.waits_for)
