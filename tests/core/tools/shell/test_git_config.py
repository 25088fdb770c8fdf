"""Which changes of a git configuration are everyday ones."""

import pytest

from dispatch_jupyter.core.tools.shell.git_config import only_harmless_changes

USUAL = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[user]
\tname = Ada Lovelace
\temail = ada@example.com
[remote "origin"]
\turl = git@github.com:ada/engine.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
\tremote = origin
\tmerge = refs/heads/main
"""


@pytest.mark.parametrize(
    "more",
    [
        "",
        '[remote "up"]\n\turl = https://example.com/x.git\n\tfetch = +refs/heads/*:refs/remotes/up/*\n',
        '[branch "a-b/c"]\n\tremote = origin\n\tmerge = refs/heads/a-b/c\n',
        '[submodule "x"]\n\turl = https://example.com/x.git\n\tactive = true\n',
        "# a comment\n; another\n\n[pull]\n\trebase = true\n",
        "[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = input\n",
        '[branch "x"]\n\tremote = .\n\tmerge = refs/heads/main\n',
        '[remote "a/b"]\n\turl = ssh://git@example.com:22/x.git\n[branch "x"]\n\tpushRemote = a/b\n',
    ],
)
def test_everyday(more):
    assert only_harmless_changes("", USUAL + more)
    assert only_harmless_changes(USUAL, USUAL + more)
    assert only_harmless_changes(USUAL + more, USUAL)


@pytest.mark.parametrize(
    "more",
    [
        "[core]\n\tfsmonitor = ./evil\n",
        "[core]\n\thooksPath = evil\n",
        "[core]\n\tsshCommand = evil\n",
        "[core] sshCommand = evil\n",
        "[core]sshCommand=evil\n",
        "[CORE]\n\tFSMONITOR = ./evil\n",
        "[core]\n\tpager = evil\n",
        "[core]\n\teditor = evil\n",
        "[core]\n\tworktree = /\n",
        "[core]\n\tautocrlf = $(evil)\n",
        "[alias]\n\tst = !evil\n",
        "[include]\n\tpath = ../evil\n",
        '[includeIf "gitdir:/"]\n\tpath = ../evil\n',
        '[filter "x"]\n\tclean = evil\n',
        '[diff "x"]\n\ttextconv = evil\n',
        "[credential]\n\thelper = evil\n",
        "[gpg]\n\tprogram = evil\n",
        '[url "ext::sh -c evil"]\n\tinsteadOf = https://\n',
        '[remote "up"]\n\turl = ext::sh -c evil\n',
        '[remote "up"]\n\turl = ./evil.git\n',
        '[remote "up"]\n\turl = /srv/git/x.git\n',
        '[remote "up"]\n\turl = evil.git\n',
        '[remote "up"]\n\tpushurl = ../x.git\n',
        '[remote "up"]\n\turl = file:///srv/git/x.git\n',
        '[submodule "x"]\n\turl = ../x.git\n',
        '[branch "main"]\n\tremote = evil.git\n',
        '[branch "main"]\n\tpushRemote = ./evil.git\n',
        '[remote "up"]\n\turl = --upload-pack=evil\n',
        '[remote "up"]\n\turl = -oProxyCommand=evil@host:x\n',
        '[remote "up"]\n\tuploadpack = evil\n',
        '[remote "up"]\n\tvcs = evil\n',
        "[user]\n\tname = Ada \\\n[core]\n\tfsmonitor = evil\n",
        "[user]\n\tname = Ada \\\n",
        "[user]\n\tname = Ada\x0b[core]\n",
        "[user]\n\tname = Ada\r[core]\n",
        "[user]\n\tname = Ada\x00\n",
        "no section at all\n",
        "[user\n",
        '[remote "a\\\nb"]\n',
        "[user]\n\tname = " + "x" * 2_000 + "\n",
    ],
)
def test_anything_else(more):
    assert not only_harmless_changes(USUAL, USUAL + more)
    assert not only_harmless_changes("", more)


def test_what_was_there_may_stay_in_its_section():
    odd = "[alias]\n\tst = status\n[core]\n\teditor = vim\n"
    assert only_harmless_changes(USUAL + odd, odd + USUAL)
    assert not only_harmless_changes(odd, "[alias]\n\teditor = vim\n")
    assert not only_harmless_changes("[user]\n\tsshCommand = x\n", "[core]\n\tsshCommand = x\n")


def test_a_remote_that_a_branch_names_does_not_go_alone():
    """Its name would be taken for a path."""
    without = USUAL.replace("\turl = git@github.com:ada/engine.git\n", "")
    assert not only_harmless_changes(USUAL, without)
