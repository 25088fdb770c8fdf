"""Archives and raw copies."""

import re
from collections.abc import Callable
from dataclasses import replace

from .call import Call, options, part
from .expand import Word
from .marks import plain
from .operands import parse, table
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
    if extracts and base is None and call.world.cwd != call.world.start:
        call.note("w", Word(".", words[0].span))
    return None


def _tar_option(call: Call, option: str, word: Word, *, creates: bool) -> None:
    kind = _TAR.get(option, "")
    if kind == "A":
        if plain(word.value) != "-" and not re.match(r"[\w.-]+:", plain(word.value)):
            call.note("c" if creates else "r", word)
    elif kind:
        call.note(kind, word)
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


_CPIO = parse("p* | -F,-I=r -O=c -D=d -E=I -H,-R,-C,-M=-")


def _cpio(call: Call) -> Worlds:
    """`-o` packs the files its input names; `-p` copies them to a folder."""
    letters = "".join(text[1:] for text in call.texts() if re.fullmatch(r"-[A-Za-z]+", text))
    copies = "p" in letters or "--pass-through" in call.texts()
    operands = call.follow(replace(_CPIO, operands=["c"]) if copies else _CPIO)
    if copies or "o" in letters or "--create" in call.texts():
        call.note("I", Word("-", (operands or call.words)[0].span))
    return None


def _dd(call: Call) -> Worlds:
    for word in call.args:
        name, equals, _ = plain(word.value).partition("=")
        if equals and name in ("if", "of"):
            call.note("r" if name == "if" else "c", part(word, 3))
    return None


ARCHIVES: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("tar", "bsdtar", "gtar"), _tar),
    "dd": _dd,
    "cpio": _cpio,
}
