"""What the agents of a session may spend together, looked at before each call."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ..llm.admission import Admission
from ..llm.estimate import rates_of
from ..llm.library import load_litellm
from ..llm.standing import NANO
from ..protocol.errors import DispatchError
from ..protocol.money import dollars
from ..protocol.records import Agent
from .session import Session


class TreeBudget(DispatchError):
    """The agents of the session have spent what they may."""

    code = "tree_budget"
    status = 409


class Spending:
    """One session's. What a call may cost at most is held back while it is made: many at once overspend nothing.

    Args:
        most: USD; None: without end.
    """

    def __init__(self, session: Session, most: Callable[[], float | None]) -> None:
        self._session = session
        self._most = most
        self._held = 0
        """Nano-USD of calls under way."""

    @asynccontextmanager
    async def held(self, admission: Admission) -> AsyncIterator[None]:
        """Make the call inside.

        Raises:
            TreeBudget: it might cost more than is left, or nobody knows what it costs.
        """
        worst = await self._worst(admission)
        self._check(worst)
        self._held += worst
        try:
            yield
        finally:
            self._held -= worst

    async def _worst(self, admission: Admission) -> int:
        """Nano-USD of the call at most.

        Only keys with a budget of their own have had prices looked up; a limit counts what is paid with others, too.
        """
        worst, most = admission.reservation.claim.worst, self._most()
        if worst.nano is not None or most is None:
            return worst.nano or 0
        rates = rates_of(await load_litellm(), admission.entry, worst.input)
        if rates is None:
            raise TreeBudget(
                f"Nobody knows the price of {admission.model}, and the agents of this session may spend "
                f"{dollars(most)}.",
                "Set `price:` of the model in dispatch.yaml (zeros where it costs nothing), or take "
                "`limits: max_tree_usd` out; then try again.",
            )
        return rates.price(worst.input, worst.output)

    def _check(self, worst: int) -> None:
        most = self._most()
        if most is None:
            return
        spent = sum(self._spent(agent) for agent in self._session.tables.agents())
        if spent * NANO + self._held + worst > most * NANO:
            raise TreeBudget(
                f"The agents of this session have spent {dollars(spent)} of the {dollars(most)} they may; the next "
                f"call may cost {dollars(worst / NANO)}.",
                "Raise `limits: max_tree_usd` in dispatch.yaml, then press Try again or send a message.",
            )

    def _spent(self, agent: Agent) -> float:
        """USD of an agent's calls; where the price of one is unknown, of those that say theirs."""
        if agent.usage.cost_usd is not None:
            return agent.usage.cost_usd
        usages = (message.usage for message in self._session.tables.thread(agent.id) if message.usage)
        return sum(usage.cost_usd or 0.0 for usage in usages)
