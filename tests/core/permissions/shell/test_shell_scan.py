"""What a scan says beside the paths: spans, errors, doubts."""

import subprocess
import sys
import threading
import time

import pytest

from dispatch_jupyter.core.permissions.shell.scan import Scan, scan
from pace import cpu_within, pace
from shell_corpus import ENVIRON, FILES, HOME, PROJECT, load, outside


def look(command: str, cwd: str = PROJECT, **more: str) -> Scan:
    return scan(command, cwd, ENVIRON | more)


def words(command: str) -> dict[tuple[str, str], list[str]]:
    """What stands in the command at each mention's spans."""
    units = command.encode("utf-16-le")
    return {
        (mention.operation, mention.path): [units[a * 2 : b * 2].decode("utf-16-le") for a, b in mention.spans]
        for mention in look(command).mentions
    }


def paths(command: str, **more: str) -> list[str]:
    return [mention.path for mention in look(command, **more).mentions]


@pytest.mark.parametrize(
    ("command", "mention", "shown"),
    [
        ("cat /etc/hosts", ("read", "/etc/hosts"), ["/etc/hosts"]),
        ("echo \U0001f600\U0001f600 é; cat '/etc/hosts' x", ("read", "/etc/hosts"), ["'/etc/hosts'"]),
        ("echo hi > '/opt/\U0001f600 x' && ls", ("write", "/opt/\U0001f600 x"), ["'/opt/\U0001f600 x'"]),
        ("cat a /etc/hosts; wc /etc/hosts", ("read", "/etc/hosts"), ["/etc/hosts", "/etc/hosts"]),
        ("F=/etc/hosts; cat \"$F\"", ("read", "/etc/hosts"), ['"$F"']),
        ("cat $(echo /etc/hosts)", ("read", "/etc/hosts"), ["$(echo /etc/hosts)"]),
        ("echo $(cat /etc/hosts)", ("read", "/etc/hosts"), ["/etc/hosts"]),
        ("bash -c 'cat /etc/hosts'", ("read", "/etc/hosts"), ["/etc/hosts"]),
        ('bash -c "bash -c \'cat /etc/hosts\'"', ("read", "/etc/hosts"), ["/etc/hosts"]),
        ("dd if=/etc/hosts of=x", ("read", "/etc/hosts"), ["if=/etc/hosts"]),
        ("python3 -c \"open('/etc/hosts')\"", ("read", "/etc/hosts"), ["'/etc/hosts'"]),
        ("show() { cat $1; }; show /etc/hosts", ("read", "/etc/hosts"), ["$1", "/etc/hosts"]),
        ("cat <<E\nx\nE\ncat /etc/hosts", ("read", "/etc/hosts"), ["/etc/hosts"]),
    ],
)  # fmt: skip
def test_spans_are_at_the_words_that_reach_there(command: str, mention: tuple[str, str], shown: list[str]) -> None:
    assert words(command)[mention] == shown


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("cat '/srv/\nname'", ["/srv/\nname"]),
        ('cat "/srv/a\nb"', ["/srv/a\nb"]),
        ("cat $'/srv/a\\nb/c'", ["/srv/a\nb/c"]),
        ("cat < '/srv/a\nb'", ["/srv/a\nb"]),
        ("dd if='/srv/a\nb'", ["/srv/a\nb"]),
        ("bash -c \"cat '/srv/a\nb'\"", ["/srv/a\nb"]),
        # what may be a list is one, where the text does not tell
        ("F='/srv/a\n/etc/b'; cat $F", ["/srv/a", "/etc/b"]),
        ("printf '/srv/a\n/etc/b' | xargs cat", ["/srv/a", "/etc/b"]),
        ("cat $(printf '/srv/a\n/etc/b')", ["/srv/a", "/etc/b"]),
        ("eval 'cat /srv/a\ncat /etc/b'", ["/srv/a", "/etc/b"]),
    ],
)
def test_a_name_of_several_lines_is_one_name(command: str, found: list[str]) -> None:
    assert paths(command) == found


