"""Repositories and what git obeys in them, wherever commands put them; and what is done to hide them."""

import asyncio
import os
import subprocess

import pytest

from dispatch_jupyter.core.permissions.policy import Rule
from dispatch_jupyter.core.tools.shell import protected, protection
from dispatch_jupyter.core.tools.shell.protected import changed, snapshot
from dispatch_jupyter.core.tools.shell.protection import ProtectedFiles
from dispatch_jupyter.core.tools.shell.put_back import put_back
from shell_desk import until

pytestmark = pytest.mark.slow

HOOK = ".git/hooks/pre-commit"
EVIL = "printf '#!/bin/sh\\ntrue\\n' > {0}; chmod +x {0}"


@pytest.fixture
def repository(desk):
    git(desk, "init", "-q")
    return desk


def git(desk, *arguments):
    environ = {**os.environ, "HOME": str(desk.home), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=desk.project, check=True, env=environ)


@pytest.mark.parametrize(
    "hiding",
    [
        f"mkdir -p .git/modules/x; ln -s {'a' * 300} .git/modules/x/HEAD",
        "mkdir -p .git/modules/x; ln -s HEAD .git/modules/x/HEAD",
        "ln -s / .vscode",
        "mkdir -p .git/modules/x; chmod 0 .git/modules/x",
        "mkdir .husky; mkdir .husky/x; chmod 0 .husky/x .husky",
        "mkfifo .envrc",
        "mkdir $(printf '\\377')",
        "touch .git/hooks/$(printf '\\377')",
        "mkdir -p .git/modules; for n in $(seq 350); do mkdir .git/modules/$n; done",
    ],
)
def test_nothing_keeps_a_hook_from_being_found(repository, hiding):
    desk = repository
    result = desk.run(desk.hidden(f"{hiding}; {EVIL.format(HOOK)}; true"))
    assert not (desk.project / HOOK).exists(), result.text
    assert "could not be checked" not in result.text and "[exit 0" in result.text
    assert desk.run("true").text.startswith("[exit 0"), "later commands run as ever"


@pytest.mark.parametrize(
    ("script", "path"),
    [
        ("cp -r .git evil; echo ../evil > .git/commondir", ".git/commondir"),
        ("mkdir .git/info; echo '* filter=x' > .git/info/attributes", ".git/info/attributes"),
        ("mkdir -p .git/objects/info; echo ../x > .git/objects/info/alternates", ".git/objects/info/alternates"),
        ("mkdir .git/rebase-merge; echo 'exec evil' > .git/rebase-merge/git-rebase-todo",
         ".git/rebase-merge/git-rebase-todo"),
        ("mkdir .git/rebase-merge; echo x/../../evil > .git/rebase-merge/strategy", ".git/rebase-merge/strategy"),
        ("mkdir .git/remotes; echo 'URL: ./evil.git' > .git/remotes/up", ".git/remotes/up"),
        (f"git init -q sub; {EVIL.format('sub/.git/hooks/pre-commit')}", "sub/.git/hooks/pre-commit"),
        ("git init -q a/b/sub; git -C a/b/sub config core.fsmonitor evil", "a/b/sub/.git/config"),
        (f"git init -q --bare x; {EVIL.format('x/hooks/pre-receive')}", "x/hooks/pre-receive"),
        ("mkdir d d/objects d/refs; touch d/HEAD; echo '[core]fsmonitor=evil' > d/config", "d/config"),
        ("mkdir sub; echo 'gitdir: /nowhere' > sub/.git", "sub/.git"),
        ("mkdir sub; ln -s /nowhere sub/.git", "sub/.git"),
        ("rm -r .git/info; ln -s ../x .git/info", ".git/info"),
        ("mkdir -p a/.vscode; echo evil > a/.vscode/tasks.json", "a/.vscode/tasks.json"),
        ("echo evil > x.code-workspace", "x.code-workspace"),
        ("mkdir .claude; echo evil > .claude/settings.json", ".claude/settings.json"),
    ],
)  # fmt: skip
def test_what_git_obeys_is_asked_for_and_not_there(repository, script, path):
    desk = repository
    result = desk.run(desk.hidden(f"mkdir -p .git/info; rm -rf .git/info; {script}"))
    assert path in [reach.path.removeprefix(f"{desk.project}/") for reach in desk.person.asked[0][0]], result.text
    assert all(reach.caution for reach in desk.person.asked[0][0])
    assert not os.path.lexists(desk.project / path)


