"""What the agents of a session may spend together, looked at before each call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..llm.admission import Admission
from ..protocol.errors import DispatchError
from .session import Session

NANO = 1_000_000_000


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

    @contextmanager
    def held(self, admission: Admission) -> Iterator[None]:
        """Make the call inside.

        Raises:
            TreeBudget: it might cost more than is left.
        """
        worst = admission.reservation.claim.worst.nano or 0
        self._check(worst)
        self._held += worst
        try:
            yield
        finally:
            self._held -= worst

    def _check(self, worst: int) -> None:
        most = self._most()
        if most is None:
            return
        spent = sum(agent.usage.cost_usd or 0.0 for agent in self._session.tables.agents())
        if spent * NANO + self._held + worst > most * NANO:
            raise TreeBudget(
                f"The agents of this session have spent ${spent:.2f} of the ${most:.2f} they may; the next call might "
                "be too much.",
                "Raise `limits: max_tree_usd` in dispatch.yaml, then press Resume or send a message.",
            )
