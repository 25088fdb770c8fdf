"""The list of sessions: right whatever happened to the cache, and never stopped by a bad file."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.commands import SessionSummary
from dispatch_jupyter.core.protocol.errors import StoreError
from dispatch_jupyter.core.protocol.ids import SessionId, new_id
from dispatch_jupyter.core.protocol.records import Message
from dispatch_jupyter.core.store import catalogue as module
from dispatch_jupyter.core.store.catalogue import Catalogue
from dispatch_jupyter.core.store.journal import RecordsDB
from dispatch_jupyter.core.store.lock import short_lock
from dispatch_jupyter.core.store.session_db import SessionDB, list_ids
from store_samples import OWNER, START, call, journal, message, new_session, row

READ = module.read_summary


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the sessions whose journals were read."""
    ids: list[str] = []

    def counting(path: Path, session_id: SessionId) -> SessionSummary | None:
        ids.append(session_id)
        return READ(path, session_id)

    monkeypatch.setattr(module, "read_summary", counting)
    return ids


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path)
    yield catalogue
    catalogue.close()


def listed(folder: Path) -> list[SessionSummary]:
    """As a server that has just been started lists them."""
    catalogue = Catalogue(folder)
    try:
        return catalogue.list()
    finally:
        catalogue.close()


def stored(folder: Path) -> list[dict]:
    with RecordsDB(folder / "catalogue.jsonl", "catalogue", "r") as db:
        return [dict(document) for document in db.table("sessions")]


def test_a_summary_says_what_the_journal_says(tmp_path: Path) -> None:
    session_id = new_session(tmp_path, 3, "/a/project", "Title — 世界")
    (summary,) = listed(tmp_path)
    assert summary == SessionSummary(
        id=session_id,
        project="/a/project",
        title="Title — 世界",
        created_at="2025-03-01T12:00:00Z",
        updated_at="2025-03-01T12:02:00Z",
        message_count=3,
        usage={"input_tokens": 10, "output_tokens": 2, "cost_usd": 0.5},
    )


def test_sorted_by_last_use_and_filtered_by_project(tmp_path: Path, catalogue: Catalogue) -> None:
    ids = {count: new_session(tmp_path, count, f"/project/{count % 2}") for count in (2, 5, 0, 3, 1)}
    assert [summary.id for summary in catalogue.list()] == [ids[5], ids[3], ids[2], *sorted_like(catalogue, ids)]
    assert [summary.id for summary in catalogue.list("/project/1")] == [ids[5], ids[3], ids[1]]
    assert catalogue.list("/project") == []


def sorted_like(catalogue: Catalogue, ids: dict[int, SessionId]) -> list[SessionId]:
    """Those with no and one message were last used at the same time."""
    return [summary.id for summary in catalogue.list() if summary.id in {ids[0], ids[1]}]


def test_journals_are_read_once_until_they_change(tmp_path: Path, reads: list[str], catalogue: Catalogue) -> None:
    ids = {new_session(tmp_path) for _ in range(5)}
    first = catalogue.list()
    assert set(reads) == ids
    reads.clear()
    assert catalogue.list() == first == listed(tmp_path)
    assert reads == []

    changed = min(ids)
    db = SessionDB.open(tmp_path, changed, OWNER)
    db.append([row(message(7))], sync=False)
    assert {s.id: s.message_count for s in catalogue.list()}[changed] == 4, "also while it is open"
    assert reads == [changed]
    db.close()
    reads.clear()
    os.utime(journal(tmp_path, changed), ns=(0, 0))
    catalogue.list()
    listed(tmp_path)
    assert reads == [changed]