def test_what_a_known_repository_had_comes_back(repository):
    desk = repository
    git(desk, "init", "-q", "sub")
    hook = desk.project / "sub" / HOOK
    hook.write_text("mine")
    desk.run(desk.hidden(f"echo evil > sub/{HOOK}"))
    assert hook.read_text() == "mine"
    assert desk.person.paths == [[f"write {hook}"]]


def test_yes_to_a_hook_that_no_name_tells(repository):
    desk = repository
    desk.person.answer = lambda _: "once"
    desk.run(desk.hidden("git init -q --bare x; echo good > x/hooks/update"))
    (reach,) = desk.person.asked[0][0]
    assert (reach.limit, reach.covers) == ("once", f"{desk.project}/x/hooks/update")
    assert (desk.project / "x/hooks/update").read_text() == "good\n"


def test_a_known_repository_is_looked_at_however_many_folders_there_are(repository, monkeypatch):
    desk = repository
    git(desk, "init", "-q", "z/z/sub")
    before = snapshot(desk.project)
    monkeypatch.setattr(protected, "MAX_LOOKED_INTO", 2)
    (desk.project / "z/z/sub" / HOOK).write_text("evil")
    assert changed(before, snapshot(desk.project, known=before)) == [f"z/z/sub/{HOOK}"]


def test_too_many_repositories_are_no_place_to_hide(repository, monkeypatch):
    desk = repository
    monkeypatch.setattr(protected, "MAX_REPOSITORIES", 3)
    before = snapshot(desk.project)
    for name in "abcd":
        git(desk, "init", "-q", name)
    paths = changed(before, snapshot(desk.project, known=before))
    assert len(paths) == 2 and all(path.endswith("/.git") for path in paths)


def test_names_behind_a_link_are_not_told(repository):
    desk = repository
    result = desk.run(desk.hidden(f"ln -s {desk.outside} .vscode; ln -s {desk.outside} .git/modules; true"))
    assert "data.txt" not in result.text
    assert not (desk.project / ".vscode").exists() and not os.path.lexists(desk.project / ".git/modules")
    assert (desk.outside / "data.txt").exists()


def test_putting_back_what_was_not_there_makes_no_folders(repository):
    put_back(repository.project, ".vscode/deep/x", None)
    assert not (repository.project / ".vscode").exists()


def test_very_many_changes_are_put_back_and_nobody_is_asked(repository):
    desk = repository
    result = desk.run(desk.hidden("mkdir .vscode; for n in $(seq 60); do touch .vscode/$n; done"))
    assert desk.person.asked == [] and "and 56 more" in result.text
    assert list((desk.project / ".vscode").iterdir()) == []
    assert {reach.path for reach, _ in desk.person.notes} == {f"{desk.project}/.vscode/{n}" for n in range(1, 61)}


def test_where_it_cannot_be_told_what_changed_all_is_put_back(repository, monkeypatch):
    desk = repository
    (desk.project / HOOK).write_text("mine")
    looked = iter([snapshot])

    def fails(*arguments, **more):
        return next(looked, _broken)(*arguments, **more)

    monkeypatch.setattr(protection, "snapshot", fails)
    result = desk.run(desk.hidden(f"echo evil > {HOOK}"))
    assert "could not be checked" in result.text and (desk.project / HOOK).read_text() == "mine"
    error = desk.error("touch ran")
    assert "Nothing was run" in error.message and not (desk.project / "ran").exists()


