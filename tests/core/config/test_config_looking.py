"""Looking at files that somebody put there to keep us busy."""

from pathlib import Path

import pytest

from dispatch_jupyter.core.config import looking
from dispatch_jupyter.core.config.looking import View, changes, look


def test_many_links_to_a_large_file_are_not_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MAX_TOTAL_DIGESTED", 3_500)
    read: list[Path] = []
    digest = looking._digest
    monkeypatch.setattr(looking, "_digest", lambda path: read.append(path) or digest(path))
    (tmp_path / "large").write_bytes(b"x" * 1_000)
    folder = tmp_path / "skills"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}").symlink_to(tmp_path / "large")
    before = look([(folder, True)], View())
    assert len(read) == 3 and len(before.files) == 20

    (tmp_path / "large").write_bytes(b"y" * 1_001)
    after = look([(folder, True)], before)
    assert len(changes(before, after)) == 20  # those that are not read tell it by size and times


def test_what_is_not_read_takes_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MAX_TOTAL_DIGESTED", 3_500)
    monkeypatch.setattr(looking, "MAX_DIGESTED", 2_000)
    (tmp_path / "a").write_bytes(b"x" * 9_000)
    (tmp_path / "b").write_bytes(b"x" * 1_000)
    view = look([(tmp_path, False)], View())
    assert view.files[tmp_path / "a"].digest.startswith("not read")
    assert not view.files[tmp_path / "b"].digest.startswith("not read")
