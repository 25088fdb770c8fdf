"""Transfers: what is sent from here and what arrives here."""

import re
from collections.abc import Callable

from .call import Call, options, part
from .expand import Word
from .marks import plain
from .operands import table
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
        if option in ("", "--url"):
            if plain(word.value).startswith("file:"):
                call.note("r", word)
        elif kind == "@":
            _from_file(call, option, word, plain(word.value))
        elif not kind:
            call.clear(word)
        elif plain(word.value) != "-":
            call.note(kind, word)
    return None


def _from_file(call: Call, option: str, word: Word, text: str) -> None:
    """`-d @file`, `-F name=@file`, `-b file`."""
    if option in ("-F", "--form"):
        match = re.match(r"[^=]*=[@<]([^;,]+)", text)
    elif option in ("-b", "--cookie"):
        match = re.match(r"([^=]+)$", text)
    elif option == "--data-urlencode":
        match = re.match(r"[^=@]*@(.+)", text)
    else:
        match = None if option in ("--data-raw", "--form-string") else re.match(r"@(.+)", text)
    if match and match[1] != "-":
        call.note("r", part(word, match.start(1), match.end(1)))


def _wget(call: Call) -> Worlds:
    known = _SPECS["wget"].options
    for option, word in options(call.args, known):
        if word is None or plain(word.value) == "-":
            continue
        if option or plain(word.value).startswith("file:"):
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


TRANSFERS: dict[str, Callable[[Call], Worlds]] = {
    "curl": _curl,
    "wget": _wget,
    **dict.fromkeys(("scp", "sftp", "rsync"), _copies),
}
