"""What a scan is told of the disk: folders below `/`, folders to go to, programs that are found."""

import pytest

from dispatch_jupyter.core.permissions.shell.scan import scan
from shell_corpus import ENVIRON, HOME, PROJECT


def paths(command: str, **around: object) -> list[str]:
    return [mention.path for mention in scan(command, PROJECT, ENVIRON, **around).mentions]  # type: ignore[arg-type]


def test_text_for_an_unknown_program_is_a_path_only_below_a_folder_there_is() -> None:
    command = "tool /backups/x --key /backups/y name=/backups/z"
    assert paths(command) == []
    assert paths(command, roots=frozenset({"backups"})) == ["/backups/x", "/backups/y", "/backups/z"]
    assert paths("tool /srv/x") == ["/srv/x"]
    assert paths("node -e 'f(\"/backups/x\")'") == []
    assert paths("python3 -c 'f(\"/backups/x\")'", roots=frozenset({"backups"})) == ["/backups/x"]


@pytest.mark.parametrize(
    "command", ["cat {}", "echo > {}", "cp a {}", "curl -o {} http://h", "tool /{{a,b}}*/x; ls {}"]
)
def test_what_must_be_a_path_counts_wherever_it_begins(command: str) -> None:
    assert "/backups/x" in paths(command.format("/backups/x"))


def test_a_first_part_nobody_knows_may_be_any_folder() -> None:
    assert paths("tool /*/shadow") == ["/"]


def test_where_the_folder_is_there_nothing_else_happens() -> None:
    command = "cd /srv/a; cat ../b"
    assert paths(command) == ["/srv/a", "/srv/a/../b", f"{PROJECT}/../b"]
    assert paths(command, is_folder=lambda path: path == "/srv/a") == ["/srv/a", "/srv/a/../b"]


@pytest.mark.parametrize(
    "command", [f"cd {PROJECT}/a; cat ../b", "mkdir -p /srv/a; cd /srv/a; cat x", f"D={PROJECT}; cd $D/a; cat ../b"]
)
def test_folders_of_the_project_and_those_just_made_are_there(command: str) -> None:
    assert not [path for path in paths(command) if path == f"{PROJECT}/../b" or path == f"{PROJECT}/x"]


def test_where_the_folder_is_missing_or_was_removed_the_rest_runs_here() -> None:
    assert f"{PROJECT}/../b" in paths(f"cd {PROJECT}/a; cat ../b", is_folder=lambda _: False)
    assert f"{PROJECT}/../b" in paths(f"rm -r {PROJECT}/a; cd {PROJECT}/a; cat ../b")


def test_of_peoples_own_tools_only_the_program_that_is_found_counts() -> None:
    command = 'export PATH="$HOME/.local/bin:$PATH"; ls'
    assert paths(command) == []
    assert paths(command, is_file=lambda path: path == f"{HOME}/.local/bin/ls") == [f"{HOME}/.local/bin/ls"]


def test_another_folder_of_programs_counts_though_nothing_is_found_there_yet() -> None:
    assert paths("PATH=/srv/x:$PATH ls") == ["/srv/x", "/srv/x/ls"]
    assert paths("PATH=/srv/x:$PATH ls", is_file=lambda _: False) == ["/srv/x"]


def test_a_folder_that_is_only_gone_through_is_not_looked_at() -> None:
    above = f"{PROJECT}/.."
    assert paths("cd .. && cat proj/a && git -C proj status") == [f"{PROJECT}/a", PROJECT]
    assert above in paths("cd .. && cat proj/a && make")
    assert above in paths("cd .. && cat proj/a other/b")
    assert above in paths("cd .. && ls")


@pytest.mark.parametrize(
    ("configure", "install"),
    [
        ("./configure --prefix=/srv/p", "make install"),
        ("cmake -B b -DCMAKE_INSTALL_PREFIX=/srv/p", "cmake --install b"),
        ("cmake -B b -D CMAKE_INSTALL_PREFIX:PATH=/srv/p", "cmake --build b --target install"),
        ("meson setup b --prefix /srv/p", "ninja -C b install"),
        ("make PREFIX=/srv/p", "make PREFIX=/srv/p install"),
    ],
)
def test_a_folder_to_install_to_counts_when_something_is_installed(configure: str, install: str) -> None:
    assert "/srv/p" not in paths(configure)
    found = scan(f"{configure} && {install}", PROJECT, ENVIRON).mentions
    assert [mention.operation for mention in found if mention.path == "/srv/p"] == ["write"]
