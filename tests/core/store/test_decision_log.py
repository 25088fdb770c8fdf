"""Permission logs out of journals: what matters is found, the rest is not read, and a changed journal is read again."""

import time
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.errors import StoreError
from dispatch_jupyter.core.protocol.ids import AgentId, DecisionId, GrantId, SessionId
from dispatch_jupyter.core.protocol.records import Decision, Grant
from dispatch_jupyter.core.store import decision_log
from dispatch_jupyter.core.store.decision_log import MOST_LINES, DecisionLogs
from dispatch_jupyter.core.store.session_db import SessionDB
from store_samples import AGENT, OWNER, START, agent, call, journal, message, new_session, row

CHILD = AgentId("b" * 16)


def line(number: int, agent_id: AgentId = AGENT) -> Decision:
    return Decision(
        id=DecisionId(f"{number:016x}"), agent_id=agent_id, operation="read", path=f"/etc/{number}", allowed=True,
        rule="person: once", by="ada", at=START,
    )  # fmt: skip


def put(folder: Path, session_id: SessionId, *records) -> None:
    db = SessionDB.open(folder, session_id, OWNER)
    try:
        for record in records:
            db.append([row(record)], sync=False)
    finally:
        db.close()


def test_lines_grants_and_who_asked(tmp_path: Path) -> None:
    session_id = new_session(tmp_path, title="Hosts")
    child = agent().model_copy(update={"id": CHILD, "name": "reader", "parent_id": AGENT})
    first = Grant(id=GrantId("g1"), agent_id=AGENT, operation="read", path="/etc", scope="session", created_at=START)
    gone = first.model_copy(update={"id": GrantId("g2"), "revoked_at": START})
    # what only speaks of the table in its text is passed over
    said = message(9, text='{"t":"log","i":"x","d":{}}')
    put(tmp_path, session_id, child, said, line(1), call("out"), line(2, CHILD), first, gone)
    log = DecisionLogs(tmp_path).of(session_id)
    assert [one.path for one in log.lines] == ["/etc/1", "/etc/2"]
    assert [grant.id for grant in log.grants] == ["g1"]
    assert [(asker.agent_id, asker.title, asker.path) for asker in log.askers] == [
        (AGENT, "Hosts", ["dispatch"]),
        (CHILD, "Hosts", ["dispatch", "reader"]),
    ]


def test_a_journal_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = new_session(tmp_path)
    put(tmp_path, session_id, line(1))
    logs = DecisionLogs(tmp_path)
    assert len(logs.of(session_id).lines) == 1
    read = decision_log._read
    monkeypatch.setattr(decision_log, "_read", lambda *_: pytest.fail("it was read again"))
    assert len(logs.of(session_id).lines) == 1
    monkeypatch.setattr(decision_log, "_read", read)
    put(tmp_path, session_id, line(2))
    assert len(logs.of(session_id).lines) == 2
    journal(tmp_path, session_id).unlink()
    assert logs.of(session_id).lines == ()


def test_only_so_many_lines_are_kept(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    db.append([row(line(number)) for number in range(MOST_LINES + 5)], sync=False)
    db.close()
    lines = DecisionLogs(tmp_path).of(session_id).lines
    assert (len(lines), lines[-1].path) == (MOST_LINES, f"/etc/{MOST_LINES + 4}")


@pytest.mark.parametrize("bad", [b"no journal\n", b'{"v":99,"kind":"session"}\n'])
def test_what_is_no_journal_is_said(tmp_path: Path, bad: bytes) -> None:
    session_id = new_session(tmp_path)
    journal(tmp_path, session_id).write_bytes(bad)
    with pytest.raises(StoreError, match=session_id):
        DecisionLogs(tmp_path).of(session_id)


def test_a_line_that_is_damaged_is_said_and_a_torn_one_is_not_seen(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    put(tmp_path, session_id, line(1))
    path = journal(tmp_path, session_id)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"t":"log","i":"x","d":{"id"')
    assert len(DecisionLogs(tmp_path).of(session_id).lines) == 1
    path.write_bytes(whole + b'{"t":"log","i":"x","d":{"id"\n' + whole.splitlines(keepends=True)[-1])
    with pytest.raises(StoreError, match="line"):
        DecisionLogs(tmp_path).of(session_id)


@pytest.mark.slow
def test_two_hundred_sessions_are_read_in_a_moment(tmp_path: Path) -> None:
    text = "what was said " * 700
    ids = [new_session(tmp_path, messages=0) for _ in range(200)]
    for place, session_id in enumerate(ids):
        put(tmp_path, session_id, *(message(number, text=text) for number in range(40)), line(place))
    logs = DecisionLogs(tmp_path)
    began = time.perf_counter()
    assert all(len(logs.of(session_id).lines) == 1 for session_id in ids)
    first = time.perf_counter()
    assert all(len(logs.of(session_id).lines) == 1 for session_id in ids)
    again = time.perf_counter()
    assert first - began < 30, "it hangs"
    assert again - first < (first - began) / 3
