"""Archives and raw copies."""

import re
from collections.abc import Callable

from .call import Call, options, part
from .expand import Word
from .marks import plain
from .operands import table
from .tool_tables import TOOLS
from .world import World

Worlds = list[World] | None
_TAR = table(TOOLS)["tar"].options
_MODE = re.compile(r"(?:^|\s)(?:-[A-Za-z]*([cxtru])|--(create|extract|get|list|append|update))")


def _tar(call: Call) -> Worlds:
    """Also the old way of writing options: `tar xzf file`."""
    words = list(call.words)
    if len(words) > 1 and re.fullmatch(r"[A-Za-z]+", plain(words[1].value)):
        words = _old_style(words)
    mode = _MODE.search(" ".join(plain(word.value) for word in words))
    letter = (mode[1] or mode[2][0]) if mode else "t"
    creates, extracts = letter in "crua", letter in "xeg"
    base = None
    for option, word in options(words[1:], _TAR):
        if word is None:
            continue
        if _TAR.get(option) == "D":
            base = call.scanner.touch("write" if extracts else "read", word, call.world, base=base) or base
        elif not option:
            if creates:
                call.note("r", word, base)
        else:
            _tar_option(call, option, word, creates=creates)
    return None


def _tar_option(call: Call, option: str, word: Word, *, creates: bool) -> None:
    kind = _TAR.get(option, "")
    if kind == "A":
        if plain(word.value) != "-" and not re.match(r"[\w.-]+:", plain(word.value)):
            call.note("c" if creates else "r", word)
    elif kind:
        call.note(kind, word)
        listed = call.world.files.get(plain(word.value), "") if option in ("-T", "--files-from") else ""
        for line in plain(listed).splitlines()[:100]:
            call.note("r", Word(line, word.span))
    else:
        call.clear(word)


def _old_style(words: list[Word]) -> list[Word]:
    """`tar czf a b` as `tar -c -z -f a b`: letters that take a value take the words in turn."""
    letters, rest = plain(words[1].value), list(words[2:])
    out = [words[0]]
    for letter in letters:
        out.append(Word(f"-{letter}", words[1].span))
        if letter in "fCTXbgHIKLNVF" and rest:
            out.append(rest.pop(0))
    return out + rest


def _dd(call: Call) -> Worlds:
    for word in call.args:
        name, equals, _ = plain(word.value).partition("=")
        if equals and name in ("if", "of"):
            call.note("r" if name == "if" else "c", part(word, 3))
    return None


ARCHIVES: dict[str, Callable[[Call], Worlds]] = {**dict.fromkeys(("tar", "bsdtar", "gtar"), _tar), "dd": _dd}