def _broken(*_arguments, **_more):
    raise OSError("out of order")


def test_one_session_does_not_begin_with_what_another_changed(desk):
    first = ProtectedFiles.of(desk.project, ())
    assert ProtectedFiles.of(desk.project, ()) is first
    assert ProtectedFiles.of(desk.home, ()) is not first


def test_a_folder_that_may_be_written_is_watched_as_the_project_is(repository):
    desk = repository
    subprocess.run(["git", "init", "-q", desk.outside], check=True)
    desk.person.now = desk.person.now.also(Rule("write", desk.outside, "session", "g1"))
    result = desk.run(desk.hidden(f"echo fine > {desk.outside}/x; echo evil > {desk.outside}/{HOOK}"))
    assert desk.person.paths == [[f"write {desk.outside}/{HOOK}"]], result.text
    assert not (desk.outside / HOOK).exists() and (desk.outside / "x").exists()


def test_leave_for_a_folder_is_no_leave_for_what_git_runs_in_it(repository):
    desk = repository
    subprocess.run(["git", "init", "-q", "--bare", desk.outside / "bare"], check=True)
    desk.person.now = desk.person.now.also(Rule("write", desk.outside, "session", "g1"))
    result = desk.run(desk.hidden(f"echo evil > {desk.outside}/bare/hooks/post-receive"))
    assert desk.person.paths == [[f"write {desk.outside}/bare/hooks/post-receive"]], result.text
    assert not (desk.outside / "bare/hooks/post-receive").exists()


def test_many_files_before_hide_no_new_one(repository):
    desk = repository
    (desk.project / ".husky/a/b/c/d/e").mkdir(parents=True)
    for number in range(protected.MAX_FILES + 100):
        (desk.project / ".husky" / f"{number:05}").touch()
    before = snapshot(desk.project)
    (desk.project / ".husky" / "01050").write_text("evil")
    (desk.project / ".husky" / "zz").write_text("evil")
    (desk.project / ".husky/a/b/c/d/e/f").write_text("evil")
    assert changed(before, snapshot(desk.project, known=before)) == [
        ".husky/01050",
        ".husky/a/b/c/d/e/f",
        ".husky/zz",
    ]


def test_what_a_hook_leads_to_is_watched(repository):
    desk = repository
    (desk.project / "script").write_text("mine")
    (desk.project / HOOK).symlink_to("../../script")
    desk.run(desk.hidden("echo evil > script"))
    assert (desk.project / "script").read_text() == "mine"
    assert desk.person.paths == [[f"write {desk.project}/script"]]


def test_a_hook_does_not_wait_for_the_end_of_a_job(repository, monkeypatch):
    desk = repository
    monkeypatch.setattr(protection, "LOOK_SECONDS", 0.1)
    (desk.project / HOOK).write_text("mine")

    async def scenario():
        # moved there, so that nobody sees it half written, which would be another version, to be asked about
        again = f"while sleep 0.2; do echo bad > new; mv new {HOOK}; touch planted; done"
        job = await desk.shell_call(desk.hidden(again), background=True)
        await until((desk.project / "planted").exists)
        await until(lambda: desk.person.paths == [[f"write {desk.project}/{HOOK}"]])
        await asyncio.sleep(0.7)
        await desk.call("stop_job", job=job.command.job_id)

    desk.play(scenario)
    assert len(desk.person.asked) == 1, "a no counts until the command ends"
    assert (desk.project / HOOK).read_text() == "mine"


