"""Sessions on disk: what is put comes back, whoever may have it open, and one bad file harms no other."""

import os
import signal
import stat
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tinydb import where

from dispatch_jupyter.core.protocol.errors import Conflict, Locked, NotFound, StoreError
from dispatch_jupyter.core.protocol.ids import SessionId, new_id
from dispatch_jupyter.core.protocol.records import TABLES, FileChange
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import SessionDB, list_ids, session_path
from store_samples import OWNER, START, agent, call, journal, message, new_session, reload, row, session


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    session_id = SessionId(new_id())
    records = [
        session(session_id),
        agent(),
        *(message(n, text) for n, text in enumerate(["", "é\n\r\t\0\u2028😀", "x" * 70_000, '"\\' * 40_000])),
        call("out\n" * 30_000, arguments={"content": "y" * 90_000, "nested": [{"text": "z" * 66_000}, "short"]}),
    ]
    db = SessionDB.create(tmp_path, session_id, OWNER)
    db.append([row(record) for record in records], sync=True)
    for loaded in (db.load(), db.load()):
        assert [TABLES[table].model_validate(doc) for table, docs in loaded.items() for doc in docs] == records
    db.close()
    loaded = reload(tmp_path, session_id)
    assert list(loaded) == list(TABLES)
    assert [TABLES[table].model_validate(doc) for table, docs in loaded.items() for doc in docs] == records


def test_a_record_put_again_replaces_the_old_one_in_its_place(tmp_path: Path) -> None:
    session_id = new_session(tmp_path, 3)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    db.append([row(message(1, "changed")), row(message(3, "new")), row(message(3, "newer"))], sync=False)
    assert [doc["text"] for doc in db.load()["messages"]][1:] == ["changed", message(0).text, "newer"]
    db.close()


def test_what_was_loaded_is_the_callers_own(tmp_path: Path) -> None:
    db = SessionDB.open(tmp_path, new_session(tmp_path), OWNER)
    db.append([row(call("x", arguments={"list": [1]}))], sync=False)
    before, changed = deepcopy(db.load()), db.load()
    changed["calls"][0]["arguments"]["list"].append(2)
    changed["messages"].clear()
    assert db.load() == before
    db.close()


def test_the_tables_can_be_queried(tmp_path: Path) -> None:
    db = SessionDB.open(tmp_path, new_session(tmp_path, 5), OWNER)
    messages = db.db.table("messages")
    assert messages.get(doc_id=f"{3:016x}")["order"] == 3
    assert len(messages.search(where("order") > 2)) == 2
    db.append([row(message(9))], sync=False)
    assert len(messages.search(where("order") > 2)) == 3
    with pytest.raises(TypeError, match="under its own id"):
        messages.insert({"no": "id"})
    db.close()


