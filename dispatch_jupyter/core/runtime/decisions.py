"""The permission log: what outside the project was allowed or denied, by whom or by which rule."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from ..permissions.faults import printable
from ..permissions.policy import Policy, Verdict
from ..protocol.ids import AgentId, CallId, DecisionId, GrantId, new_id
from ..protocol.parts import Operation
from ..protocol.records import Decision, Grant, Reach, Request
from .session import Session

_VERBS: dict[Operation, str] = {"read": "read", "write": "write", "execute": "run"}


class DecisionLog:
    """Writes a session's permission log."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_policy(self, agent_id: AgentId, call_id: CallId | None, reach: Reach, verdict: Verdict) -> None:
        """What was decided without asking anybody."""
        self._put(
            agent_id,
            reach,
            call_id=call_id,
            allowed=verdict.outcome == "allow",
            rule=verdict.rule,
            grant_id=GrantId(verdict.grant_id) if verdict.grant_id else None,
            note=verdict.reason or None,
        )

    def answered(self, request: Request, grants: Sequence[Grant], *, allowed: bool, rule: str) -> list[Decision]:
        """How a request ended, a line for each thing it asked for; `grants` in the same order, or none."""
        return [
            self._put(
                request.agent_id,
                reach,
                call_id=request.call_id,
                request_id=request.id,
                grant_id=grant.id if grant else None,
                allowed=allowed,
                rule=rule,
                by=request.answered_by or "",
                note=request.note,
            )
            for reach, grant in zip_longest(request.reaches, grants)
        ]

    def not_stored(self, lines: Sequence[Decision]) -> None:
        """What these lines say did not come to pass: the answer could not be stored."""
        for line in lines:
            self._session.put(line.model_copy(update={"allowed": False, "rule": "not stored", "grant_id": None}))

    def revoked(self, grant: Grant, by: str, at: datetime, policy: Policy) -> None:
        """Leave was taken back; for always, so in every open session, each of which has a line of the same time.

        Args:
            policy: without that leave.
        """
        reach = Reach(operation=grant.operation, path=grant.path, covers=grant.path)
        agent_id = grant.agent_id or self._session.tables.session.root_agent_id
        note = _still_allowed(grant, policy)
        self._put(agent_id, reach, grant_id=grant.id, allowed=False, rule="revoked", by=by, at=at, note=note)

    def _put(self, agent_id: AgentId, reach: Reach, *, allowed: bool, rule: str, **more: object) -> Decision:
        decision = Decision(
            id=DecisionId(new_id()),
            agent_id=agent_id,
            operation=reach.operation,
            path=reach.path,
            allowed=allowed,
            rule=rule,
        )
        return self._session.put(decision.model_copy(update=more))


def question_of(name: str, reaches: Sequence[Reach], command: str | None) -> str:
    """The question in one sentence, for terminals, notifications and logs."""
    first, *others = reaches
    more = f" and {len(others)} more" if others else ""
    how = " with a shell command" if command is not None else ""
    return f"{name} wants to {_VERBS[first.operation]} {printable(first.path)}{more}{how}"


def _still_allowed(grant: Grant, policy: Policy) -> str | None:
    """That other leave allows what a grant did, as leave to write includes reading; None where nothing does."""
    verdict = policy.decide(grant.operation, Path(grant.path))
    if verdict.outcome != "allow":
        return None
    other = next((rule for rule in policy.rules if rule.grant_id and rule.grant_id == verdict.grant_id), None)
    leave = f"leave to {_VERBS[other.operation]} {printable(str(other.path))}" if other else "other leave"
    return f"Still allowed, by {leave}."
