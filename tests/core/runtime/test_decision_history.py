"""Decisions of sessions on disk as one list: in order, in pages, and honest about what is not in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.commands import SessionSummary
from dispatch_jupyter.core.protocol.errors import Invalid
from dispatch_jupyter.core.protocol.ids import DecisionId, SessionId, new_agent_id, new_id
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef
from dispatch_jupyter.core.protocol.records import TABLE_OF, Agent, Decision, Session
from dispatch_jupyter.core.runtime import decision_history
from dispatch_jupyter.core.runtime.decision_history import History
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import SessionDB

START = datetime(2026, 1, 2, tzinfo=UTC)
MODEL = ModelRef(id="demo/rules", provider="demo", label="demo", demo=True)


def stored(folder: Path, minutes: list[int], **fields: object) -> SessionSummary:
    """A session on disk with decisions made at these minutes."""
    id_ = SessionId(new_id())
    agent = Agent(id=new_agent_id(id_), model=MODEL, limits=Limits(root="/p"))
    record = Session(id=id_, project="/p", title=f"of {minutes}", root_agent_id=agent.id)
    lines = [decision(agent, minute).model_copy(update=fields) for minute in minutes]
    rows = [(TABLE_OF[type(one)], one.id, one.model_dump_json().encode()) for one in (record, agent, *lines)]
    db = SessionDB.create(folder, id_, Owner("http://localhost:8888/"))
    db.append(rows, sync=False)
    db.close()
    return SessionSummary(id=id_, project="/p", title="", created_at="", updated_at="")


def decision(agent: Agent, minute: int) -> Decision:
    return Decision(
        id=DecisionId(new_id()), agent_id=agent.id, operation="read", path=f"/{minute}", allowed=True,
        rule="person: once", at=START + timedelta(minutes=minute),
    )  # fmt: skip


def page(folder: Path, summaries: list[SessionSummary], before: str | None = None, limit: int = 500):
    history = History(folder)
    return asyncio.run(history.page(summaries, [], DecisionId(before) if before else None, limit))


def test_newest_first_whosever_and_page_by_page(tmp_path):
    summaries = [stored(tmp_path, [1, 4]), stored(tmp_path, [2, 3]), stored(tmp_path, [])]
    whole = page(tmp_path, summaries)
    assert [line.path for line in whole.log] == ["/4", "/3", "/2", "/1"]
    assert sorted(asker.title for asker in whole.askers) == ["of [1, 4]", "of [2, 3]"]
    first = page(tmp_path, summaries, limit=3)
    assert ([line.path for line in first.log], first.earlier) == (["/4", "/3", "/2"], 1)
    last = page(tmp_path, summaries, before=first.log[-1].id)
    assert ([line.path for line in last.log], last.earlier) == (["/1"], 0)
    with pytest.raises(Invalid, match="before"):
        page(tmp_path, summaries, before="nothing")


def test_what_was_not_looked_into_is_counted(tmp_path, monkeypatch):
    summaries = [stored(tmp_path, [minute]) for minute in (3, 2, 1)]
    monkeypatch.setattr(decision_history, "MOST_SESSIONS", 2)
    found = page(tmp_path, summaries)
    assert ([line.path for line in found.log], found.left_out) == (["/3", "/2"], 1)
    monkeypatch.setattr(decision_history, "MOST_SECONDS", -1.0)
    assert page(tmp_path, summaries).left_out == 3


def test_a_session_that_cannot_be_read_is_said_and_hides_no_other(tmp_path):
    bad, good = stored(tmp_path, [1]), stored(tmp_path, [2])
    (tmp_path / f"{bad.id}.jsonl").write_text("nothing\n")
    found = page(tmp_path, [bad, good])
    assert [line.path for line in found.log] == ["/2"]
    assert [bad.id in problem.message for problem in found.problems] == [True]


def test_that_leave_for_always_was_revoked_is_one_line(tmp_path):
    summaries = [stored(tmp_path, [5], rule="revoked", grant_id="always-1") for _ in range(2)]
    summaries.append(stored(tmp_path, [5], rule="revoked", grant_id="g1"))  # of that session alone
    assert [line.grant_id for line in page(tmp_path, summaries).log].count("always-1") == 1
    assert len(page(tmp_path, summaries).log) == 2