def test_a_question_that_was_open_as_its_command_ended_is_asked_again(repository, monkeypatch):
    desk = repository
    desk.person.answer = lambda _: None if len(desk.person.asked) == 1 else "once"
    monkeypatch.setattr(protection, "LOOK_SECONDS", 0.1)

    async def scenario():
        script = f"echo mine > {HOOK}; until [ -e go ]; do sleep 0.05; done"
        call = asyncio.ensure_future(desk.shell_call(desk.hidden(script)))
        await until(lambda: desk.person.asked)
        (desk.project / "go").touch()
        return await call

    result = desk.play(scenario)
    assert desk.person.paths == [[f"write {desk.project}/{HOOK}"]] * 2, result.text
    assert (desk.project / HOOK).read_text() == "mine\n"


def test_a_crowded_folder_is_put_aside_and_people_are_told(repository, monkeypatch):
    desk = repository
    monkeypatch.setattr(protected, "MAX_IN_TREE", 40)
    result = desk.run(desk.hidden("mkdir -p .vscode/a; for n in $(seq 60); do touch .vscode/$n; done"))
    assert "[.vscode could not be put back: there is more in it" in result.text
    assert desk.person.asked == [] and not (desk.project / ".vscode").exists()
    (aside,) = desk.project.glob(".vscode.*.not-kept")
    assert (aside / "60").exists()
    ((reach, verdict),) = desk.person.notes
    assert (reach.path, verdict.outcome) == (f"{desk.project}/.vscode", "deny") and "not-kept" in verdict.reason


def test_what_was_put_back_while_a_job_runs_is_restored_by_a_yes(repository, monkeypatch):
    desk = repository
    desk.person.answer = lambda _: "once"
    monkeypatch.setattr(protection, "LOOK_SECONDS", 0.1)

    async def scenario():
        job = await desk.shell_call("sleep 77", background=True)
        (desk.project / HOOK).write_text("a person's own")
        await until(lambda: desk.person.asked)
        await until(lambda: (desk.project / HOOK).exists() and (desk.project / HOOK).read_text() == "a person's own")
        await asyncio.sleep(0.3)
        await desk.call("stop_job", job=job.command.job_id)

    desk.play(scenario)
    assert desk.person.paths == [[f"write {desk.project}/{HOOK}"]]
    assert (desk.project / HOOK).read_text() == "a person's own"


def test_very_many_folders_hide_no_new_repository(repository, monkeypatch):
    desk = repository
    monkeypatch.setattr(protected, "MAX_LOOKED_INTO", 30)
    desk.run(desk.hidden(f"mkdir aa aa/$(seq -s ' aa/' 60) z; git init -q z/z; {EVIL.format('z/z/' + HOOK)}"))
    assert desk.person.paths == [[f"write {desk.project}/z/z/{HOOK}"]]
    assert not (desk.project / "z/z" / HOOK).exists()


def test_hooks_behind_a_link_and_behind_more_configuration(repository):
    desk = repository
    (desk.project / ".git/hooks").rename(desk.project / "h")
    (desk.project / ".git/hooks").symlink_to("../h")
    (desk.project / "gh").mkdir()
    (desk.project / "shared").write_text("[core]\n\thooksPath = gh\n")
    with (desk.project / ".git/config").open("a") as config:
        config.write("[include]\n\tpath = ../shared\n")
    desk.run(desk.hidden("echo evil > h/pre-commit; echo evil > gh/pre-push; echo '# more' >> shared"))
    assert desk.person.paths == [[f"write {desk.project}/{name}" for name in ("gh/pre-push", "h/pre-commit", "shared")]]
    assert not (desk.project / "h/pre-commit").exists() and not (desk.project / "gh/pre-push").exists()


@pytest.mark.parametrize("script", ["git config --unset core.hooksPath", "rm .git/config", "echo > .git/config"])
def test_what_keeps_hooks_from_running_does_not_go(repository, script):
    desk = repository
    git(desk, "config", "core.hooksPath", "/dev/null")
    before = (desk.project / ".git/config").read_text()
    desk.run(desk.hidden(script))
    assert (desk.project / ".git/config").read_text() == before and len(desk.person.asked) == 1
