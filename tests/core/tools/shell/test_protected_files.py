"""Files of a project that others run outside the sandbox: no change of a command's stays unless a person agrees."""

import asyncio
import os
import subprocess

import pytest

from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.permissions.policy import Policy
from dispatch_jupyter.core.tools.shell import protected
from dispatch_jupyter.core.tools.shell.kept import MAX_FILE_BYTES
from dispatch_jupyter.core.tools.shell.protected import changed, snapshot
from dispatch_jupyter.core.tools.shell.put_back import put_back
from shell_desk import until

pytestmark = pytest.mark.slow

HOOK = ".git/hooks/pre-commit"


@pytest.fixture
def repository(desk):
    subprocess.run(["git", "init", "-q", desk.project], check=True, env={**os.environ, "HOME": str(desk.home)})
    (desk.project / HOOK).write_text("#!/bin/sh\necho mine\n")
    (desk.project / HOOK).chmod(0o755)
    return desk


def test_a_hook_is_put_back_where_the_person_says_no(repository):
    desk = repository
    result = desk.run(desk.hidden(f"echo evil > {HOOK}; echo new > .git/hooks/post-checkout; echo ok"))
    assert result.text.startswith("ok\n[") and "[exit 0" in result.text
    assert f"Put back as it was, since others run it unconfined: .git/hooks/post-checkout, {HOOK}." in result.text
    assert (desk.project / HOOK).read_text() == "#!/bin/sh\necho mine\n"
    assert (desk.project / HOOK).stat().st_mode & 0o777 == 0o755
    assert not (desk.project / ".git/hooks/post-checkout").exists()
    ((reaches, _),) = desk.person.asked
    assert {(reach.operation, reach.path) for reach in reaches} == {
        ("write", f"{desk.project}/{HOOK}"),
        ("write", f"{desk.project}/.git/hooks/post-checkout"),
    }
    assert all(reach.caution for reach in reaches)


def test_a_hook_stays_where_the_person_says_yes(repository):
    desk = repository
    desk.person.answer = lambda _: "once"
    result = desk.run(desk.hidden(f"echo good > {HOOK}"))
    assert result.text.startswith("[exit 0")
    assert (desk.project / HOOK).read_text() == "good\n"
    assert (desk.project / HOOK).stat().st_mode & 0o777 == 0o755


def test_nothing_of_it_is_there_while_the_person_is_asked(repository):
    desk = repository
    desk.person.answer = lambda _: None

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call(desk.hidden(f"echo evil > {HOOK}")))
        await until(lambda: desk.person.asked)
        assert "mine" in (desk.project / HOOK).read_text()
        call.cancel()
        await asyncio.wait({call})
        assert "mine" in (desk.project / HOOK).read_text()

    desk.play(scenario)


def test_what_was_allowed_before_is_not_asked_again(repository):
    desk = repository
    desk.person.answer = lambda _: "session"
    desk.run(f"echo good > {HOOK}")
    assert len(desk.person.asked) == 1
    desk.run(f"echo better > {HOOK}")
    assert len(desk.person.asked) == 1
    assert (desk.project / HOOK).read_text() == "better\n"


@pytest.mark.parametrize(
    "path",
    [".envrc", ".vscode/tasks.json", ".vscode/deep/er/settings.json", ".devcontainer/devcontainer.json",
     ".husky/pre-commit", ".git/config.worktree", ".git/modules/sub/hooks/pre-commit", "jupyter_server_config.py",
     ".pre-commit-config.yaml", ".idea/workspace.xml"],
)  # fmt: skip
def test_protected_places(repository, path):
    desk = repository
    result = desk.run(desk.hidden(f"mkdir -p $(dirname {path}); echo evil > {path}"))
    assert not (desk.project / path).exists(), result.text
    assert desk.person.paths == [[f"write {desk.project}/{path}"]]


def test_a_deleted_file_comes_back(repository):
    desk = repository
    desk.run(desk.hidden("rm -rf .git/hooks"))
    assert (desk.project / HOOK).read_text() == "#!/bin/sh\necho mine\n"


@pytest.mark.slow
def test_everyday_git_leads_to_no_question(repository):
    desk = repository
    (desk.project / "a").write_text("a")
    for command in (
        "git config user.email a@b.c && git config user.name 'A B' && git add a && git commit -qm first",
        "git remote add origin https://example.com/x.git",
        "git branch other && git checkout -q other && git branch -u master",
        "git init -q sub && git -C sub status --short",
        "git worktree add -q tree && git -C tree status --short && git worktree list",
        "git checkout -q -b left master && echo b > a && git commit -qam b && git checkout -q other && echo c > a"
        " && git commit -qam c && ! git rebase left",
        "echo d > a && git add a && GIT_EDITOR=true git rebase --continue",
        "rm -rf sub && git worktree remove tree && git branch -D tree",
    ):
        assert "[exit" not in desk.run(command).text.partition("[exit 0")[0], command
    assert desk.person.asked == []