def test_appending_nothing_writes_nothing(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    before = journal(tmp_path, session_id).read_bytes()
    db = SessionDB.open(tmp_path, session_id, OWNER)
    db.append([], sync=True)
    db.close()
    assert journal(tmp_path, session_id).read_bytes() == before


def test_files_are_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = tmp_path / "data" / "sessions"
        session_id = SessionId(new_id())
        db = SessionDB.create(folder, session_id, OWNER)
        db.append([row(session(session_id)), row(call("x" * 100_000))], sync=True)
        assert db.spill_dir == folder / f"{session_id}.spill"
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
        db.close()
    finally:
        os.umask(old)
    assert len(modes) == 6
    for name, mode in modes.items():
        assert mode == (0o700 if name.endswith(("sessions", ".blobs", ".spill")) else 0o600), name


def test_create_refuses_what_exists(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    with pytest.raises(Conflict, match=session_id):
        SessionDB.create(tmp_path, session_id, OWNER)
    assert len(reload(tmp_path, session_id)["messages"]) == 3


def test_a_session_nothing_was_put_into_leaves_nothing(tmp_path: Path) -> None:
    session_id = SessionId(new_id())
    SessionDB.create(tmp_path, session_id, OWNER).close()
    assert list_ids(tmp_path) == []
    journal(tmp_path, session_id).touch()
    with pytest.raises(NotFound, match="never written"):
        SessionDB.open(tmp_path, session_id, OWNER)
    SessionDB.create(tmp_path, SessionId(new_id()), OWNER).close()


@pytest.mark.parametrize(
    "bad", ["", "../../etc/passwd", "a" * 15, "a" * 17, "A" * 16, "g" * 16, "a" * 16 + "\n", "/" + "a" * 15, "٣" * 16]
)
def test_only_ids_become_paths(tmp_path: Path, bad: str) -> None:
    with pytest.raises(NotFound):
        session_path(tmp_path, bad)
    for make in (SessionDB.create, SessionDB.open):
        with pytest.raises(NotFound):
            make(tmp_path / "sessions", SessionId(bad), OWNER)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_session_is_not_found_and_leaves_no_trace(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NotFound):
            SessionDB.open(folder, SessionId(new_id()), OWNER)
    assert list(tmp_path.iterdir()) == []


def test_unreadable_sessions_are_errors_and_the_others_open(tmp_path: Path) -> None:
    good = new_session(tmp_path)
    garbage, folder, fifo, newer = (SessionId(new_id()) for _ in range(4))
    journal(tmp_path, garbage).write_bytes(b"garbage\n" * 10)
    journal(tmp_path, folder).mkdir()
    os.mkfifo(journal(tmp_path, fifo))
    journal(tmp_path, newer).write_bytes(b'{"v":9,"kind":"session"}\n{"t":"x"}\n')
    for bad in (garbage, folder, fifo, newer):
        for _ in range(2):  # and the lock is free again
            with pytest.raises(StoreError, match=bad):
                SessionDB.open(tmp_path, bad, OWNER)
    assert len(reload(tmp_path, good)["messages"]) == 3
    assert set(list_ids(tmp_path)) == {good, garbage, folder, fifo, newer}


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from dispatch_jupyter.core.protocol.errors import StoreError
from dispatch_jupyter.core.store.catalogue import Catalogue
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import SessionDB
folder, good, bad = Path(sys.argv[1]), *sys.argv[2:4]
if os.geteuid() == 0:
    # root may read everything: be somebody else
    os.setuid(int(sys.argv[4]))
try:
    SessionDB.open(folder, bad, Owner())
    sys.exit("opened")
except StoreError as error:
    assert "Permission denied" in error.message and bad in error.message, error.message
    assert "owns" in error.hint
db = SessionDB.open(folder, good, Owner())
assert len(db.load()["messages"]) == 3
db.close()
summaries = {summary.id: summary for summary in Catalogue(folder).list("/project")}
assert summaries[bad].error.code == "store" and "Permission denied" in summaries[bad].error.message
assert summaries[good].message_count == 3 and summaries[good].error is None
folder.chmod(0o500)
try:
    SessionDB.create(folder, "a" * 16, Owner())
    sys.exit("created")
except StoreError as error:
    assert "Permission denied" in error.message and error.hint
print("ok")
"""


def test_a_file_without_permission_is_a_clear_error() -> None:
    # not below `tmp_path`, which only its owner may enter
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, user = Path(name), 65534
        good, bad = new_session(folder), new_session(folder)
        journal(folder, bad).chmod(0)
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, user)
        command = [sys.executable, "-c", UNPRIVILEGED, name, good, bad, str(user)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        folder.chmod(0o700)
    assert done.stdout == "ok\n", done.stderr


HOLD = """
import sys, time
from pathlib import Path
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import SessionDB
db = SessionDB.open(Path(sys.argv[1]), sys.argv[2], Owner("http://other:9999/"))
print("open", flush=True)
sys.stdin.read()
"""


def test_two_processes_and_kill_9_frees_the_lock_at_once(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path), session_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(Locked) as caught:
            SessionDB.open(tmp_path, session_id, OWNER)
        for word in (session_id, f"process {other.pid}", OWNER.host, "http://other:9999/"):
            assert word in caught.value.message
        assert "http://other:9999/" in caught.value.hint
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert len(reload(tmp_path, session_id)["messages"]) == 3


def test_the_same_process_cannot_open_a_session_twice(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    first = SessionDB.open(tmp_path, session_id, OWNER)
    with pytest.raises(Locked, match="already open in this server"):
        SessionDB.open(tmp_path, session_id, OWNER)
    with pytest.raises(Locked):
        SessionDB.create(tmp_path, session_id, OWNER)
    first.append([row(message(7))], sync=False)
    first.close()
    first.close()
    second = SessionDB.open(tmp_path, session_id, Owner())
    first.close()
    with pytest.raises(Locked):
        SessionDB.open(tmp_path, session_id, OWNER)
    with pytest.raises(StoreError, match="closed"):
        first.append([row(message(8))], sync=False)
    assert len(second.load()["messages"]) == 4
    second.close()
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".jsonl", ".lock"]


def test_closing_compacts_what_is_mostly_history(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    for number in range(500):
        db.append([row(message(number % 5, f"version {number}"))] * 3, sync=False)
    before, size = db.load(), db.path.stat().st_size
    db.close()
    assert journal(tmp_path, session_id).stat().st_size < size / 50
    assert reload(tmp_path, session_id) == before


def test_closing_leaves_a_journal_without_much_history_alone(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    for number in range(1200):
        db.append([row(message(number)), row(message(number, "again"))], sync=False)
    inode, size = db.path.stat().st_ino, db.path.stat().st_size
    db.close()
    found = journal(tmp_path, session_id).stat()
    assert (found.st_ino, found.st_size) == (inode, size)


def test_a_close_that_cannot_compact_still_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    db.append([row(message(1))] * 1500, sync=False)

    def failing(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        db.close()
    assert len(reload(tmp_path, session_id)["messages"]) == 3


def test_a_journal_without_a_session_is_refused(tmp_path: Path) -> None:
    session_id = SessionId(new_id())
    db = SessionDB.create(tmp_path, session_id, OWNER)
    db.append([row(message(1))], sync=False)
    db.close()
    with pytest.raises(StoreError, match="no session record"):
        SessionDB.open(tmp_path, session_id, OWNER)


def test_file_changes_and_times_survive(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    db = SessionDB.open(tmp_path, session_id, OWNER)
    done = call("ok", started_at=START, changes=[FileChange(path="a.py", diff="+x", added=1, removed=0)])
    db.append([row(done)], sync=False)
    db.close()
    assert TABLES["calls"].model_validate(reload(tmp_path, session_id)["calls"][0]) == done
