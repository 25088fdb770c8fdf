"""A full disk: the change at hand is refused, and nothing else happens."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.errors import StoreFull
from dispatch_jupyter.core.protocol.ids import SessionId, new_id
from dispatch_jupyter.core.store.catalogue import Catalogue
from dispatch_jupyter.core.store.session_db import SessionDB
from store_samples import OWNER, call, journal, message, new_session, reload, row, session

LIMITED = """
import resource, sys
from pathlib import Path
from dispatch_jupyter.core.protocol.errors import StoreFull
from dispatch_jupyter.core.store.lock import Owner
from dispatch_jupyter.core.store.session_db import SessionDB

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def refused(rows, sync):
    try:
        db.append(rows, sync=sync)
    except StoreFull as error:
        assert str(db.path) in error.message or ".blobs" in error.message, error.message
        assert "space" in error.hint
        return
    sys.exit("not refused")

db = SessionDB.open(Path(sys.argv[1]), sys.argv[2], Owner())
before = len(db.load()["messages"])
for room in (0, 1, 50, 500):
    size = db.path.stat().st_size
    for sync in (True, False):
        limit(size + room)
        refused([("messages", str(n), b'{"n":1}') for n in range(100)], sync)
        refused([("calls", "blob", b'{"output":"%s"}' % (b"x" * 2 * size + b"x" * 100_000))], sync)
        assert db.path.stat().st_size == size
        assert len(db.load()["messages"]) == before
    limit(resource.RLIM_INFINITY)
    db.append([("messages", f"room {room}", b'{"n":2}')], sync=True)
    before += 1
    assert len(db.load()["messages"]) == before
print(before)
"""


def test_a_file_at_its_limit(tmp_path: Path) -> None:
    session_id = new_session(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), session_id],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("7\n", "")
    assert len(reload(tmp_path, session_id)["messages"]) == 7


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, timeout=10, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount` here")
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], timeout=10, check=True)


def test_a_real_full_disk(small_disk: Path) -> None:
    other = new_session(small_disk, 5)
    session_id = new_session(small_disk, 0)
    db = SessionDB.open(small_disk, session_id, OWNER)
    stored = 0
    with pytest.raises(StoreFull, match="No space left") as caught:
        for stored in range(1000):
            db.append(
                [row(message(2 * stored, "x" * 5000)), row(message(2 * stored + 1, "x" * 5000))], sync=stored % 2 == 0
            )
    assert session_id in caught.value.message
    assert stored > 50
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while file.write(b"x" * 100):
            pass

    for rows in ([row(message(9000, "x" * 9000))], [row(call("x" * 100_000))]):
        with pytest.raises(StoreFull):
            db.append(rows, sync=True)
    assert len(db.load()["messages"]) == 2 * stored
    with pytest.raises(StoreFull):
        new = SessionDB.create(small_disk, SessionId(new_id()), OWNER)
        try:
            new.append([row(session(new.path.stem)), row(call("x" * 10_000))], sync=True)
        finally:
            new.close()

    # what is there can be listed, opened and read
    catalogue = Catalogue(small_disk)
    counts = {summary.id: summary.message_count for summary in catalogue.list()}
    catalogue.close()
    assert counts == {other: 5, session_id: 2 * stored}
    assert len(reload(small_disk, other)["messages"]) == 5
    db.close()
    assert len(reload(small_disk, session_id)["messages"]) == 2 * stored

    # and with room again everything goes on
    filler.unlink()
    journal(small_disk, other).unlink()
    db = SessionDB.open(small_disk, session_id, OWNER)
    with pytest.raises(StoreFull):
        db.append([row(call("x" * 2_000_000))], sync=True)
    db.append([row(message(9001, "room"))], sync=True)
    db.close()
    assert reload(small_disk, session_id)["messages"][-1]["text"] == "room"
    assert not [path for path in small_disk.rglob("*") if path.suffix == ".tmp"], "no half written files"
    assert os.statvfs(small_disk).f_bavail > 0
