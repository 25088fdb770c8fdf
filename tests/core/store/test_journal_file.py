"""The journal as a file: what a crash, a damaged disk or another version leaves in it."""

import errno
import os
from pathlib import Path

import pytest

from dispatch_jupyter.core.protocol.errors import NotFound, StoreError, StoreFull
from dispatch_jupyter.core.store import disk
from dispatch_jupyter.core.store.journal import JournalDB, JournalStorage
from dispatch_jupyter.core.store.lines import put_op


def docs(path: Path) -> list[dict]:
    with JournalDB(path) as db:
        return [dict(doc) for doc in db.table("t")]


def fill(path: Path, count: int = 4) -> bytes:
    """A journal of `count` documents, the last two of them one batch."""
    with JournalDB(path) as db:
        for number in range(count - 2):
            db.table("t").insert({"n": number, "text": 'é\n"x"\r'})
        db.put_encoded(
            [("t", str(n + 1), b'{"n":%d,"text":"\xc3\xa9"}' % n) for n in (count - 2, count - 1)], sync=True
        )
    return path.read_bytes()


def last_line(raw: bytes) -> int:
    return raw.rstrip(b"\n").rfind(b"\n") + 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db.jsonl"


def test_a_batch_cut_at_any_byte_is_as_if_never_written(path: Path) -> None:
    raw = fill(path)
    cuts = range(last_line(raw), len(raw))
    assert len(cuts) > 60
    for cut in cuts:
        path.write_bytes(raw[:cut])
        with JournalDB(path) as db:
            assert [doc["n"] for doc in db.table("t")] == [0, 1]
            db.table("t").insert({"n": "again"})
        assert [doc["n"] for doc in docs(path)] == [0, 1, "again"]


@pytest.mark.parametrize(
    "tail", [b"\0" * 300, b"\0" * 9000, b"\0" * 20 + b"\n", b'{"t":"t","i"\n', b"\xff\xfe\n", b"\n"]
)
def test_a_last_line_of_rubbish_is_cut(path: Path, tail: bytes) -> None:
    raw = fill(path)
    for good in (raw, raw[: last_line(raw)], raw[: last_line(raw) + 10]):
        path.write_bytes(good + tail)
        count = 4 if good == raw else 2
        with JournalDB(path) as db:
            assert len(db.table("t")) == count
            assert db.storage.torn > 0
            db.table("t").insert({"n": "again"})
        assert len(docs(path)) == count + 1


def test_every_beginning_of_the_first_write_is_an_empty_journal(path: Path) -> None:
    raw = fill(path, 2)
    first = raw.index(b"\n") + 1
    for cut in range(first):
        for zeros in (0, 100):
            path.write_bytes(raw[:cut] + b"\0" * zeros)
            with JournalDB(path) as db:
                assert db.storage.size == 0
                db.table("t").insert({"n": 1})
            assert docs(path) == [{"n": 1}]


def test_a_bad_line_in_the_middle_is_an_error_that_says_where(path: Path) -> None:
    raw = fill(path)
    lines = raw.splitlines(keepends=True)
    for number in range(1, len(lines) - 1):
        for bad in (
            b"\0" * len(lines[number]),
            lines[number][:-9],
            b"",
            b"[1]",
            b'{"t":"t","i":"1"}',
            b"7",
            b'{"b":1}',
        ):
            damaged = b"".join([*lines[:number], bad.rstrip(b"\n") + b"\n", *lines[number + 1 :]])
            path.write_bytes(damaged)
            with pytest.raises(StoreError) as caught:
                docs(path)
            at = sum(map(len, lines[:number]))
            assert f"{path} cannot be read: line {number + 1} (at byte {at})" in caught.value.message
            assert f"delete line {number + 1}" in caught.value.hint
            assert path.read_bytes() == damaged


def test_what_the_hint_about_a_bad_line_says_works(path: Path) -> None:
    lines = fill(path).splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"rubbish\n", *lines[2:]]))
    with pytest.raises(StoreError, match="line 2"):
        docs(path)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    assert [doc["n"] for doc in docs(path)] == [1, 2, 3]


def test_a_complete_last_line_that_is_no_change_is_not_taken_for_torn(path: Path) -> None:
    raw = fill(path) + b'{"future":1}\n'
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="line 5"):
        docs(path)
    assert path.read_bytes() == raw


@pytest.mark.parametrize(
    "rubbish", [b"rubbish", b"rubbish\nmore\n", b"{}\n", b"[]\n", b"\x89PNG\r\n\x1a\n", b'{"v":"1","kind":"journal"}\n']
)
def test_a_file_that_is_no_journal_is_refused_and_left_alone(path: Path, rubbish: bytes) -> None:
    path.write_bytes(rubbish)
    with pytest.raises(StoreError, match="line 1") as caught:
        docs(path)
    assert str(path) in caught.value.message
    assert path.read_bytes() == rubbish


def test_a_newer_format_is_refused_clearly(path: Path) -> None:
    raw = fill(path).replace(b'"v":1', b'"v":2', 1)
    path.write_bytes(raw)
    with pytest.raises(
        StoreError, match=r"newer version of Dispatch \(journal format 2; this one reads up to 1\)"
    ) as caught:
        docs(path)
    assert "Update" in caught.value.hint
    assert path.read_bytes() == raw


def test_a_journal_of_another_kind_is_refused(path: Path) -> None:
    fill(path)
    with pytest.raises(StoreError, match="of kind `journal`, not `other`"):
        JournalDB(path, "other").tables()