def test_what_is_made_is_told_from_what_must_be_there() -> None:
    found = {mention.path: mention.creates for mention in look("touch /opt/a; rm /opt/b; echo > /opt/c").mentions}
    assert found == {"/opt/a": True, "/opt/b": False, "/opt/c": True}


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("cat /etc/hosts; fi", "line 1, column 17"),
        ("cat 'a", "line 1, column 5"),
        ('ls\necho "a', "line 2, column 6"),
        ("if true; then ls", "line 1, column 1"),
        ("ls &&", "line 1, column 4"),
        ("ls | | x", "line 1, column 6"),
        ("echo $(ls", "line 1, column 7"),
        ("ls )", "line 1, column 4"),
        ("for i in a; do ls", "line 1, column 1"),
        ("while ls; do ls; fi", "line 1, column 18"),
        ("{ ls", "line 1, column 1"),
        ("[[ -f x", "line 1, column 1"),
    ],
)
def test_what_the_shell_would_refuse_is_an_error_with_its_place(command: str, place: str) -> None:
    error = look(command).error
    assert error is not None
    assert error.startswith(place + ": ")


def test_what_runs_before_an_error_is_mentioned() -> None:
    assert "/etc/hosts" in paths("cat /etc/hosts\nfi")


VALID = [
    "for i in a; do { ls; } done", "if (ls) then (ls) fi", "f() for i in a; do ls; done", "{ { ls; } }",
    "for i do ls; done",
    "select a in b; { ls; }", "time ls | cat; time; time -p { ls; }", "! { ls; } && ls", "case a in esac",
    "echo done fi }",
    "case a in (a) ls ;; (b|c) ls; esac", "for ((;;)) { ls; }", "x=$(case a in a) echo;; esac)", "coproc A (ls)",
    "cat <<A; cat <<B\na'\nA\nb(\nB\nls", "x=$(ls; # it's\nls)", "ls # a ( b '", "echo ${x:-(}", "((1)) || ((2))",
    "a=(b 'c d' $(ls)) ls", "while ! { ls; }; do { ls; }; done", "[[ ! ( -f x && -d y ) || $a < $b ]]",
    "f() if ls; then ls; fi",
    "export A=1 B=(a b); declare -A m=([a]=b [c]='d e')", "ls > >(tee x) 2> >(tee y >&2)", "echo a\\\nb", "", "#",
    "\n\n",
]  # fmt: skip


@pytest.mark.parametrize("command", VALID)
def test_valid_commands_are_no_errors(command: str) -> None:
    assert subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0
    assert look(command).error is None


@pytest.mark.slow
def test_no_command_of_the_corpus_is_an_error() -> None:
    assert [case.command for name in FILES for case in load(name) if look(case.command).error] == []


