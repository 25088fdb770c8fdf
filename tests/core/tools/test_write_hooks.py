"""Files that git is set to run are not written by the file tools without leave for that very file."""

from typing import Any

import pytest

from dispatch_jupyter.core.permissions.policy import OutsideProject, Rule
from dispatch_jupyter.core.tools.shell.meant import OUTSIDE
from dispatch_jupyter.core.tools.shell.protected import is_run_by_git


@pytest.fixture
def repository(agent: Any) -> Any:
    agent.put(".git/HEAD", "ref: refs/heads/main\n")
    agent.put(".git/config", "[core]\n\thooksPath = tools/hooks\n[include]\n\tpath = ../more\n")
    agent.put("bare.git/HEAD", "ref: refs/heads/main\n")
    for folder in ("bare.git/objects", "bare.git/refs"):
        (agent.root / folder).mkdir()
    return agent


@pytest.mark.parametrize("path", ["tools/hooks/pre-push", "bare.git/hooks/post-receive", "more", "bare.git/config"])
def test_what_git_is_set_to_run_is_asked_for(repository: Any, path: str) -> None:
    error = repository.error("write_file", path=path, content="evil")
    assert isinstance(error, OutsideProject), error
    assert (error.reach.path, error.reach.caution, error.reach.limit) == (f"{repository.root}/{path}", OUTSIDE, "once")
    assert not (repository.root / path).exists()
    repository.policy = repository.policy.also(Rule("write", repository.root / path, "once", exact=True))
    repository.call("write_file", path=path, content="good")
    assert (repository.root / path).read_text() == "good"


def test_a_hook_is_not_edited_either(repository: Any) -> None:
    repository.put("tools/hooks/pre-push", "mine")
    repository.call("read_file", path="tools/hooks/pre-push")
    error = repository.error("edit_file", path="tools/hooks/pre-push", old_text="mine", new_text="evil")
    assert isinstance(error, OutsideProject)


@pytest.mark.parametrize("path", ["tools/other", "tools/hooks.py", "src/hooks/use.ts", "bare.git/description", "a"])
def test_other_files_are_written_as_ever(repository: Any, path: str) -> None:
    repository.call("write_file", path=path, content="x")


def test_leave_for_a_folder_outside_does_not_mean_its_hooks(repository: Any, tmp_path: Any) -> None:
    outside = tmp_path / "outside"
    (outside / ".git").mkdir(parents=True)
    (outside / ".git" / "config").write_text("[core]\n\thooksPath = run\n")
    repository.policy = repository.policy.also(Rule("write", outside, "session", "g1"))
    assert isinstance(repository.error("write_file", path=f"{outside}/run/pre-push", content="x"), OutsideProject)
    repository.call("write_file", path=f"{outside}/plain", content="x")


def test_where_nobody_can_look_it_counts_as_run(tmp_path: Any) -> None:
    assert is_run_by_git(tmp_path / "gone", tmp_path / "gone" / "x")


def test_leave_for_a_folder_that_is_to_be_made(repository: Any, tmp_path: Any) -> None:
    outside = tmp_path / "outside"
    (outside / ".git").mkdir(parents=True)
    (outside / ".git" / "config").write_text("[core]\n\thooksPath = run\n")
    leave = (Rule("write", outside / name, "session", name) for name in ("run", "new"))
    repository.policy = repository.policy.also(*leave)
    assert isinstance(repository.error("write_file", path=f"{outside}/run/pre-push", content="x"), OutsideProject)
    repository.call("write_file", path=f"{outside}/new/deep/plain", content="x")
