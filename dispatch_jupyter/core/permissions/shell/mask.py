"""Shell text made plain for the parser, character for character.

The parser is asked for the structure alone: which commands there are, and how they hang together. Whatever is quoted,
expanded, a comment, a test or a heredoc's body is masked first, so that nothing inside it can lead the parser astray.
"""

import re
from dataclasses import dataclass, field

from .lexer import STOPS, Lexer

_PLAIN = re.compile(r"[\w./+:,@%^-][\w./=+:,@%^-]*", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=", re.ASCII)
_KEPT = {"{", "}", "!", "[[", "]]"}
_OPENING = {"", "if", "then", "elif", "else", "while", "until", "do", "{", "!", "time", "coproc"}
"""Words after which a command begins; the empty one stands for an operator."""
_TIME = re.compile(r"time(?:[ \t]+-[\w-]*)*(?=[ \t]+[^\s;&|)])")
_COPROC = re.compile(r"coproc(?:[ \t]+\w+(?=[ \t]*[{(]))?")
_NOT = re.compile("!")
_NOT_GROUP = re.compile(r"\s+[{(]")
_FILL = "X"


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A heredoc's body: text[start:end], the line with the mark not in it."""

    start: int
    end: int
    quoted: bool
    tabs: bool
    """Tabs at the front of lines are taken off."""


@dataclass(slots=True)
class Masked:
    """Masked text, of the same length as the text."""

    text: str = ""
    heredocs: dict[int, Heredoc] = field(default_factory=dict)
    """By the place of their `<<`."""
    faults: list[tuple[int, str]] = field(default_factory=list)
    """What is left open: (place, what)."""


def mask(text: str) -> Masked:
    """Mask a whole piece of shell text."""
    masker = _Masker(text)
    while masker.lexer.pos < len(text):
        masker.step()
    out = "".join(masker.out)[: len(text)]
    return Masked(out, masker.heredocs, masker.lexer.faults)


class _Masker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lexer = Lexer(text)
        self.out: list[str] = []
        self.heredocs: dict[int, Heredoc] = {}
        self._waiting: list[tuple[int, str, bool, bool]] = []
        self._last = ""
        """The latest word; empty behind an operator."""
        self._tries = 50

    def step(self) -> None:
        """Mask the next blanks, operator or word."""
        lexer, text = self.lexer, self.text
        start = lexer.pos
        lexer.blanks()
        self.out.append(" " * (lexer.pos - start))
        if lexer.pos >= len(text):
            return
        char = text[lexer.pos]
        if char == "#":
            line = text.find("\n", lexer.pos)
            self._fill(len(text) if line < 0 else line, " ")
        elif char == "\n":
            self._newline()
        elif text.startswith("((", lexer.pos) and self._last in (*_OPENING, "for") and self._arithmetic():
            self._last = ""
        elif char in STOPS and not text.startswith(("<(", ">("), lexer.pos):
            self._operator(char)
        else:
            self._word()

    def _fill(self, end: int, char: str) -> None:
        self.out.append(char * (end - self.lexer.pos))
        self.lexer.pos = end

    def _newline(self) -> None:
        self._last = ""
        self.out.append("\n")
        self.lexer.pos += 1
        waiting, self._waiting = self._waiting, []
        for at, end_mark, quoted, tabs in waiting:
            start = end = stop = self.lexer.pos
            while end < len(self.text):
                stop = self.text.find("\n", end)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[end:stop]
                if (line.lstrip("\t") if tabs else line) == end_mark:
                    break
                end = min(stop + 1, len(self.text))
            else:
                stop = len(self.text)
            self.heredocs[at] = Heredoc(start, min(end, len(self.text)), quoted, tabs)
            self._fill(stop, " ")
            if self.lexer.pos < len(self.text):
                self.out.append("\n")
                self.lexer.pos += 1

    def _operator(self, char: str) -> None:
        lexer, start = self.lexer, self.lexer.pos
        if char == "<" and self.text.startswith("<<", start) and not self.text.startswith("<<<", start):
            self._heredoc()
            return
        here = next((seen for seen in ("<<<", "<>") if self.text.startswith(seen, start)), char)
        lexer.pos += len(here)
        self.out.append(here[0].ljust(len(here)))
        # the target of a redirect is no command
        self._last = ">" if char in "<>" or (char == "&" and self.text[start - 1 : start] in {"<", ">"}) else ""

    def _heredoc(self) -> None:
        start, lexer = self.lexer.pos, self.lexer
        tabs = self.text.startswith("<<-", start)
        lexer.pos += 3 if tabs else 2
        lexer.blanks()
        parts = lexer.word()
        end_mark = "".join(part.text for part in parts)
        end = min(lexer.pos, len(self.text))
        self._waiting.append((start, end_mark, any(part.quoted for part in parts), tabs))
        self.out.append("<" + _FILL * (end - start - 1))
        lexer.pos = end
        self._last = ">"

    def _arithmetic(self) -> bool:
        """`((...))` at the start of a command, semicolons kept. False: those are two subshells."""
        start = self.lexer.pos
        if not self._tries:
            return False
        self._tries -= 1
        probe = Lexer(self.text)
        inner = probe.skip_parens(start + 2)
        if inner > len(self.text) or self.text[inner : inner + 1] != ")":
            return False
        body = "".join(c if c == ";" else " " if c.isspace() else _FILL for c in self.text[start + 2 : inner - 1])
        # one run of letters is one name to the parser
        body = ";".join(_FILL * len(piece) if piece.strip() else piece for piece in body.split(";"))
        self.out.append(f"(({body}))")
        self.lexer.pos = inner + 1
        return True

    def _word(self) -> None:
        lexer, start = self.lexer, self.lexer.pos
        lexer.word()
        end = lexer.pos = min(max(lexer.pos, start + 1), len(self.text))
        raw = self.text[start:end]
        opening = self._last in _OPENING
        if opening and (raw in ("[[", "time", "coproc") or (raw == "!" and _NOT_GROUP.match(self.text, end))):
            self._keyword(raw, start)
            return
        self._last = raw if raw != "in" else ">"
        if _PREFIX.match(raw):
            # an assignment is a word like any other here: what it is, its own text tells
            self._last = "" if opening else raw
            self.out.append(_FILL * len(raw))
        elif raw in _KEPT or _PLAIN.fullmatch(raw):
            self.out.append(raw)
        else:
            self.out.append(_FILL * len(raw))

    def _keyword(self, raw: str, start: int) -> None:
        if raw == "[[":
            self._test(start)
        elif match := {"time": _TIME, "coproc": _COPROC, "!": _NOT}[raw].match(self.text, start):
            # what comes behind is a command like any other
            self.lexer.pos = start
            self._fill(match.end(), " ")
        else:
            self._last = raw
            self.out.append(raw)

    def _test(self, start: int) -> None:
        """`[[ ... ]]` as one word: what is in it is read from the text itself."""
        lexer = self.lexer
        while lexer.pos < len(self.text):
            before = lexer.pos
            lexer.blanks()
            at = lexer.pos
            lexer.word()
            if self.text[at : lexer.pos] == "]]":
                self.out.append(_FILL * (lexer.pos - start))
                self._last = "]]"
                return
            if lexer.pos in (before, at):
                lexer.pos += 1
        lexer.faults.append((start, "[[ is not closed"))
        lexer.pos = len(self.text)
        self.out.append(_FILL * (lexer.pos - start))
