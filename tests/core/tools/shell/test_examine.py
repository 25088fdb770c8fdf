"""What is asked before a command runs, where that depends on what is on the disk."""

from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.policy import Policy
from dispatch_jupyter.core.tools.shell.examine import examine


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "home" / "project"
    folder.mkdir(parents=True)
    return folder


def asked(command: str, project: Path) -> list[str]:
    environ = {"HOME": str(project.parent), "PATH": "/usr/bin:/bin"}
    return [reach.path for reach in examine(command, project, Policy(project), environ, "kernel+live").asks]


def test_the_failing_way_of_a_folder_change_is_asked_about_where_the_folder_is_missing(project: Path) -> None:
    command = f"cd {project}/docs; cat ../notes"
    assert asked(command, project) == [str(project.parent / "notes")]
    (project / "docs").mkdir()
    assert asked(command, project) == []


def test_of_a_folder_with_peoples_own_tools_what_is_found_there_is_asked_about(project: Path) -> None:
    command = 'export PATH="$HOME/.local/bin:$PATH"; ls'
    assert asked(command, project) == []
    program = project.parent / ".local/bin/ls"
    program.parent.mkdir(parents=True)
    program.touch()
    assert asked(command, project) == [], "it cannot be run"
    program.chmod(0o755)
    assert asked(command, project) == [str(program)]


def test_what_begins_with_no_folder_there_is_is_text_for_an_unknown_program(project: Path) -> None:
    assert asked("tool --key /no-such-folder/x /neither/y", project) == []
    there = next(path for path in project.parents if path.parent == Path("/"))
    assert asked(f"tool --key {there}/x", project) == [f"{there}/x"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("python3 <<'EOF'\nprint('😀', open('/etc/hosts').read())\nEOF", ["/etc/hosts"]),
        ("bash <<EOF\ncat /etc/hosts /etc/hosts.allow\nEOF", ["/etc/hosts", "/etc/hosts.allow"]),
        ("echo '/etc/hosts' | xargs cat", ["/etc/hosts"]),
        ("F=hosts; cat /etc/$F", ["/etc/$F"]),
        ("bash <<EOF\ncat /etc/$(echo hosts)\nEOF", ["bash"]),
    ],
)
def test_the_words_that_reach_out_are_found_inside_what_a_program_is_fed(project: Path, command, words) -> None:
    environ = {"HOME": str(project.parent), "PATH": "/usr/bin:/bin"}
    units = command.encode("utf-16-le")
    asks = examine(command, project, Policy(project), environ, "kernel+live").asks
    assert [units[2 * a : 2 * b].decode("utf-16-le") for reach in asks for a, b in reach.spans] == words