def test_an_append_writes_the_same_number_of_bytes_at_any_length(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    write = os.write

    def counting(fd: int, data: bytes) -> int:
        written.append(write(fd, data))
        return written[-1]

    with JournalDB(path) as db:
        db.put_encoded([("t", "000000", b'{"n":1}')], sync=False)
        monkeypatch.setattr(os, "write", counting)
        for number in range(1, 3000):
            db.put_encoded([("t", f"{number:06}", b'{"n":1}')], sync=False)
        for number in range(3000, 3100):
            db.table("t").insert({"n": number})
        assert len(set(written[:2999])) == 1
        assert len(written) == 3099
        assert max(written[2999:]) - min(written[2999:]) <= 1


def test_a_batch_is_one_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with JournalDB(path) as db:
        calls = []
        write = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: calls.append(fd) or write(fd, data))
        db.put_encoded([("t", str(n), b'{"n":1}') for n in range(500)], sync=False)
        assert len(calls) == 1
        assert len(db.table("t")) == 500


def test_a_write_the_kernel_takes_in_pieces_is_completed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with JournalDB(path) as db:
        monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:7]))
        db.table("t").insert({"n": 1})
        db.table("t").insert({"n": 2})
    assert docs(path) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("written", [0, 1, 40, 10_000])
@pytest.mark.parametrize("undo", [True, False])
def test_after_a_failed_write_nothing_of_it_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch, written: int, undo: bool
) -> None:
    """Also where taking it back fails at first: the next append or read does it."""
    fill(path)
    write = os.write

    def failing(fd: int, data: bytes) -> int:
        write(fd, bytes(data)[:written])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def stuck(_fd: int, _size: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for reading in (True, False):
        with JournalDB(path) as db:
            before = len(db.table("t"))
            with monkeypatch.context() as patch:
                patch.setattr(os, "write", failing)
                if not undo:
                    patch.setattr(os, "ftruncate", stuck)
                with pytest.raises(StoreFull, match="No space left") as caught:
                    db.put_encoded([("t", "x", b'{"n":1}')] * 3, sync=False)
                assert str(path) in caught.value.message
            if reading:
                db.forget()
                assert len(db.table("t")) == before
            db.put_encoded([("t", str(before + 1), b'{"n":"after"}')], sync=False)
            assert len(db.table("t")) == before + 1
        assert len(docs(path)) == before + 1


def test_a_failed_sync_takes_the_change_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = fill(path)

    def failing(_fd: int) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    with JournalDB(path) as db:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", failing)
            with pytest.raises(StoreFull):
                db.put_encoded([("t", "9", b"{}")], sync=True)
        assert path.read_bytes() == raw


def test_the_first_sync_also_puts_the_name_of_a_new_file_on_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[int] = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: folders.append(os.fstat(fd).st_ino) or sync(fd))
    with JournalDB(path) as db:
        for wanted, expected in ((False, 0), (True, 1), (True, 1)):
            db.put_encoded([("t", "1", b"{}")], sync=wanted)
            assert folders == [path.parent.stat().st_ino] * expected


def test_compaction_keeps_all_and_a_failed_one_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path)
    with JournalDB(path) as db:
        for number in range(100):
            db.table("t").update({"u": number}, doc_ids=[1, 2])
        raw, before = path.read_bytes(), [dict(doc) for doc in db.table("t")]

        def failing(_fd: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing)
            with pytest.raises(StoreFull):
                db.storage.compact()
        assert path.read_bytes() == raw
        assert [p.name for p in path.parent.iterdir()] == [path.name]

        db.storage.compact()
        assert len(path.read_bytes()) < len(raw) / 10
        assert [dict(doc) for doc in db.table("t")] == before
        db.table("t").insert({"n": "after"})
    assert docs(path) == [*before, {"n": "after"}]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_journal_deleted_or_changed_under_us_is_noticed(path: Path) -> None:
    fill(path)
    with JournalDB(path) as db:
        db.table("t").insert({"n": 1})
        with path.open("ab") as other:
            other.write(b"x")
        with pytest.raises(StoreError, match="changed by another program"):
            db.table("t").insert({"n": 2})
    with JournalDB(path) as db:
        db.table("t").insert({"n": 1})
        path.unlink()
        with pytest.raises(StoreError, match="deleted or replaced"):
            db.table("t").insert({"n": 2})


def test_reading_beside_a_writer_changes_nothing(path: Path) -> None:
    raw = fill(path)
    half = raw + b'{"t":"t","i":"9","d":{'
    path.write_bytes(half)
    with JournalDB(path, access_mode="r") as db:
        assert len(db.table("t")) == 4
        with pytest.raises(StoreError, match="reading only"):
            db.table("t").insert({})
        with pytest.raises(StoreError, match="reading only"):
            db.drop_tables()
    assert path.read_bytes() == half


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "folder").mkdir()
    for mode in ("r", "r+"):
        with pytest.raises(StoreError, match="not a regular file"):
            JournalStorage(fifo, access_mode=mode)
        with pytest.raises(StoreError, match="folder"):
            JournalStorage(tmp_path / "folder", access_mode=mode)
    with pytest.raises(NotFound):
        JournalStorage(tmp_path / "missing", access_mode="r")
    with pytest.raises(NotFound):
        JournalStorage(tmp_path / "no" / "folder")


def test_a_closed_journal_says_so(path: Path) -> None:
    storage = JournalStorage(path)
    storage.close()
    storage.close()
    for use in (storage.read, lambda: storage.append([put_op("t", "1", b"{}")]), lambda: storage.write({})):
        with pytest.raises(StoreError, match="is closed"):
            use()


def test_writing_a_whole_file_leaves_the_old_one_where_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    disk.write_file(path, b"old", sync=True)

    def failing(_fd: int, _data: bytes) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing)
        with pytest.raises(OSError, match="Input/output"):
            disk.write_file(path, b"new", sync=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
