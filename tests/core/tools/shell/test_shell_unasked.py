"""What commands are denied without a question: files programs look for by habit, and other programs' sockets."""

import shutil
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.places import places_of
from dispatch_jupyter.core.permissions.policy import Denied, Rule
from dispatch_jupyter.core.tools.shell.unasked import PROBED, SOURCES, kind_of
from shell_desk import Desk

pytestmark = pytest.mark.slow

PIP = """\
import pathlib
try: print((pathlib.Path.home() / ".config/pip/pip.conf").read_text())
except OSError: print("no index")
"""
CONNECT = "import socket, sys; s = socket.socket(socket.AF_UNIX)\ntry: s.connect({path})\nexcept OSError as e: print(e)"


def once(_):
    return "once"


def logged(desk):
    return [(reach.path, verdict.rule, verdict.outcome) for reach, verdict in desk.person.notes]


def test_what_is_there_and_looked_for_by_habit_is_told_and_logged(desk):
    (desk.home / ".netrc").write_text("machine x")
    (desk.home / ".curlrc").write_text("")
    result = desk.run(desk.hidden("cat ~/.netrc ~/.curlrc ~/.curlrc; true"))
    assert desk.person.asked == [] and "machine" not in result.text
    netrc, curlrc = str(desk.home / ".netrc"), str(desk.home / ".curlrc")
    assert result.text.count(f"[Denied without asking: read {netrc}: ") == 1, "a place of secrets is named by a command"
    assert result.text.count(f"[Denied without asking: read {curlrc}: ") == 1, "others are for the settings"
    (secret,) = [line for line in result.text.splitlines() if netrc in line and line.startswith("[")]
    assert "auto_allow" not in secret and "names it" in secret
    (other,) = [line for line in result.text.splitlines() if curlrc in line and line.startswith("[")]
    assert "permissions: auto_allow" in other
    assert sorted(logged(desk)) == [(path, "looked for by habit", "deny") for path in (curlrc, netrc)]
    assert isinstance(desk.error("cat ~/.netrc"), Denied), "named in the command, it is asked for"


def test_it_is_told_of_a_command_that_failed_as_well(desk):
    (desk.home / ".netrc").write_text("machine x")
    result = desk.run(desk.hidden("cat ~/.netrc"))
    assert desk.person.asked == [] and result.text.count("[Denied") == 1
    assert f"[Denied without asking: read {desk.home}/.netrc" in result.text


def test_what_is_not_there_is_nobodys_business(desk):
    names = " ".join(f"~/{name}" for name in PROBED)
    result = desk.run(desk.hidden(f"cat {names} 2> /dev/null; true"))
    assert desk.person.asked == [] and desk.person.notes == [] and "[Denied" not in result.text


def test_where_packages_come_from_is_asked_for(desk):
    (desk.home / ".config" / "pip").mkdir(parents=True)
    conf = desk.home / ".config" / "pip" / "pip.conf"
    conf.write_text("[global]\nindex-url = http://private/simple\n")
    desk.person.answer = once
    (desk.project / "look.py").write_text(PIP)
    result = desk.run("python look.py")
    assert desk.person.paths == [[f"read {conf}"]] and "http://private/simple" in result.text


def test_where_packages_come_from_is_told_where_it_was_denied(desk):
    (desk.home / ".config" / "pip").mkdir(parents=True)
    conf = desk.home / ".config" / "pip" / "pip.conf"
    conf.write_text("[global]\n")
    (desk.project / "look.py").write_text(PIP)
    result = desk.run("python look.py")
    assert "no index" in result.text and f"[Denied: {conf}: " in result.text and "not today" in result.text


def test_where_nobody_sees_what_a_command_reaches_for_its_tools_are_known(top):
    desk = Desk(top, "kernel")
    conf = desk.home / ".config" / "pip"
    conf.mkdir(parents=True)
    (desk.home / ".npmrc").write_text("")
    result = desk.run("pip3 --version; true")
    assert f"[Denied without asking: read {conf}: " in result.text and ".npmrc" not in result.text
    assert logged(desk) == [(str(conf), "looked for by habit", "deny")]
    assert "[Denied" not in desk.run("echo pipe").text
    desk.person.now = desk.person.now.also(Rule("read", conf, "auto_allow"))
    assert "[Denied" not in desk.run("pip3 --version; true").text


@pytest.mark.parametrize("name", SOURCES)
def test_of_settings_for_packages_only_those_with_tokens_are_not_asked_for(desk, name):
    path = desk.home / name
    policy = desk.person.policy()
    assert kind_of(policy, "read", str(path)) == "absent"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    secret = policy.reach("read", path).secret is not None
    assert kind_of(policy, "read", str(path)) == ("habit" if secret else None)
    assert secret == (name in (".npmrc", ".yarnrc.yml"))


@pytest.mark.skipif(not shutil.which("rustup"), reason="needs rustup's proxies in PATH")
def test_a_proxy_of_rustup_that_is_asked_for_its_version_asks_nobody(desk):
    desk.environ["PATH"] += f":{Path(shutil.which('rustup')).parent}"
    desk.person.now = replace(desk.person.now, places=places_of(desk.environ, desk.home))
    assert "rustup" in desk.run("rustc --version").text, "it has no compiler, and says so"
    assert desk.person.asked == [] and not (desk.home / ".rustup").exists()


# ------------------------------------------------------------------ sockets


@pytest.fixture
def docker(desk, monkeypatch):
    """A socket somebody else listens at."""
    monkeypatch.chdir(desk.outside)  # their names are short
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind("docker.sock")
        listening.listen()
        yield desk.outside / "docker.sock"


@pytest.mark.parametrize("command", ["ls {}", "curl -s --unix-socket {} http://x/", "docker -H unix://{} ps"])
def test_a_socket_that_is_named_is_not_asked_for(desk, docker, command):
    result = desk.run(f"{command.format(docker)}; true")
    assert desk.person.asked == []
    assert f"[Denied: {docker}: it is a socket of another program" in result.text
    assert logged(desk) == [(str(docker), "another program's socket", "deny")]


def test_removing_one_is_asked_for(desk, docker):
    assert isinstance(desk.error(f"rm {docker}"), Denied)
    assert desk.person.paths == [[f"write {docker}"]] and docker.exists()


def test_connecting_to_one_is_told_why_it_cannot_be(desk, docker):
    (desk.project / "connect.py").write_text(CONNECT.format(path="sys.argv[1] + '/dock' + 'er.sock'"))
    result = desk.run(desk.hidden(f"python connect.py {docker.parent}"))
    assert desk.person.asked == [] and "Permission denied" in result.text
    assert f"[Denied: {docker}: it is a socket of another program" in result.text
    assert logged(desk) == [(str(docker), "another program's socket", "deny")]


def test_where_nothing_holds_commands_it_is_asked_for(top, monkeypatch):
    desk = Desk(top, "parsed only")
    monkeypatch.chdir(desk.outside)
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind("d.sock")
        assert isinstance(desk.error(f"cat {desk.outside}/d.sock"), Denied)
    assert desk.person.paths == [[f"read {desk.outside}/d.sock"]]


def test_so_is_connecting_to_one_in_the_project(desk, monkeypatch):
    monkeypatch.chdir(desk.project)
    (desk.project / "connect.py").write_text(CONNECT.format(path="'own.sock'"))
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind("own.sock")
        listening.listen()
        result = desk.run("python connect.py")
    assert f"[Denied: {desk.project}/own.sock: it is a socket of another program" in result.text
