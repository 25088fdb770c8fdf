"""`[[ ... ]]`, `[ ... ]` and `test`: which files they look at, and whether they hold."""

import re

from .expand import Word
from .lexer import Lexer
from .marks import doubtful, plain
from .patterns import costly, pattern
from .regexes import matches
from .scanner import Scanner
from .source import Source
from .subscripts import subscript
from .world import World

_REGEX = re.compile(
    r"\s*((?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|\[\^?\]?[^\]]*\]|\((?:[^()]|\([^()]*\))*\)|[^\s])+)", re.DOTALL
)
"""A regular expression as it stands behind `=~`."""
_FILE = re.compile(r"-[abcdefghkprstuwxGLNOS]")
_COMPARE = {"-nt", "-ot", "-ef"}
_NUMBERS = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}


def run_test(scanner: Scanner, source: Source, world: World) -> list[World]:
    """What stands between `[[` and `]]`."""
    lexer = Lexer(source.text)
    words: list[Word] = []
    matched: bool | None = None
    while lexer.pos < lexer.end:
        lexer.blanks()
        start = lexer.pos
        lexer.word()
        if lexer.pos == start:
            lexer.pos += 1
            if source.text[start : start + 1] in ("(", ")", "<", ">"):
                words.append(Word(source.text[start], source.span(start, start + 1)))
            continue
        end = min(lexer.pos, lexer.end)
        value = scanner.expander.text(source.part(start, end), world, keep_globs=True)
        words.append(Word(value, source.span(start, end)))
        if source.text[start:end] == "=~" and len(words) == 2 and (regex := _REGEX.match(source.text, end)):
            lexer.pos = regex.end()
            matched = matches(scanner, words[0].value, source.part(*regex.span(1)), world)
            words.append(Word("", words[0].span))
    look(scanner, words, world)
    if matched is not None and len(words) == 3:
        world.status = matched
    return [world]


def look(scanner: Scanner, words: list[Word], world: World) -> list[World]:
    """Note the files a test looks at; its status where it can be told."""
    for at, word in enumerate(words):
        value = plain(word.value)
        follows = words[at + 1] if at + 1 < len(words) else None
        if value in _COMPARE and at and follows:
            scanner.touch("read", words[at - 1], world)
            scanner.touch("read", follows, world)
        elif _FILE.fullmatch(value) and follows and not _operator(words, at):
            scanner.touch("read", follows, world)
        elif value in _NUMBERS or value == "-v":
            for near in words[max(at - 1, 0) : at + 2]:
                scanner.expander.subscripts(plain(near.value), near.source(), world)
                subscript(scanner, near, world)
    world.status = _holds(words)
    return [world]


def _operator(words: list[Word], at: int) -> bool:
    """Whether `-a` or `-s` stands between two operands, or is one."""
    return at > 0 and (plain(words[at - 1].value) in ("=", "==", "!=", "=~", "-z", "-n") or _joins(words, at))


def _joins(words: list[Word], at: int) -> bool:
    follows = plain(words[at + 1].value) if at + 1 < len(words) else ""
    return plain(words[at].value) == "-a" and (follows.startswith("-") or follows == "!" or at >= 2)


def _holds(words: list[Word]) -> bool | None:
    values = [word.value for word in words]
    if len(values) == 2 and values[0] in ("-z", "-n") and not doubtful(values[1]):
        return bool(values[1]) is (values[0] == "-n")
    if len(values) != 3 or any(doubtful(plain(value)) for value in values):
        return None
    left, operator, right = plain(values[0]), plain(values[1]), values[2]
    if operator in ("=", "==", "!=") and not costly(right, len(left)):
        return (pattern(right).fullmatch(left) is not None) is (operator != "!=")
    if operator in _NUMBERS and re.fullmatch(r"-?\d+", left) and re.fullmatch(r"-?\d+", right):
        a, b = int(left), int(right)
        return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}[operator]
    return None