@pytest.mark.slow
def test_a_setting_that_makes_git_run_something_is_asked_for(repository):
    desk = repository
    before = (desk.project / ".git/config").read_text()
    for command in (
        "git config core.fsmonitor ./evil.sh",
        "git config alias.x '!evil'",
        "git config core.hooksPath evil",
        "git config include.path ../evil",
        "git config remote.origin.url 'ext::sh -c evil'",
        "printf '[core]sshCommand=evil\\n' >> .git/config",
    ):
        desk.run(desk.hidden(command))
        assert (desk.project / ".git/config").read_text() == before, command
    assert len(desk.person.asked) == 6


def test_hooks_elsewhere_in_the_project(repository):
    desk = repository
    with (desk.project / ".git/config").open("a") as config:
        config.write("[core]\n\thooksPath = tools/hooks\n")
    (desk.project / "tools" / "hooks").mkdir(parents=True)
    (desk.project / "tools" / "hooks" / "pre-push").write_text("mine")
    before = snapshot(desk.project)
    (desk.project / "tools" / "hooks" / "pre-push").write_text("evil")
    assert changed(before, snapshot(desk.project)) == ["tools/hooks/pre-push"]


def test_a_link_in_place_of_a_folder_is_seen_and_not_written_through(repository):
    desk = repository
    (desk.outside / "pre-commit").write_text("theirs")
    before = snapshot(desk.project)
    (desk.project / ".git/hooks").rename(desk.project / "moved")
    (desk.project / ".git/hooks").symlink_to(desk.outside)
    after = snapshot(desk.project)
    paths = changed(before, after)
    assert paths == [".git/hooks", HOOK]
    with pytest.raises(OSError):
        put_back(desk.project, HOOK, before.files[HOOK])
    for path in paths:
        put_back(desk.project, path, before.files.get(path))
    assert (desk.outside / "pre-commit").read_text() == "theirs"
    assert not (desk.project / ".git/hooks").is_symlink()
    assert (desk.project / HOOK).read_text() == "#!/bin/sh\necho mine\n"


def test_a_folder_in_place_of_a_file_is_kept_aside(repository):
    desk = repository
    (desk.project / ".envrc").write_text("mine")
    before = snapshot(desk.project)
    (desk.project / ".envrc").unlink()
    (desk.project / ".envrc").mkdir()
    (desk.project / ".envrc" / "x").write_text("x")
    assert changed(before, snapshot(desk.project)) == [".envrc"]
    put_back(desk.project, ".envrc", before.files[".envrc"])
    assert (desk.project / ".envrc").read_text() == "mine"
    (aside,) = desk.project.glob(".envrc.*.not-kept")
    assert (aside / "x").exists()


def test_too_large_to_be_kept_is_told_apart_and_said(repository):
    desk = repository
    (desk.project / HOOK).write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    result = desk.run(desk.hidden(f"echo evil >> {HOOK}"))
    assert f"[{HOOK} could not be put back:" in result.text and "too large" in result.text
    assert desk.person.asked == []
    ((reach, verdict),) = desk.person.notes
    assert (reach.path, verdict.outcome) == (f"{desk.project}/{HOOK}", "deny"), "people see it in the permission log"
    assert "not-kept" in verdict.reason


def test_a_crowded_folder_is_bounded(repository, monkeypatch):
    desk = repository
    monkeypatch.setattr(protected, "MAX_IN_TREE", 40)
    before = snapshot(desk.project)
    (desk.project / ".vscode").mkdir()
    (desk.project / ".vscode" / "mine").mkdir()
    for number in range(60):
        (desk.project / ".vscode" / f"{number:05}").touch()
    after = snapshot(desk.project)
    assert ".vscode" in changed(before, after)


@pytest.mark.slow
def test_two_at_once_do_not_take_each_others_changes_for_granted(repository):
    desk = repository

    async def scenario():
        job = await desk.shell_call("sleep 77", background=True)
        await desk.shell_call(desk.hidden(f"echo evil > {HOOK}"))
        assert "mine" in (desk.project / HOOK).read_text()
        await desk.call("stop_job", job=job.command.job_id)
        assert len(desk.person.asked) == 1
        assert "mine" in (desk.project / HOOK).read_text()

    desk.play(scenario)


@pytest.mark.slow
def test_where_several_agents_run_commands_the_question_says_that_it_may_be_any(repository):
    desk = repository

    async def scenario():
        job = await desk.call("run_shell", agent="s1-ab12cd34", command="sleep 77", background=True)
        await desk.call("run_shell", agent="s1-ef56ab78", command=desk.hidden(f"echo evil > {HOOK}"))
        await desk.call("stop_job", job=job.command.job_id)
        await desk.call("run_shell", agent="s1-ef56ab78", command=desk.hidden(f"echo evil > {HOOK}"))

    desk.play(scenario)
    first, second = (reach.caution for (reach,), _ in desk.person.asked)
    assert "ab12, ef56" in first and "any of them may have changed it" in first
    assert "any of them" not in second


def test_a_home_folder_as_the_project_keeps_what_shells_run(desk):
    (desk.home / ".bashrc").write_text("mine")
    desk.project = desk.home
    desk.person.now = Policy(desk.home, desk.person.now.rules, places_of(desk.environ, desk.home))
    (desk.home / "hidden.sh").write_text("echo evil >> ~/.bashrc; echo evil > ~/.zshrc")
    desk.run("bash hidden.sh")
    assert (desk.home / ".bashrc").read_text() == "mine" and not (desk.home / ".zshrc").exists()
