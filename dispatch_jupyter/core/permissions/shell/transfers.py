"""Transfers: what is sent from here and what arrives here."""

import posixpath
import re
from collections.abc import Callable

from .call import Call, options, part
from .expand import Word
from .marks import plain
from .operands import follow_table, spec_of, table
from .tool_tables import TOOLS
from .world import World

Worlds = list[World] | None
_SPECS = table(TOOLS)
_REMOTE = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)|rsync://|\[[\da-f:]+\]:")


def _curl(call: Call) -> Worlds:
    known = _SPECS["curl"].options
    for option, word in options(call.args, known):
        if word is None:
            continue
        kind = known.get(option, "")
        if option in ("-K", "--config"):
            _settings(call, word)
        if option in ("", "--url"):
            if plain(word.value)[:5].lower() == "file:":
                call.note("r", word)
        elif kind == "@":
            _from_file(call, option, word, plain(word.value))
        elif not kind:
            call.clear(word)
        elif plain(word.value) != "-":
            call.note(kind, word)
    return None


def _settings(call: Call, word: Word) -> None:
    """What the command itself has written for `curl -K file`, or feeds it."""
    name = plain(word.value)
    text = call.world.stdin if name == "-" else call.world.files.get(posixpath.join(call.world.cwd, name), "")
    for line in plain(text).splitlines()[:100]:
        if match := re.match(r"\s*-{0,2}([\w-]+)\s*[=:\s]\s*\"?([^\"\s]+)", line):
            pieces = ("curl", f"-{match[1]}" if len(match[1]) == 1 else f"--{match[1]}", match[2])
            call.scanner.run_words([Word(piece, word.span) for piece in pieces], call.world.fork(""))


def _from_file(call: Call, option: str, word: Word, text: str) -> None:
    """`-d @file`, `-F name=@file`, `-b file`."""
    if option in ("-F", "--form"):
        match = re.match(r"[^=]*=[@<]([^;,]+)", text)
    elif option in ("-b", "--cookie"):
        match = re.match(r"([^=]+)$", text)
    elif option in ("--data-urlencode", "--variable"):
        match = re.match(r"[^=@]*@(.+)", text)
    else:
        match = None if option in ("--data-raw", "--form-string") else re.match(r"@(.+)", text)
    if match and match[1] != "-":
        quoted = text[match.start(1)] in "'\"" and match.end(1) - match.start(1) > 2
        call.note("r", part(word, match.start(1) + quoted, match.end(1) - quoted))


def _wget(call: Call) -> Worlds:
    known = _SPECS["wget"].options
    for option, word in options(call.args, known):
        if word is None or plain(word.value) == "-":
            continue
        if option or plain(word.value)[:5].lower() == "file:":
            call.note(known.get(option, "r"), word)
    return None


def _copies(call: Call) -> Worlds:
    """`scp` and `rsync`: only what has no host in front of it lies here."""
    known = _SPECS[call.name].options
    operands = []
    for option, word in options(call.args, known):
        if not option and word:
            operands.append(word)
        elif word:
            call.note(known.get(option, "-"), word)
    for at, word in enumerate(operands):
        last = at == len(operands) - 1 and at > 0
        if not _REMOTE.match(plain(word.value)):
            call.note("c" if last else "r", word)
    return None


def _cloud(call: Call) -> Worlds:
    """`aws s3 cp from to` and its like: what is no bucket lies here."""
    texts = call.texts()
    if not any(text in ("cp", "mv", "sync", "rsync") for text in texts[:3]):
        follow_table(call)
        return None
    operands = [word for option, word in options(call.args, spec_of(call.name).options) if not option and word]  # type: ignore[union-attr]
    for at, word in enumerate(operands[1:], 1):
        if "/" in word.value and "://" not in word.value:
            call.note("c" if at == len(operands) - 1 else "r", word)
    return None


def _gh(call: Call) -> Worlds:
    """Files that are sent are operands of some commands; of `gh api` the operand is a part of a URL."""
    follow_table(call)
    if call.texts()[:1] != ["api"]:
        for option, word in options(call.args, spec_of("gh").options):  # type: ignore[union-attr]
            if not option and word is not None:
                call.clear(word)
    return None


TRANSFERS: dict[str, Callable[[Call], Worlds]] = {
    "curl": _curl,
    "wget": _wget,
    "gh": _gh,
    **dict.fromkeys(("aws", "gsutil", "gcloud"), _cloud),
    **dict.fromkeys(("scp", "sftp", "rsync"), _copies),
}
