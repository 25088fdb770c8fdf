"""Hot reload: what is told, when, of which files; and that nothing is left when it ends."""

import asyncio
import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watch_desk import SOON, Desk, watching

from dispatch_jupyter.core.config import looking
from dispatch_jupyter.core.config import watch as watch_module
from dispatch_jupyter.core.config.watch import Watch

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    before = set(threading.enumerate())
    desk = Desk(tmp_path.resolve())
    yield desk
    assert desk.loops <= {desk.main}
    assert [thread for thread in threading.enumerate() if thread not in before] == []


@pytest.fixture
def polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that cannot watch anything more."""
    from watchdog.observers.api import BaseObserver

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(BaseObserver, "schedule", full)
    monkeypatch.setattr(watch_module, "LOOK_SECONDS", 0.3)


@pytest.mark.slow
@watching
async def test_a_file_that_is_written(desk: Desk) -> None:
    desk.put("dispatch.yaml", "one")
    await desk.begin(("dispatch.yaml", False))
    desk.put("dispatch.yaml", "two")
    await desk.tells("dispatch.yaml")
    desk.put("other.yaml", "x")
    desk.put("dispatch.yaml", "two")  # the same again
    await desk.silent()
    assert desk.watch.problem is None


@pytest.mark.slow
@watching
async def test_saves_by_replacing_and_by_taking_away_first(desk: Desk) -> None:
    desk.put("dispatch.yaml", "one")
    await desk.begin(("dispatch.yaml", False))
    desk.put(".dispatch.yaml-1.tmp", "two").replace(desk.folder / "dispatch.yaml")
    await desk.tells("dispatch.yaml")
    path = desk.folder / "dispatch.yaml"
    path.rename(desk.folder / "dispatch.yaml~")
    desk.put("dispatch.yaml", "three")
    (desk.folder / "dispatch.yaml~").unlink()
    await desk.tells("dispatch.yaml")
    path.unlink()
    desk.put("dispatch.yaml", "three")  # what it was before
    await desk.silent()


@pytest.mark.slow
@watching
async def test_a_file_that_comes_and_goes(desk: Desk) -> None:
    await desk.begin(("dispatch.yaml", False))
    desk.put("dispatch.yaml", "one")
    await desk.tells("dispatch.yaml")
    (desk.folder / "dispatch.yaml").unlink()
    await desk.tells("dispatch.yaml")
    desk.put("dispatch.yaml", "")
    await desk.tells("dispatch.yaml")


@pytest.mark.slow
@watching
async def test_a_folder_that_comes_later_goes_and_comes_again(desk: Desk) -> None:
    await desk.begin(("p/.dispatch/agents", False))
    desk.put("p/.dispatch/agents/x.toml", "one")
    await desk.tells("p/.dispatch/agents/x.toml")
    for text in ("two", "three"):
        shutil.rmtree(desk.folder / "p")
        await desk.tells("p/.dispatch/agents/x.toml")
        desk.put("p/.dispatch/agents/x.toml", text)
        await desk.tells("p/.dispatch/agents/x.toml")
    desk.put("p/.dispatch/agents/x.toml", "four")
    await desk.tells("p/.dispatch/agents/x.toml")


@pytest.mark.slow
@watching
async def test_a_folder_that_is_exchanged_for_another(desk: Desk) -> None:
    desk.put("agents/x.toml", "one")
    desk.put("new/x.toml", "two")
    await desk.begin(("agents", False))
    (desk.folder / "agents").rename(desk.folder / "old")
    (desk.folder / "new").rename(desk.folder / "agents")
    await desk.tells("agents/x.toml")
    desk.put("agents/x.toml", "three")
    await desk.tells("agents/x.toml")
    desk.put("old/x.toml", "four")
    await desk.silent()


@watching
async def test_files_of_editors_are_not_told(desk: Desk) -> None:
    desk.put("agents/x.toml", "one")
    await desk.begin(("agents", False))
    for name in (".x.toml.swp", ".x.toml.swx", "x.toml~", ".#x.toml", "4913", "x.tmp", "#x.toml#", ".~lock.x.toml"):
        desk.put(f"agents/{name}", "half")
    await desk.silent(0.4)
    desk.watch.look()
    await desk.silent(0.4)


@pytest.mark.slow
@watching
async def test_folders_below_only_where_they_are_asked_for_and_not_huge_ones(desk: Desk) -> None:
    desk.put("agents/x.toml", "")
    desk.put("skills/a/b/c/SKILL.md", "one")
    desk.put("skills/node_modules/x/SKILL.md", "one")
    await desk.begin(("agents", False), ("skills", True))
    desk.put("agents/deep/y.toml", "")
    for skipped in (".git", "node_modules/x", ".venv", "a/__pycache__"):
        desk.put(f"skills/{skipped}/SKILL.md", "two")
    desk.put("skills/a/b/c/SKILL.md", "two")
    desk.put("skills/new/er/SKILL.md", "one")
    await desk.tells("skills/a/b/c/SKILL.md", "skills/new/er/SKILL.md")
    shutil.rmtree(desk.folder / "skills" / "a")
    await desk.tells("skills/a/b/c/SKILL.md")


@pytest.mark.slow
@watching
async def test_many_quick_saves_are_told_in_few_words_and_the_last_one_counts(desk: Desk) -> None:
    desk.put("dispatch.yaml", "0")
    await desk.begin(("dispatch.yaml", False))
    path = desk.folder / "dispatch.yaml"
    seen: list[str] = []
    changed = desk.watch._changed

    def reading(paths: frozenset[Path]) -> None:
        seen.append(path.read_text())
        changed(paths)

    desk.watch._changed = reading
    started = time.monotonic()
    for number in range(150):
        if number % 3:
            path.write_text(str(number))
        else:
            desk.put("x.tmp", str(number)).replace(path)
        await asyncio.sleep(0.01)
    path.write_text("last")
    await desk.tells("dispatch.yaml")
    await asyncio.sleep(0.5)
    assert seen[-1] == "last"
    assert len(seen) < 4 + 2 * (time.monotonic() - started)  # at least once a second, though it is never quiet
    assert len(seen) > 1


@pytest.mark.slow
@watching
async def test_a_storm_of_everything(desk: Desk) -> None:
    """Files and folders come, go and are exchanged by several threads; in the end what is told is how it is."""
    await desk.begin(("a/dispatch.yaml", False), ("a/agents", False), ("s", True))

    def storm(number: int) -> None:
        for turn in range(60):
            for name in (f"a/agents/{number}.toml", f"s/{turn % 5}/{number}.md", "a/dispatch.yaml"):
                try:
                    desk.put(name, f"{number} {turn}")
                except OSError:
                    continue
            if turn % 7 == number:
                shutil.rmtree(desk.folder / ("a" if turn % 2 else "s"), ignore_errors=True)
            time.sleep(0.003)

    await asyncio.gather(*(asyncio.to_thread(storm, number) for number in range(4)))
    await asyncio.sleep(3)
    desk.told.clear()
    shutil.rmtree(desk.folder / "a", ignore_errors=True)
    await asyncio.sleep(3)
    desk.told.clear()
    desk.put("a/agents/end.toml", "end")
    desk.put("a/dispatch.yaml", "end")
    desk.put("s/0/end.md", "end")
    await desk.tells("a/agents/end.toml", "a/dispatch.yaml", "s/0/end.md")


@pytest.mark.slow
@watching
async def test_links(desk: Desk) -> None:
    desk.put("dotfiles/dispatch.yaml", "one")
    desk.put("dotfiles/x.toml", "one")
    desk.put("dotfiles/other.yaml", "three")
    (desk.folder / "p" / "agents").mkdir(parents=True)
    (desk.folder / "p" / "dispatch.yaml").symlink_to("../dotfiles/dispatch.yaml")
    (desk.folder / "p" / "agents" / "x.toml").symlink_to("../../dotfiles/x.toml")
    (desk.folder / "p" / "skills").symlink_to("../dotfiles")
    await desk.begin(("p/dispatch.yaml", False), ("p/agents", False), ("p/skills", True))
    desk.put("dotfiles/dispatch.yaml", "two")
    await desk.tells("p/dispatch.yaml", "p/skills/dispatch.yaml")
    desk.put("dotfiles/x.toml", "two")
    await desk.tells("p/agents/x.toml", "p/skills/x.toml")
    (desk.folder / "p" / "dispatch.yaml").unlink()
    (desk.folder / "p" / "dispatch.yaml").symlink_to("../dotfiles/other.yaml")
    await desk.tells("p/dispatch.yaml")


@watching
async def test_a_loop_of_links_does_no_harm(desk: Desk) -> None:
    desk.put("skills/a.md", "one")
    (desk.folder / "skills" / "loop").symlink_to(".")
    (desk.folder / "loop").symlink_to("loop")
    await desk.begin(("skills", True), ("loop", True))
    desk.put("skills/a.md", "two")
    await desk.tells("skills/a.md")


@pytest.mark.slow
@watching
async def test_what_matters_may_change(desk: Desk) -> None:
    desk.put("one.md", "1")
    desk.put("two.md", "1")
    await desk.begin(("one.md", False))
    await asyncio.sleep(0.2)
    desk.wanted = [(desk.folder / "two.md", False)]
    desk.watch.look()
    await desk.silent(0.5)
    desk.put("one.md", "2")
    desk.put("two.md", "2")
    await desk.tells("two.md")
    # it was read, changed, and only then named as what matters: that must not be lost
    desk.put("three.md", "1")
    desk.wanted.append((desk.folder / "three.md", False))
    desk.watch.look()
    await desk.tells("three.md")


@watching
async def test_what_changes_right_at_the_start_is_told(desk: Desk) -> None:
    path = desk.put("dispatch.yaml", "one")
    desk.wanted = [(path, False)]
    desk.watch.start()
    path.write_text("two")
    await desk.tells("dispatch.yaml")


@pytest.mark.slow
@watching
async def test_where_the_system_cannot_watch_we_look(desk: Desk, polling: None) -> None:
    desk.put("dispatch.yaml", "one")
    await desk.begin(("dispatch.yaml", False), ("skills", True))
    problem = desk.watch.problem
    assert problem is not None and "cannot watch" in problem.message and problem.hint and "inotify" in problem.hint
    desk.put("dispatch.yaml", "two")
    await desk.tells("dispatch.yaml")
    desk.put("skills/a/b.md", "one")
    await desk.tells("skills/a/b.md")
    assert desk.watch.problem is problem


@watching
async def test_without_watchdog_we_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "watchdog.observers", None)
    monkeypatch.setattr(watch_module, "LOOK_SECONDS", 0.2)
    await desk.begin(("dispatch.yaml", False))
    desk.put("dispatch.yaml", "one")
    await desk.tells("dispatch.yaml")
    assert desk.watch.problem is not None


@pytest.mark.slow
@watching
async def test_what_the_system_does_not_tell_is_found_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from dispatch_jupyter.core.config.system_events import _Folder

    monkeypatch.setattr(_Folder, "dispatch", lambda *_: None)
    monkeypatch.setattr(watch_module, "LOOK_SECONDS", 0.3)
    await desk.begin(("dispatch.yaml", False))
    desk.put("dispatch.yaml", "one")
    await desk.tells("dispatch.yaml")


@watching
async def test_too_many_files_are_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MAX_FILES", 5)
    for number in range(9):
        desk.put(f"skills/{number}.md", "x")
    await desk.begin(("skills", True))
    desk.put("skills/0.md", "y")
    await desk.tells("skills/0.md")
    assert desk.watch.problem is not None and "too many files" in desk.watch.problem.message


@watching
async def test_odd_files(desk: Desk) -> None:
    (desk.folder / "agents").mkdir()
    os.mkfifo(desk.folder / "agents" / "pipe.toml")
    await desk.begin(("agents", False), ("agents/pipe.toml", False))
    desk.put("agents/x.toml", "one")
    await desk.tells("agents/x.toml")
    (desk.folder / "agents" / "x.toml").unlink()
    (desk.folder / "agents" / "x.toml").mkdir()
    await desk.tells("agents/x.toml")


@pytest.mark.slow
@watching
async def test_a_system_without_handles_does_not_make_files_go_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.put("agents/x.toml", "one")
    await desk.begin(("agents", False))

    def exhausted(*_: Any) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(looking.os, "scandir", exhausted)
        desk.put("agents/x.toml", "two")
        await desk.silent()
    assert "Too many open files" in caplog.text
    await desk.tells("agents/x.toml")


@watching
async def test_whoever_says_what_matters_may_fail(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.put("dispatch.yaml", "one")
    await desk.begin(("dispatch.yaml", False))

    def broken() -> list[tuple[Path, bool]]:
        raise ValueError("oops")

    desk.watch._folders = broken
    desk.put("dispatch.yaml", "two")
    await desk.tells("dispatch.yaml")
    assert "could not be found out" in caplog.text


@pytest.mark.slow
@watching
async def test_nothing_is_told_after_the_end(desk: Desk) -> None:
    desk.put("dispatch.yaml", "one")
    await desk.begin(("dispatch.yaml", False))
    desk.put("dispatch.yaml", "two")
    started = time.monotonic()
    await asyncio.to_thread(desk.watch.stop)
    assert time.monotonic() - started < 15
    desk.put("dispatch.yaml", "three")
    await desk.silent(0.5)
    desk.watch.stop()  # once more does nothing
    with pytest.raises(RuntimeError):
        desk.watch.start()


@pytest.mark.slow
@watching
async def test_what_was_about_to_be_told_when_it_ended_is_not(desk: Desk) -> None:
    await desk.begin(("dispatch.yaml", False))
    desk.put("dispatch.yaml", "one")
    time.sleep(0.8)  # the loop is busy: word of it waits there
    desk.watch.stop()
    await desk.silent(0.2)


def test_a_watch_that_never_began_can_be_stopped(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    Watch(list, lambda _: None, loop).stop()
    loop.close()


def test_a_loop_that_is_closed(tmp_path: Path) -> None:
    """The server went away without a word: the thread ends by itself."""
    path = tmp_path / "dispatch.yaml"
    watch: list[Watch] = []

    async def begin() -> None:
        watch.append(Watch(lambda: [(path, False)], lambda _: None, asyncio.get_running_loop()))
        watch[0].start()
        await asyncio.sleep(0.3)

    asyncio.run(begin())
    path.write_text("one")
    _until(lambda: all(thread.name != "dispatch-watch" for thread in threading.enumerate()))
    watch[0].stop()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
