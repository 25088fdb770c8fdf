"""Sessions written by older and newer versions of the records."""

from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.commands import SessionSummary
from dispatch_jupyter.core.protocol.errors import StoreError
from dispatch_jupyter.core.store import schema
from dispatch_jupyter.core.store.catalogue import Catalogue
from dispatch_jupyter.core.store.lines import Tables
from dispatch_jupyter.core.store.session_db import SessionDB
from store_samples import OWNER, call, journal, message, new_session, reload, row

CURRENT = b'"schema_version":4'


def listed(folder: Path) -> list[SessionSummary]:
    catalogue = Catalogue(folder)
    try:
        return catalogue.list()
    finally:
        catalogue.close()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    path = journal(tmp_path, session_id)
    path.write_bytes(path.read_bytes().replace(CURRENT, b'"schema_version":7'))
    raw = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer version of Dispatch \(schema 7; this one knows up to 4\)"):
        SessionDB.open(tmp_path, session_id, OWNER)
    (summary,) = listed(tmp_path)
    assert "newer version" in summary.error.message
    assert path.read_bytes() == raw


@pytest.mark.parametrize("version", [b"0", b'"1"', b"null", b"true"])
def test_an_impossible_schema_is_refused(tmp_path: Path, version: bytes) -> None:
    session_id = new_session(tmp_path)
    path = journal(tmp_path, session_id)
    path.write_bytes(path.read_bytes().replace(CURRENT, b'"schema_version":' + version))
    with pytest.raises(StoreError, match="impossible"):
        SessionDB.open(tmp_path, session_id, OWNER)


@pytest.fixture
def version_6(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version of this code: texts became upper case in 5, and got an ! in 6."""

    def upper(tables: Tables) -> None:
        for doc in tables["messages"].values():
            doc["text"] = doc["text"].upper()

    def loud(tables: Tables) -> None:
        for doc in tables["messages"].values():
            doc["text"] += "!" if doc["text"] else ""

    monkeypatch.setattr(schema, "SCHEMA_VERSION", 6)
    monkeypatch.setattr(schema, "MIGRATIONS", {4: upper, 5: loud})


def test_older_documents_are_brought_up_to_date_once_and_the_old_file_is_kept(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    session_id = new_session(tmp_path, 0)
    path = journal(tmp_path, session_id)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    db.append([row(message(1, "one")), row(message(2, "x" * 100_000)), row(call("y" * 100_000))], sync=False)
    db.close()
    raw = path.read_bytes()

    request.getfixturevalue("version_6")
    assert listed(tmp_path)[0].message_count == 2
    assert path.read_bytes() == raw
    for _ in range(2):
        loaded = reload(tmp_path, session_id)
        assert loaded["messages"][0]["text"] == "ONE!"
        # texts in blobs are not seen by migrations, and not lost by them either
        assert loaded["messages"][1]["text"] == "x" * 100_000
        assert loaded["calls"][0]["output"] == "y" * 100_000
        assert loaded["session"][0]["schema_version"] == 6
    assert b'"schema_version":6' in path.read_bytes()
    assert b'"ONE!"' in path.read_bytes()
    assert path.with_name(path.name + ".v4.bak").read_bytes() == raw
    assert not path.with_name(path.name + ".v6.bak").exists()


def test_a_session_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    """It knew no grants, jobs and decisions."""
    session_id = new_session(tmp_path)
    path = journal(tmp_path, session_id)
    path.write_bytes(path.read_bytes().replace(CURRENT, b'"schema_version":1'))
    loaded = reload(tmp_path, session_id)
    assert loaded["session"][0]["schema_version"] == 4
    assert loaded["grants"] == loaded["jobs"] == loaded["log"] == loaded["tasks"] == []


def test_a_model_that_a_person_chose_stays_chosen(tmp_path: Path) -> None:
    """Version 2 knew of it by a mark; what is wanted has a field of its own since."""
    session_id = new_session(tmp_path)
    path = journal(tmp_path, session_id)
    raw = path.read_bytes().replace(CURRENT, b'"schema_version":2')
    path.write_bytes(raw.replace(b'"model_pinned":false', b'"model_pinned":true'))
    (agent,) = reload(tmp_path, session_id)["agents"]
    assert agent["wants"] == [{"model": agent["model"]["id"]}]
