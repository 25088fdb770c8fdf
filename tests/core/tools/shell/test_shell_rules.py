"""From the policy to what the sandbox lets a command touch."""

import os
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.permissions.policy import Policy, Rule
from dispatch_jupyter.core.tools.shell.environment import Folders
from dispatch_jupyter.core.tools.shell.rules import confinement


@pytest.fixture
def home(top):
    for name in ("project", "home/.ssh", "home/.config/git", "tmp", "cache", "data/sub"):
        (top / name).mkdir(parents=True)
    (top / "home/.gitconfig").write_text("[user]")
    return top / "home"


def made(home: Path, *rules: Rule, live: bool = True, **more):
    top = home.parent
    policy = Policy(top / "project", rules, places_of({"PATH": "/usr/bin"}, home))
    return confinement(policy, Folders(top / "tmp", top / "cache"), live=live, **more)


def test_what_every_command_has(home):
    rules = made(home)
    top = str(home.parent)
    assert {f"{top}/project", f"{top}/tmp", f"{top}/cache", "/dev/null"} <= set(rules.write)
    assert "/usr" in rules.execute
    assert {"/etc/passwd", "/proc", f"{home}/.gitconfig", f"{home}/.config/git"} <= set(rules.read)
    assert f"{home}/.ssh" in rules.hidden
    every = {*rules.write, *rules.execute, *rules.read}
    assert not every & {"/", "/etc", "/dev", "/tmp", "/root", "/home", str(home), top, "/etc/shadow"}
    assert all(Path(path).exists() for path in every)


def test_names_are_looked_up_in_a_stand_in_where_calls_are_held(home):
    held, free = made(home, live=True), made(home, live=False)
    assert "/etc/hosts" not in held.read
    assert [path for path, _ in held.stand_ins] == [os.path.realpath("/etc/hosts")]
    assert "/etc/hosts" in free.read
    assert free.stand_ins == ()


def test_leave_goes_where_it_belongs(home):
    data = home.parent / "data"
    got = made(
        home,
        Rule("read", data, "session", "g1"),
        Rule("write", data / "sub", "auto_allow", "g2"),
        Rule("execute", home, "auto_allow"),
        Rule("write", home.parent / "not-there", "session", "g3"),
    )
    assert str(data) in got.read and str(data) not in got.write
    assert str(data / "sub") in got.write
    assert str(home) in got.execute
    assert not any("not-there" in path for path in got.write)


def test_leave_that_has_become_a_link_is_none(home):
    data = home.parent / "data"
    leave = [Rule(operation, data / "sub", "session", "g1") for operation in ("read", "write", "execute")]
    (data / "sub").rmdir()
    (data / "sub").symlink_to(home)
    rules = made(home, *leave)
    assert not {str(home), str(data / "sub")} & {*rules.read, *rules.write, *rules.execute}


def test_leave_once_opens_a_secret_and_nothing_beside_it(home):
    (home / ".ssh" / "id").write_text("key")
    rules = made(home, Rule("read", home / ".ssh" / "id", "once", exact=True))
    assert f"{home}/.ssh/id" in rules.read and f"{home}/.ssh" in rules.hidden
    rules = made(home, Rule("read", home / ".ssh", "once", exact=True))
    assert f"{home}/.ssh" in rules.read and f"{home}/.ssh" in rules.hidden
    longer = made(home, Rule("read", home / ".ssh", "auto_allow", "a1"), Rule("write", home / ".ssh" / "id", "session"))
    opened = {*longer.read, *longer.write}
    assert not {f"{home}/.ssh", f"{home}/.ssh/id"} & opened, "it could not be told from leave for once"
    assert {f"{home}/.ssh", f"{home}/.ssh/id"} <= set(longer.hidden)


def test_settings_that_are_links(home):
    top = home.parent
    (home / ".ssh" / "id").write_text("key")
    (home / "dotfiles").mkdir()
    (home / "dotfiles" / "gitconfig").write_text("[user]")
    for target, read in (
        (home / "dotfiles" / "gitconfig", str(home / "dotfiles" / "gitconfig")),
        (home / ".ssh" / "id", None),
        (top / "data", None),
        (home, None),
        (home / "nowhere", None),
    ):
        (home / ".gitconfig").unlink()
        (home / ".gitconfig").symlink_to(target)
        rules = made(home)
        assert str(home / ".gitconfig") not in rules.read
        assert [path for path in rules.read if path == str(target)] == ([read] if read else []), target


def test_ports(home):
    assert made(home, ports=frozenset({9999, 8888})).ports == (8888, 9999)


def test_an_agent_that_may_not_write_writes_nowhere_but_in_its_temporary_folders(home):
    top = home.parent
    leave = (Rule("write", top / "data", "session", "g1"), Rule("write", top / "tmp", "scratch"))
    policy = Policy(top / "project", leave, places_of({"PATH": "/usr/bin"}, home), frozenset({"read", "execute"}))
    rules = confinement(policy, Folders(top / "tmp", top / "cache"), live=True)
    assert str(top / "project") in rules.execute and str(top / "project") not in rules.write
    assert str(top / "data") in rules.read and str(top / "data") not in rules.write
    assert {f"{top}/tmp", f"{top}/cache"} <= set(rules.write)
