"""The permission log: what outside the project was allowed or denied, by whom or by which rule."""

from collections.abc import Sequence
from itertools import zip_longest

from ..permissions.policy import Verdict
from ..protocol.ids import AgentId, CallId, DecisionId, GrantId, new_id
from ..protocol.records import Decision, Grant, Reach, Request
from .session import Session


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

    def revoked(self, grant: Grant, by: str) -> None:
        """Leave was taken back."""
        reach = Reach(operation=grant.operation, path=grant.path, covers=grant.path)
        agent_id = grant.agent_id or self._session.tables.session.root_agent_id
        self._put(agent_id, reach, grant_id=grant.id, allowed=False, rule="revoked", by=by)

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
    verb = {"read": "read", "write": "write", "execute": "run"}[first.operation]
    more = f" and {len(others)} more" if others else ""
    how = " with a shell command" if command is not None else ""
    return f"{name} wants to {verb} {first.path}{more}{how}"
