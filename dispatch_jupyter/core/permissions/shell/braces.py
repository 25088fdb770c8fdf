"""Brace expansion: `{a,b}` and `{1..3}`, on the text of a word, before anything else is done to it."""

import re

from .lexer import Lexer

_RANGE = re.compile(r"(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?")
MAX_WORDS = 256
MAX_CHARS = 4000


def braces(raw: str, left: int = MAX_WORDS) -> list[str]:
    """The words a word stands for; itself where it holds no braces to expand. Beyond a limit: the first ones."""
    if "{" not in raw or len(raw) > MAX_CHARS:
        return [raw]
    at = 0
    while at < len(raw):
        if raw[at] == "{" and (found := _alternatives(raw, at)):
            pieces, end = found
            out: list[str] = []
            tails = braces(raw[end:], left)
            for piece in pieces[:left]:
                for inner in braces(piece, left):
                    out += [raw[:at] + inner + tail for tail in tails]
                    if len(out) >= left:
                        return out[:left]
            return out
        at = _step(raw, at)
    return [raw]


def _step(raw: str, at: int) -> int:
    """Past one character, or one quoted piece or `${...}`."""
    if raw[at] in "'\"\\$`":
        lexer = Lexer(raw, at)
        lexer.skip_one(raw[at])
        return max(lexer.pos, at + 1)
    return at + 1


def _alternatives(raw: str, start: int) -> tuple[list[str], int] | None:
    """What stands between the brace at `start` and its partner; None where it is just a character."""
    depth, at, begin = 0, start + 1, start + 1
    pieces: list[str] = []
    while at < len(raw):
        char = raw[at]
        if char == "{":
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        elif char == "}":
            inner = raw[start + 1 : at]
            if pieces:
                return [*pieces, raw[begin:at]], at + 1
            return (items, at + 1) if (items := _range(inner)) else None
        elif char == "," and not depth:
            pieces.append(raw[begin:at])
            begin = at + 1
        elif char in " \t\n;":
            return None
        at = _step(raw, at) if char not in "{}" else at + 1
    return None


def _range(inner: str) -> list[str]:
    match = _RANGE.fullmatch(inner)
    if match is None:
        return []
    first, last, step = match.groups()
    width = max(len(first), len(last)) if re.match(r"-?0\d", first) or re.match(r"-?0\d", last) else 0
    letters = first.isalpha() and last.isalpha()
    if first.isalpha() != last.isalpha() or len(first) + len(last) > 30:
        return []
    low, high = (ord(first), ord(last)) if letters else (int(first), int(last))
    stride = abs(int(step or 1)) or 1
    numbers = range(low, high + 1, stride) if low <= high else range(low, high - 1, -stride)
    return [chr(n) if letters else f"{n:0{width}d}" for n in numbers[:MAX_WORDS]]
