"""What one tool call may touch, and its way to a person for more."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ..permissions.policy import Policy, Rule, Verdict
from ..protocol.ids import AgentId, CallId
from ..protocol.records import Reach
from .approvals import Approvals
from .session import Session

MAX_NOTED = 50
"""Lines in the permission log for what one call was allowed or denied without a question."""


class CallAccess:
    """Implements `tools.tool.Access`. Leave given `once` lives and dies with it."""

    def __init__(
        self,
        session: Session,
        approvals: Approvals,
        policy: Callable[[], Policy],
        agent_id: AgentId,
        call_id: CallId,
    ) -> None:
        self._session = session
        self._approvals = approvals
        self._policy = policy
        self._agent_id = agent_id
        self._call_id = call_id
        self._once: tuple[Rule, ...] = ()
        self._noted: set[tuple[str, str, str]] = set()

    def policy(self) -> Policy:
        """As it stands now, with the leave given for this call alone."""
        return self._policy().also(*self._once)

    async def ask(self, reaches: Sequence[Reach], command: str | None = None) -> tuple[Rule, ...]:
        """One question to a person for all of these.

        Raises:
            Denied: with what the person wants the agent to know.
        """
        agent = self._session.tables.agent(self._agent_id)
        leave = await self._approvals.ask(agent, self._call_id, reaches, command, self.policy)
        self._once += leave
        for reach in reaches:
            verdict = self.policy().decide(reach.operation, Path(reach.path))
            if verdict.grant_id:  # its first use is what the answer in the log was about
                self._noted.add((verdict.rule, reach.operation, verdict.grant_id))
        return leave

    def note(self, reach: Reach, verdict: Verdict) -> None:
        """Log what was decided without asking; what one grant allows is logged once a call and operation.

        A call that reaches for more than anybody reads is logged to a bound, and that there was more.
        """
        allowed = verdict.outcome == "allow"
        key = (verdict.rule, reach.operation, verdict.grant_id if allowed and verdict.grant_id else reach.path)
        if key not in self._noted and len(self._noted) <= MAX_NOTED:
            self._noted.add(key)
            if len(self._noted) > MAX_NOTED:
                reach = reach.model_copy(update={"path": f"{reach.path} (and more, which are not listed)"})
            self._approvals.log.by_policy(self._agent_id, self._call_id, reach, verdict)