@pytest.mark.parametrize("damage", ["unlink", "garbage", "newer", "empty", "torn", "kind", "documents", "bad line"])
def test_a_catalogue_in_any_state_is_made_anew(
    tmp_path: Path, reads: list[str], damage: str, catalogue: Catalogue
) -> None:
    for _ in range(3):
        new_session(tmp_path)
    path = tmp_path / "catalogue.jsonl"
    before = catalogue.list()
    raw = path.read_bytes()
    if damage == "unlink":
        path.unlink()
    else:
        path.write_bytes(
            {
                "garbage": b"garbage\n\n",
                "newer": raw.replace(b'"v":1', b'"v":2'),
                "empty": b"",
                "torn": raw[:-5],
                "kind": raw.replace(b'"kind":"catalogue"', b'"kind":"other"'),
                "documents": raw.replace(b'"summary"', b'"unknown"'),
                "bad line": raw.replace(b"\n", b"\nrubbish\n", 1),
            }[damage]
        )
    reads.clear()
    for list_ in (catalogue.list, lambda: listed(tmp_path)):
        assert list_() == before
        assert len(reads) == 3, "read for the first, cached for the second"
    new = new_session(tmp_path)
    assert len(catalogue.list()) == 4
    assert reads[3:] == [new]


def test_sessions_that_are_gone_are_forgotten(tmp_path: Path, catalogue: Catalogue) -> None:
    ids = [new_session(tmp_path) for _ in range(3)]
    catalogue.list()
    journal(tmp_path, ids[0]).unlink()
    assert {summary.id for summary in catalogue.list()} == set(ids[1:])
    catalogue.close()
    assert ids[0] not in {document["summary"]["id"] for document in stored(tmp_path)}


def test_unreadable_journals_are_listed_with_their_error_and_hide_no_other(
    tmp_path: Path, reads: list[str], catalogue: Catalogue
) -> None:
    good = new_session(tmp_path, project="/one")
    known = new_session(tmp_path, project="/two", title="known")
    catalogue.list()
    garbage, folder, fifo, fields, blank = (SessionId(new_id()) for _ in range(5))
    journal(tmp_path, garbage).write_bytes(b"garbage")
    journal(tmp_path, folder).mkdir()
    os.mkfifo(journal(tmp_path, fifo))
    journal(tmp_path, fields).write_bytes(b'{"v":1,"kind":"session"}\n{"t":"session","i":"1","d":{"title":5}}\n')
    journal(tmp_path, blank).write_bytes(b'{"v":1,"ki')
    lines = journal(tmp_path, known).read_bytes().splitlines(keepends=True)
    journal(tmp_path, known).write_bytes(b"".join([*lines[:2], b"rubbish\n", *lines[2:]]))
    (tmp_path / "notes.jsonl").write_text("not a session")

    summaries = {summary.id: summary for summary in catalogue.list()}
    assert set(summaries) == {good, known, garbage, folder, fifo, fields}
    assert summaries[good].error is None
    for bad in (known, garbage, folder, fifo, fields):
        assert summaries[bad].error.code == "store"
        assert str(journal(tmp_path, bad)) in summaries[bad].error.message
    assert "line 3" in summaries[known].error.message
    assert (summaries[known].title, summaries[known].project) == ("known", "/two")
    assert {summary.id for summary in catalogue.list("/one")} == {good, garbage, folder, fifo, fields}

    reads.clear()
    journal(tmp_path, known).write_bytes(b"".join(lines))
    assert {s.id: s.error for s in catalogue.list()}[known] is None, "repaired"
    assert good not in reads


def test_a_session_that_goes_while_we_look_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, gone = new_session(tmp_path), new_session(tmp_path)

    def deleting(path: Path, session_id: SessionId) -> SessionSummary | None:
        if session_id == gone:
            path.unlink()
        return READ(path, session_id)

    monkeypatch.setattr(module, "read_summary", deleting)
    assert [summary.id for summary in listed(tmp_path)] == [kept]


