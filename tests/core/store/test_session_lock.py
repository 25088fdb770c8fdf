"""Locks where things are not as usual: no notes, stale notes, file systems without locks."""

import errno
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.errors import Locked, StoreError
from dispatch_jupyter.core.store.lock import Owner, SessionLock, short_lock


def test_a_note_that_is_missing_or_rubbish_only_costs_the_name(tmp_path: Path) -> None:
    stem = tmp_path / "s"
    lock = SessionLock(stem, Owner())
    for note in (None, b"", b"{", b'{"pid": 1, "unknown": 2}', b"[1]"):
        stem.with_suffix(".owner").unlink(missing_ok=True)
        if note is not None:
            stem.with_suffix(".owner").write_bytes(note)
        with pytest.raises(Locked, match="open in another server"):
            SessionLock(stem, Owner())
    lock.release()


def test_a_note_left_by_a_dead_owner_does_not_lock(tmp_path: Path) -> None:
    stem = tmp_path / "s"
    stem.with_suffix(".owner").write_text(json.dumps({"host": "elsewhere", "pid": 1, "started": "", "server_url": ""}))
    stem.with_suffix(".lock").write_text("")
    lock = SessionLock(stem, Owner("http://here/"))
    assert json.loads(stem.with_suffix(".owner").read_text())["server_url"] == "http://here/"
    lock.release()
    assert not stem.with_suffix(".owner").exists()


def test_releasing_twice_does_not_touch_the_next_owner(tmp_path: Path) -> None:
    first = SessionLock(tmp_path / "s", Owner())
    first.release()
    second = SessionLock(tmp_path / "s", Owner())
    first.release()
    assert (tmp_path / "s.owner").exists()
    second.release()


def test_another_thread_may_release(tmp_path: Path) -> None:
    from threading import Thread

    lock = SessionLock(tmp_path / "s", Owner())
    thread = Thread(target=lock.release)
    thread.start()
    thread.join()
    SessionLock(tmp_path / "s", Owner()).release()


def test_a_full_disk_does_not_keep_a_session_from_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_fd: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing)
        lock = SessionLock(tmp_path / "s", Owner())
    with pytest.raises(Locked):
        SessionLock(tmp_path / "s", Owner())
    lock.release()


@pytest.fixture(params=[errno.ENOLCK, errno.ENOTSUP])
def no_flock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_fd: int, _how: int) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", unsupported)


def test_without_locks_the_existence_of_a_file_is_the_lock(tmp_path: Path, no_flock: None) -> None:
    stem = tmp_path / "s"
    lock = SessionLock(stem, Owner())
    with pytest.raises(Locked):
        SessionLock(stem, Owner("http://second/"))
    lock.release()
    assert not stem.with_suffix(".held").exists()

    # one of another host cannot be judged, so the hint says what a person can do
    stem.with_suffix(".held").write_text("1\nanother-host\n")
    with pytest.raises(Locked) as caught:
        SessionLock(stem, Owner())
    assert str(stem.with_suffix(".held")) in caught.value.hint
    stem.with_suffix(".held").unlink()

    with short_lock(tmp_path / "c.lock", 0.1) as locked:
        assert not locked


def test_without_locks_one_left_by_a_dead_process_is_taken_over(tmp_path: Path, no_flock: None) -> None:
    held = str(tmp_path / "s.held")
    code = f"import os; from filelock import SoftFileLock as L; l = L({held!r}); l.acquire(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], timeout=20, check=False)
    assert Path(held).exists()
    SessionLock(tmp_path / "s", Owner()).release()


def test_a_lock_that_fails_otherwise_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_fd: int, _how: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", failing)
    with pytest.raises(StoreError, match="Cannot lock"):
        SessionLock(tmp_path / "s", Owner())


def test_a_short_lock_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    path = tmp_path / "c.lock"
    with short_lock(path, 0.1) as outer, short_lock(path, 0.1) as inner:
        assert (outer, inner) == (True, False)
    with short_lock(path, 0.1) as locked:
        assert locked
