"""Text whose structure the parser cannot tell."""

import re
from collections.abc import Iterator

_END = re.compile(r"&&|\|\||;;&?|;&|[;\n|()]|(?<![<>&])&(?![>&])")
_WORD = re.compile(r"[^\s;&|<>()]+")
_LEADING = re.compile(r"\s*(?:(?:then|do|else|elif|if|while|until|!|\{|\}|fi|done|esac)(?=\s|$)\s*)*")
_OPENERS = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac", "{": "}"}
_CLOSERS = set(_OPENERS.values())
_PIECE = re.compile(r"&&|\|\||;;&?|;&|\|&?|[;\n()&]|[^\s;&|()]+")
_BEFORE_COMMAND = {"&&", "||", ";;", ";", "\n", "|", "|&", "&", "!", ";&", ";;&"}
_INNER = {"then": "if", "else": "if", "elif": "if", "do": "loop"}


def flat_commands(masked: str) -> Iterator[tuple[int, int]]:
    """Stretches of masked text that are likely one simple command each, keywords in front of them left out."""
    start = 0
    for match in [*_END.finditer(masked), None]:
        end = match.start() if match else len(masked)
        lead = _LEADING.match(masked, start, end)
        begin = lead.end() if lead else start
        if masked[begin:end].strip():
            yield begin, end
        start = match.end() if match else end


def refused(masked: str) -> list[tuple[int, str]]:
    """Why the shell would refuse masked text: (place, what). Only what is certain; empty where it may be fine."""
    grammar = _Grammar()
    for match in _PIECE.finditer(masked):
        if fault := grammar.take(match[0]):
            return [(match.start(), fault)]
        grammar.place = match.end()
    if grammar.open:
        word, at = grammar.open[-1]
        return [(at, f"`{word}` is not closed")]
    return _dangling(masked)


class _Grammar:
    """Which compound commands are open, and whether a command may begin here."""

    def __init__(self) -> None:
        self.open: list[tuple[str, int]] = []
        self.place = 0
        self._first = True
        self._head = 0
        """Words of `for name` still to come."""

    def take(self, piece: str) -> str | None:
        """Go over one word or operator; what is wrong with it, if anything."""
        if self._head and piece != "(":
            self._head -= 1
            self._first = not self._head and piece != "in"
            if self._head or piece == "in":
                return None
        self._head = 0
        if piece in "()":
            return self._parenthesis(piece)
        if self._first and (piece in _OPENERS or piece in _CLOSERS or piece in _INNER):
            return self._reserved(piece)
        in_case = piece == "in" and bool(self.open) and self.open[-1][0] == "case"
        self._first = in_case or piece in _BEFORE_COMMAND
        return None

    def _parenthesis(self, piece: str) -> str | None:
        top = self.open[-1][0] if self.open else ""
        self._first = True
        if piece == "(":
            self.open.append(("(", self.place))
        elif top == "(":
            self.open.pop()
        elif top != "case":
            return "`)` is not expected here"
        return None

    def _reserved(self, piece: str) -> str | None:
        top = self.open[-1][0] if self.open else ""
        self._first = piece not in ("case", "for", "select")
        if piece in ("for", "select"):
            self._head = 2
        if piece == "{" and top in ("for", "select"):
            self.open[-1] = ("{", self.open[-1][1])
        elif piece in _OPENERS:
            self.open.append((piece, self.place))
        elif piece in _CLOSERS:
            if _OPENERS.get(top) != piece:
                return f"`{piece}` is not expected here"
            self.open.pop()
        elif top != "if" if _INNER[piece] == "if" else _OPENERS.get(top) != "done":
            return f"`{piece}` is not expected here"
        elif piece == "do":
            self.open[-1] = ("while", self.open[-1][1])
        return None


def _dangling(masked: str) -> list[tuple[int, str]]:
    """An operator that lacks a command on one of its sides."""
    if match := re.search(r"(?:^|\n|;|&&|\|\||(?<!\|)\|(?!\|))[ \t\n]*(&&|\|\||(?<!\|)\|(?!\|))", masked):
        return [(match.start(1), f"`{match[1]}` has no command before it")]
    if match := re.search(r"(&&|\|\||\|)\s*$", masked):
        return [(match.start(1), f"`{match[1]}` has no command behind it")]
    if match := re.search(r"[<>]\s*(?:$|[;|&\n])", masked):
        return [(match.start(), "the redirect has no target")]
    return []
