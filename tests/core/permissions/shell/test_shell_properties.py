"""What holds for any text at all."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.permissions.shell.scan import Scan, scan
from shell_corpus import ENVIRON, FILES, PROJECT, load

PIECES = st.sampled_from(
    [
        "cat", "echo", "cd", "/etc/hosts", "~/x", "../y", "$X", "${X", "${X:-/a}", "$(", ")", "`", "'", '"', "\\",
        "\n", ";", "|", "&&",
        "||", "&", "<", ">", ">>", "<<EOF", "EOF", "<<<", "{a,b}", "{1..9}", "*", "[", "]]", "[[", "((", "))", "if",
        "then", "fi", "for",
        "in", "do", "done", "while", "case", "esac", "f()", "{", "}", "!", "#", "$'\\x2f'", "=", "a=", "eval",
        "xargs", "bash -c", "-",
        "--", "python3 -c", "open('/etc/x')", "sed", "s/a/b/", "awk", "git", "tar", "-C", "find", "-exec", "{}",
        "\U0001f600", "é", "\0",
        "\ud800", "\x1b", " ", "\t", "\r", "set --", "$@", "$1", "read", "printf", "%s", "docker run -v", "a:b",
        "curl", "@x",
    ]
)  # fmt: skip
COMMANDS = st.one_of(
    st.text(max_size=80), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES, max_size=30).map("".join)
)
SEEDS = [case.command for name in FILES for case in load(name)]


def checked(command: str) -> Scan:
    started = time.process_time()
    found = scan(command, PROJECT, ENVIRON)
    assert time.process_time() - started < 5
    units = len(command.encode("utf-16-le", "surrogatepass")) // 2
    for start, end in [*found.uncertain, *(span for mention in found.mentions for span in mention.spans)]:
        assert 0 <= start <= end <= units
    for mention in found.mentions:
        assert mention.path.startswith("/")
        assert "\0" not in mention.path
        mention.path.encode("utf-8")
        assert mention.spans
    return found


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@example("xargs eval `0")
@example("parallel eval ::: /a")
@given(COMMANDS)
def test_any_text_is_scanned(command: str) -> None:
    checked(command)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 200), st.integers(0, 20), st.text(max_size=3))
def test_damaged_commands_are_scanned(command: str, at: int, cut: int, put: str) -> None:
    at = min(at, len(command))
    checked(command[:at] + put + command[at + cut :])
