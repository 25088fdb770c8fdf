"""What was decided in all sessions of the project, open or not: one list, newest first, page by page."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from ..protocol.commands import Asker, DecisionHistory, SessionSummary
from ..protocol.errors import Invalid, StoreError
from ..protocol.ids import AgentId, DecisionId, SessionId
from ..protocol.records import Decision, ErrorInfo, Grant
from ..store.decision_log import DecisionLogs, SessionLog
from .askers import asker_of
from .session import Session

PAGE = 500
"""Decisions in an answer, unless fewer are asked for."""
MOST_SESSIONS = 1_000
"""Sessions that are looked into, those used last first."""
MOST_SECONDS = 5.0
"""After so long the rest is left out; what was read is known the next time, so that asking again gets further."""
MOST_PROBLEMS = 5


class History:
    """Reads the journals of one folder, in a thread, one reader at a time."""

    def __init__(self, folder: Path) -> None:
        self._logs = DecisionLogs(folder)
        self._lock = asyncio.Lock()

    async def page(
        self, summaries: Sequence[SessionSummary], live: Sequence[Session], before: DecisionId | None, limit: int
    ) -> DecisionHistory:
        """A page of the decisions of these sessions.

        Args:
            summaries: of the project's sessions, last used first.
            live: those of them that are open, whose own records are newer than their journals.
            before: the last line of the page before; None for the newest.

        Raises:
            Invalid: no such line.
        """
        ids = {summary.id for summary in summaries}
        logs = [_log_of(session) for session in live if session.tables.session.id in ids]
        open_ids = {session.tables.session.id for session in live}
        stored = [summary for summary in summaries if summary.id not in open_ids]
        async with self._lock:
            return await asyncio.to_thread(self._page, stored, logs, before, limit)

    def _page(
        self, stored: Sequence[SessionSummary], logs: list[SessionLog], before: DecisionId | None, limit: int
    ) -> DecisionHistory:
        problems, left_out = self._read(stored, logs)
        lines = _ordered([line for log in logs for line in log.lines])
        start = 0 if before is None else _after(lines, before)
        page = lines[start : start + limit]
        grants = [grant for log in logs for grant in log.grants]
        named = {line.agent_id for line in page} | {grant.agent_id for grant in grants}
        return DecisionHistory(
            log=page,
            askers=[asker for log in logs for asker in log.askers if asker.agent_id in named],
            grants=sorted(grants, key=lambda grant: grant.created_at, reverse=True),
            earlier=max(0, len(lines) - start - limit),
            left_out=left_out,
            problems=problems,
        )

    def _read(self, stored: Sequence[SessionSummary], logs: list[SessionLog]) -> tuple[list[ErrorInfo], int]:
        """Adds the logs of sessions on disk; what is wrong with some, and how many were not looked into."""
        problems: list[ErrorInfo] = []
        began = time.monotonic()
        for done, summary in enumerate(stored):
            if done >= MOST_SESSIONS or time.monotonic() - began > MOST_SECONDS:
                return problems, len(stored) - done
            try:
                logs.append(self._logs.of(SessionId(summary.id)))
            except StoreError as error:
                if len(problems) < MOST_PROBLEMS:
                    problems.append(ErrorInfo.of(error))
        return problems, 0


def _log_of(session: Session) -> SessionLog:
    tables = session.tables
    lines = tuple(tables.every(Decision))
    grants = tuple(grant for grant in tables.every(Grant) if grant.revoked_at is None)
    named: dict[AgentId, None] = dict.fromkeys(line.agent_id for line in lines)
    named.update(dict.fromkeys(grant.agent_id for grant in grants if grant.agent_id))
    askers: tuple[Asker, ...] = tuple(asker_of(tables, agent_id) for agent_id in named)
    return SessionLog(lines, grants, askers)


def _ordered(lines: list[Decision]) -> list[Decision]:
    """Newest first. That leave for always was taken back stands in every session that was open: it is told once."""
    found: dict[tuple[object, ...], Decision] = {}
    for line in sorted(lines, key=lambda line: (line.at, line.agent_id, line.seq), reverse=True):
        always = line.rule == "revoked" and (line.grant_id or "").startswith("always-")
        found.setdefault((line.grant_id, line.at) if always else (line.id,), line)
    return list(found.values())


def _after(lines: Sequence[Decision], before: DecisionId) -> int:
    for place, line in enumerate(lines):
        if line.id == before:
            return place + 1
    raise Invalid(f"before: there is no decision {before[:40]!r}.", "Begin with the newest again.")
