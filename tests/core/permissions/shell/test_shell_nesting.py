"""A command is found wherever it stands: constructs of the shell put into one another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.permissions.shell.scan import scan
from shell_corpus import ENVIRON, PROJECT

CORES = [
    "cat /etc/hosts",
    "cat </etc/hosts",
    "< /etc/hosts cat",
    "p=/etc/hosts; cat $p",
    "cat /et'c'/hosts 2>&1",
    "wc -l /etc/h\\osts",
]
AROUND = [
    "{ %s; }",
    "( %s ); ls",
    "if ls; then %s; fi",
    "if %s; then ls; fi",
    "if a; then b; elif c; then %s; else d; fi",
    "if a; then b; else %s; fi",
    "for i in a b; do %s; done",
    "while ls; do %s; break; done",
    "until %s; do ls; done",
    "case x in a) ls;; *) %s;; esac",
    "case x in (x) %s ;; esac",
    "f() { %s; }; f",
    "function g { %s; }; g",
    'echo "$(%s)"',
    "echo $(%s)",
    "x=$(%s)",
    "x=(a $(%s) b)",
    "cat <(%s)",
    "echo a > >(%s)",
    "ls | { %s; } | wc",
    "ls && { %s; } || ls",
    "! { %s; }",
    "{ %s; } > out 2>&1",
    "{ %s; } &\nwait",
    "time { %s; }",
    "ls; # it's (\n%s",
    "cat <<'E' > x\nit's ( \" `\nE\n%s",
    "ls \\\n -l; %s",
    "[[ -n $(%s) ]]",
    '[ -n "$(%s)" ] && ls',
    "for ((i=0; i<2; i++)); do %s; done",
    "echo ${unset:-$(%s)}",
    'echo "${unset:-"$(%s)"}"',
    "coproc { %s; }",
    "trap - INT; %s",
    'export A="$(%s)"',
    'git commit -m "$(%s)"',
    "select x in a; do %s; done",
    "(( 1 )) && { %s; }",
    "ls 2>/dev/null & { %s; }",
    "x=1 y='a b' z=\"$(%s)\" ls",
    "echo 'a' \"b\"; %s; ls",
]
OUTERMOST = [
    *AROUND,
    "cat <<OUT\n$(%s)\nOUT",
    "x=$(cat <<OUT\n$(%s)\nOUT\n)",
    "x=$(cat <<-OUT\n\t$(%s)\n\tOUT)",
    "bash <<'OUT'\n%s\nOUT",
]
NESTED = st.recursive(
    st.sampled_from(CORES),
    lambda inner: st.builds(lambda frame, body: frame.replace("%s", body), st.sampled_from(AROUND), inner),
    max_leaves=4,
)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.sampled_from(OUTERMOST), st.sampled_from(AROUND), NESTED)
def test_nested_commands_are_found(outer: str, middle: str, inner: str) -> None:
    command = outer.replace("%s", middle.replace("%s", inner))
    found = scan(command, PROJECT, ENVIRON)
    assert ("read", "/etc/hosts") in [(mention.operation, mention.path) for mention in found.mentions], command
    assert found.error is None, command