def test_a_session_made_while_we_look_keeps_its_entry(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_session(tmp_path)
    catalogue.list()

    def slow(folder: Path) -> list[SessionId]:
        ids = list_ids(folder)
        monkeypatch.undo()
        new_session(tmp_path)
        listed(tmp_path)
        return ids

    monkeypatch.setattr(module, "list_ids", slow)
    assert len(catalogue.list()) == 1
    assert len(stored(tmp_path)) == 2


def test_a_note_saves_reading_the_journal(tmp_path: Path, reads: list[str], catalogue: Catalogue) -> None:
    session_id = new_session(tmp_path)
    (summary,) = catalogue.list()
    db = SessionDB.open(tmp_path, session_id, OWNER)
    reads.clear()
    for count in range(4, 8):
        db.append([row(message(count))], sync=False)
        noted = summary.model_copy(update={"message_count": count, "live": True})
        catalogue.note(noted)
        catalogue.note(noted)
        expected = [noted.model_copy(update={"live": False})]
        assert catalogue.list() == listed(tmp_path) == expected
    assert reads == []
    db.close()
    assert (tmp_path / "catalogue.jsonl").read_bytes().count(b"\n") == 6
    catalogue.note(summary.model_copy(update={"id": SessionId(new_id())}))
    assert len(catalogue.list()) == 1


def test_a_catalogue_does_not_grow_for_ever(tmp_path: Path, catalogue: Catalogue) -> None:
    session_id = new_session(tmp_path)
    (summary,) = catalogue.list()
    for count in range(1500):
        catalogue.note(summary.model_copy(update={"message_count": count}))
    catalogue.close()
    assert (tmp_path / "catalogue.jsonl").read_bytes().count(b"\n") < 1100
    assert listed(tmp_path)[0].message_count == 1499
    assert listed(tmp_path)[0].id == session_id


def test_without_the_lock_the_list_is_right_only_not_cached(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue
) -> None:
    monkeypatch.setattr(module, "LOCK_TIMEOUT", 0.05)
    ids = {new_session(tmp_path) for _ in range(3)}
    with short_lock(tmp_path / "catalogue.lock", 1) as locked:
        assert locked
        for _ in range(2):
            assert {summary.id for summary in catalogue.list()} == ids
        assert len(reads) == 3, "in memory it is remembered"
        assert not (tmp_path / "catalogue.jsonl").exists()
    listed(tmp_path)
    assert (tmp_path / "catalogue.jsonl").exists()


def test_where_the_catalogue_cannot_be_written_the_list_is_right(
    tmp_path: Path, reads: list[str], catalogue: Catalogue
) -> None:
    ids = {new_session(tmp_path) for _ in range(3)}
    (tmp_path / "catalogue.jsonl").mkdir()  # so that nothing can be written there
    for _ in range(2):
        assert {summary.id for summary in catalogue.list()} == ids
    assert len(reads) == 3


def test_no_folder_no_sessions(tmp_path: Path) -> None:
    assert listed(tmp_path / "missing") == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_an_error(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        listed(tmp_path / "file")


OTHER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from store_samples import new_session
from dispatch_jupyter.core.store.catalogue import Catalogue
folder = Path(sys.argv[1])
catalogue = Catalogue(folder)
for number in range(20):
    new_session(folder, number)
    summaries = catalogue.list()
    for summary in summaries[:3]:
        catalogue.note(summary)
"""


@pytest.mark.slow
def test_several_servers_share_a_folder(tmp_path: Path, reads: list[str], catalogue: Catalogue) -> None:
    command = [sys.executable, "-c", OTHER, str(tmp_path), str(Path(__file__).parent)]
    others = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    while any(other.poll() is None for other in others):
        catalogue.list()
        time.sleep(0.01)
    for other in others:
        _, errors = other.communicate(timeout=20)
        assert (other.returncode, errors) == (0, "")
    assert len(catalogue.list()) == 60
    reads.clear()
    assert len(listed(tmp_path)) == 60
    assert reads == [], "nobody's entries were lost"


def test_only_what_was_said_is_counted(tmp_path: Path) -> None:
    db = SessionDB.open(tmp_path, new_session(tmp_path), OWNER)
    notice, withdrawn = (
        message(10).model_dump() | {"role": "notice"},
        message(11).model_dump() | {"status": "withdrawn"},
    )
    db.append([row(Message(**notice)), row(Message(**withdrawn)), row(message(12))], sync=False)
    db.close()
    assert listed(tmp_path)[0].message_count == 4


def test_updated_at_is_the_latest_time_in_any_record(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    later = START.replace(hour=15, microsecond=5)
    db.append([row(call("x", ended_at=later)), row(message(1))], sync=False)
    db.close()
    (summary,) = listed(tmp_path)
    assert summary.updated_at == "2025-03-01T15:00:00.000005Z"