@pytest.mark.slow
def test_errors_are_only_where_bash_refuses() -> None:
    """Commands of the corpus, each cut in some places."""
    commands = [case.command for name in FILES for case in load(name)][::4]
    for command in commands:
        for damaged in (command[: len(command) * 2 // 3], command[3:], command.replace(" ", " ( ", 1), command + " }"):
            if look(damaged).error:
                ran = subprocess.run(["bash", "-n", "-c", damaged], capture_output=True, check=False)
                assert ran.returncode != 0, damaged


@pytest.mark.parametrize(
    "spelling",
    [
        "/etc/hosts", "'/etc/hosts'", '"/etc/hosts"', "$'/etc/hosts'", "/etc/'hosts'", "/e\\tc/hosts",
        "\\/etc/hosts", '/e""tc/hosts',
        "$'\\x2fetc/hosts'", "$'\\57etc/hosts'", "$(echo /etc/hosts)", "`echo /etc/hosts`",
        "$(printf /etc/%s hosts)",
        "${X:-/etc/hosts}", "/etc/${X}hosts", "//etc///hosts", "/./etc/hosts",
        '"$(echo /etc)"/hosts', "/etc/`echo hosts`",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "form", ["cat {}", "cat < {}", "sudo cat -- {}", "F={}; cat $F", "cp {} x", "while read a; do :; done < {}"]
)
def test_how_a_path_is_spelled_does_not_matter(form: str, spelling: str) -> None:
    assert ("read", "/etc/hosts") in [(m.operation, m.path) for m in look(form.replace("{}", spelling)).mentions]


def test_dots_stay_where_a_link_could_change_their_meaning() -> None:
    assert paths("cat link/../x ./a/./b//c") == [f"{PROJECT}/link/../x", f"{PROJECT}/a/b/c"]
    assert f"{PROJECT}/x" in paths("cd sub/.. && cat x")


@pytest.mark.parametrize(
    "path", ["null", "zero", "full", "random", "urandom", "tty", "stdin", "stdout", "stderr", "fd/3", "tcp/h/80"]
)
def test_harmless_devices_are_not_mentioned(path: str) -> None:
    assert paths(f"ls > /dev/{path}; cat < /dev/{path}") == []


def test_programs_by_path_are_executed_and_those_of_the_path_not_mentioned() -> None:
    found = [(mention.operation, mention.path) for mention in look("./x; ../y; /opt/z; ls").mentions]
    assert found == [("execute", f"{PROJECT}/x"), ("execute", f"{PROJECT}/../y"), ("execute", "/opt/z")]


def test_the_environment_counts() -> None:
    assert paths("cat $WHERE/hosts", WHERE="/etc") == ["/etc/hosts"]
    assert f"{HOME}/x" in paths("cat ~/x")
    assert "/elsewhere/x" in paths("cat ~/x", HOME="/elsewhere")


def test_both_ways_of_a_folder_change_that_may_fail_are_followed() -> None:
    assert {"/srv/x", f"{PROJECT}/x"} <= set(paths("cd /srv; cat x"))
    assert f"{PROJECT}/x" not in paths("cd /srv && cat x")
    assert "/srv/x" not in paths("cd /srv || cat x")
    assert f"{PROJECT}/x" not in paths("cd /srv || exit 1; cat x")


@pytest.mark.parametrize(
    "command",
    ["cat $F", 'cat "$1"', "read f; cat $f", "curl x | sh", "cat $(curl x)", 'eval "$X"', "echo bHM= | base64 -d | sh"],
)
def test_what_cannot_be_told_is_uncertain(command: str) -> None:
    assert look(command).uncertain


def test_a_word_that_is_unknown_but_no_path_is_not_uncertain() -> None:
    assert look('echo "$X"; grep "$X" a; git commit -m "$X"; test "$X" = y; export A=$X').uncertain == ()


HUGE = {
    "words": "cat " + " ".join(f"/etc/f{i}" for i in range(9000)),
    "parentheses": "(" * 100_000,
    "substitutions": "$(" * 50_000,
    "arithmetic": "$((" * 30_000 + "1" + "))" * 30_000,
    "back quotes": "`" * 100_000,
    "quotes": "'" * 99_999,
    "braces": "{a,b}" * 20_000,
    "open braces": "{" * 100_000,
    "statements": "ls;" * 33_000,
    "loops": "for i in {1..1000}; do for j in {1..1000}; do cat /etc/$i$j; done; done",
    "growth": "a=x; " + "a=$a$a; " * 60 + "cat $a",
    "recursion": "f(){ f; f; }; f",
    "shells": "bash -c " * 12_000,
    "stars": "case " + "a" * 3000 + " in " + "*a" * 30 + "b) ls;; esac",
    "regular expression": "sed 's/\\(a*\\)*b/x/' <<< " + "a" * 60,
    "nested tests": "if ls; then " * 5000 + "fi; " * 5000,
    "heredocs": "<<a " * 25_000,
    "too long": "x" * 300_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_huge_commands_take_bounded_time(name: str) -> None:
    with cpu_within(5):
        found = look(HUGE[name])
    assert (
        found.mentions
        or found.uncertain
        or found.error
        or name in ("quotes", "braces", "stars", "heredocs", "open braces", "regular expression")
    )


@pytest.mark.slow
def test_usual_commands_take_under_three_milliseconds() -> None:
    commands = [case.command for name in FILES for case in load(name)]
    for command in commands[:50]:
        look(command)
    took = []
    for command in commands:
        started = time.process_time()
        look(command)
        took.append(time.process_time() - started)
    assert sorted(took)[len(took) * 95 // 100] < 0.003 * pace()


def test_many_threads_scan_at_once() -> None:
    commands = [case.command for name in FILES for case in load(name)][:60]
    alone = [look(command) for command in commands]
    together: list[list[Scan]] = []
    threads = [threading.Thread(target=lambda: together.append([look(c) for c in commands])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 4


def test_the_parser_is_loaded_when_it_is_needed() -> None:
    code = "import sys, dispatch_jupyter.core.permissions.shell.scan; assert 'tree_sitter' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_same_command_gives_the_same_scan() -> None:
    for case in load("corpus.txt")[::10]:
        assert look(case.command) == look(case.command)
        assert outside(look(case.command)) == outside(look(case.command))


def test_a_case_of_very_many_patterns_takes_no_more_than_its_time():
    def steps(count: int) -> int:
        taken = 0

        def count_one(_frame, event, _argument):
            nonlocal taken
            taken += event == "call"

        sys.setprofile(count_one)
        try:
            scan(f"case $x in {'a|' * count}b) ls;; esac", "/tmp", {})
        finally:
            sys.setprofile(None)
        return taken

    steps(10)
    assert steps(800) < 3 * steps(400)
