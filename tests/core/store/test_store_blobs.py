"""Long texts live beside the journal."""

import os
from pathlib import Path

import pytest

from dispatch_jupyter.core.store.blobs import LIMIT
from dispatch_jupyter.core.store.session_db import SessionDB
from store_samples import OWNER, call, journal, message, new_session, reload, row


@pytest.fixture
def db(tmp_path: Path):
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    yield db
    db.close()


def blobs(db: SessionDB) -> list[Path]:
    return sorted(db.path.with_suffix(".blobs").glob("*"))


def test_long_texts_leave_the_journal_and_each_is_stored_once(db: SessionDB) -> None:
    before = db.path.stat().st_size
    text = "é" * LIMIT
    db.append(
        [row(call(text, arguments={"content": text})), row(message(1, text, reasoning="r" * LIMIT * 2))], sync=True
    )
    for status in ("in_progress", "completed"):
        db.append([row(call(text, status=status))], sync=False)
    assert db.path.stat().st_size < before + 5000
    assert len(blobs(db)) == 2
    loaded = db.load()
    assert loaded["calls"][0]["output"] == text
    assert loaded["messages"][1]["id"] != f"{1:016x}" or loaded["messages"][1]["text"] == text


@pytest.mark.parametrize(("chars", "stored"), [(LIMIT, 0), (LIMIT + 1, 1)])
def test_the_limit_is_in_bytes(db: SessionDB, chars: int, stored: int) -> None:
    db.append([row(call("x" * chars))], sync=False)
    assert len(blobs(db)) == stored
    assert db.load()["calls"][0]["output"] == "x" * chars


def test_many_short_texts_stay(db: SessionDB) -> None:
    db.append([row(call("x", arguments={str(n): "y" * 1000 for n in range(100)}))], sync=False)
    assert blobs(db) == []


def test_small_records_are_not_parsed(db: SessionDB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.loads", None)
    db.append([row(message(1, "x" * 1000))], sync=False)


def test_a_lost_or_damaged_blob_is_said_in_its_place(db: SessionDB, tmp_path: Path) -> None:
    db.append([row(call("x" * 100_000)), row(message(1, "y" * 100_000, reasoning="kept"))], sync=False)
    one, two = blobs(db)
    one.unlink()
    two.write_bytes(two.read_bytes()[:-1])
    loaded = db.load()
    texts = [loaded["calls"][0]["output"], next(m for m in loaded["messages"] if m["reasoning"])["text"]]
    assert sorted("No such file" in t for t in texts) == [False, True]
    assert sorted("is damaged" in t for t in texts) == [False, True]
    for text in texts:
        assert text.startswith("[This text of 100000 bytes is lost: ")
        assert len(text) < 500
    db.append([row(call("x" * 100_000)), row(message(1, "y" * 100_000))], sync=False)
    assert db.load()["calls"][0]["output"] == "x" * 100_000


def test_blobs_are_on_disk_before_the_line_that_needs_them(db: SessionDB, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    sync, write = os.fdatasync, os.write
    journal_inode = db.path.stat().st_ino

    def name(fd: int) -> str:
        return "journal" if os.fstat(fd).st_ino == journal_inode else "blob"

    monkeypatch.setattr(os, "fdatasync", lambda fd: events.append(f"sync {name(fd)}") or sync(fd))
    monkeypatch.setattr(os, "write", lambda fd, data: events.append(f"write {name(fd)}") or write(fd, data))
    db.append([row(call("x" * 100_000))], sync=True)
    assert events == ["write blob", "sync blob", "write journal", "sync journal"]
    events.clear()
    db.append([row(call("y" * 100_000))], sync=False)
    assert events == ["write blob", "write journal"]
    events.clear()
    db.append([row(call("y" * 100_000))], sync=True)
    assert events == ["sync blob", "write journal", "sync journal"]


def test_closing_drops_the_blobs_of_texts_that_grew(db: SessionDB, tmp_path: Path) -> None:
    for length in range(100_000, 110_000, 1000):
        db.append([row(message(1, "y" * length))], sync=False)
    db.append([row(call("y" * 103_000))], sync=False)
    assert len(blobs(db)) == 10
    before = db.load()
    db.close()
    assert sorted(path.stat().st_size for path in blobs(db)) == [103_000, 109_000]
    assert reload(tmp_path, db.path.stem) == before


def test_compaction_keeps_the_blobs_in_use_and_drops_the_others(db: SessionDB, tmp_path: Path) -> None:
    for number in range(30):
        db.append([row(call(f"{number}" * 70_000))], sync=False)
    db.append([row(message(1, f"{n}")) for n in range(1200)], sync=False)
    assert len(blobs(db)) == 30
    before = db.load()
    db.close()
    assert len(blobs(db)) == 1
    assert reload(tmp_path, db.path.stem) == before
    assert journal(tmp_path, db.path.stem).stat().st_size < 10_000
