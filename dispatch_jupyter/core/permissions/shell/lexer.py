"""Words of shell text: quotes taken off, expansions found.

The syntax tree says where commands are. Words are read here, by the rules of the shell's manual, because the tree
splits some of them (back quotes inside a word, `$"..."`) and says nothing of escapes.
"""

import re
from dataclasses import dataclass
from typing import Literal

from .escapes import ansi

Kind = Literal["text", "param", "command", "backtick", "arithmetic", "process"]

_EXTENDED = frozenset("@?*+!")
BLANKS = " \t"
STOPS = frozenset(" \t\n;&|<>()")
_NAME = re.compile(r"[A-Za-z_]\w*|\d|[@*#?$!-]", re.ASCII)
_ARRAY = re.compile(r"[A-Za-z_]\w*(?:\[[^\]\s]*\])?\+?=\(", re.ASCII)
_HEREDOC = re.compile(r"<<(-?)[ \t]*([^\s;&|<>()]+)")
_PLAIN_WORD = re.compile(r"[\w./:,@%+=~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word. `text` of an expansion is what stands inside its brackets, `at` where that begins."""

    kind: Kind
    text: str
    quoted: bool
    at: int = 0


class Lexer:
    """Reads words from `text[pos:end]`; never fails. `faults` has what was left open: (place, what)."""

    def __init__(self, text: str, pos: int = 0, end: int | None = None) -> None:
        self.text = text
        self.pos = pos
        self.end = len(text) if end is None else end
        self.faults: list[tuple[int, str]] = []

    def blanks(self) -> None:
        """Skip blanks and continued lines."""
        while self.pos < self.end:
            if self.text[self.pos] in BLANKS:
                self.pos += 1
            elif self.text.startswith("\\\n", self.pos):
                self.pos += 2
            else:
                return

    def word(self) -> list[Part]:
        """The word that begins here, up to the first unquoted character that ends words."""
        text, parts = self.text, list[Part]()
        if array := _ARRAY.match(text, self.pos, self.end):
            start, self.pos = self.pos, self.skip_parens(array.end())
            return [Part("text", text[start : self.pos], quoted=False, at=start)]
        while self.pos < self.end:
            if text[self.pos] == "(" and parts and not parts[-1].quoted and parts[-1].text[-1:] in _EXTENDED:
                parts.append(self._extended())
                continue
            if text[self.pos] in STOPS and not text.startswith(("<(", ">("), self.pos):
                break
            for part in self._piece():
                if parts and part.kind == parts[-1].kind == "text" and not part.quoted and not parts[-1].quoted:
                    parts[-1] = Part("text", parts[-1].text + part.text, quoted=False, at=parts[-1].at)
                else:
                    parts.append(part)
        return parts

    def _extended(self) -> Part:
        """`@(a|b)`: a pattern."""
        start = self.pos
        self.pos = self.skip_parens(start + 1)
        return Part("text", "*", quoted=False, at=start)

    def _piece(self) -> list[Part]:  # noqa: PLR0911 - one a character
        start = self.pos
        match self.text[start]:
            case "'":
                self.pos = self._until("'", start + 1)
                return [Part("text", self.text[start + 1 : self.pos - 1], quoted=True, at=start + 1)]
            case '"':
                return self._double()
            case "\\":
                self.pos = min(start + 2, self.end)
                escaped = self.text[start + 1 : self.pos]
                return [] if escaped == "\n" else [Part("text", escaped or "\\", quoted=True, at=start)]
            case "$":
                return self._dollar(quoted=False)
            case "`":
                return [self._backtick(quoted=False)]
            case "<" | ">":
                self.pos = self.skip_parens(start + 2)
                return [Part("process", self.text[start + 2 : self.pos - 1], quoted=True, at=start + 2)]
        plain = _PLAIN_WORD.match(self.text, start, self.end)
        self.pos = plain.end() if plain else start + 1
        return [Part("text", self.text[start : self.pos], quoted=False, at=start)]

    def _until(self, mark: str, start: int) -> int:
        """Just behind the next `mark`; the end where there is none."""
        found = self.text.find(mark, start, self.end)
        if found < 0:
            self.faults.append((start - 1, f"{mark} is not closed"))
            # callers cut one character off: let nothing be lost
            return self.end + 1 if start <= self.end else self.end
        return found + 1

    def _double(self) -> list[Part]:
        start = self.pos
        self.pos += 1
        parts = [Part("text", "", quoted=True, at=self.pos)]
        run = self.pos
        while self.pos < self.end:
            char = self.text[self.pos]
            if char == '"':
                parts.append(Part("text", self.text[run : self.pos], quoted=True, at=run))
                self.pos += 1
                return parts
            if char not in "\\$`":
                self.pos += 1
                continue
            parts.append(Part("text", self.text[run : self.pos], quoted=True, at=run))
            parts += self._inside(char)
            run = self.pos
        self.faults.append((start, '" is not closed'))
        return [*parts, Part("text", self.text[run : self.pos], quoted=True, at=run)]

    def _inside(self, char: str) -> list[Part]:
        """A special character between double quotes."""
        if char == "$":
            return self._dollar(quoted=True)
        if char == "`":
            return [self._backtick(quoted=True)]
        escaped = self.text[self.pos + 1 : self.pos + 2]
        self.pos = min(self.pos + 2, self.end)
        if escaped == "\n":
            return []
        return [Part("text", escaped if escaped in set('$`"\\') else "\\" + escaped, quoted=True, at=self.pos - 2)]

    def _backtick(self, *, quoted: bool) -> Part:
        start = self.pos + 1
        at = start
        while at < self.end and self.text[at] != "`":
            at += 2 if self.text[at] == "\\" else 1
        if at >= self.end:
            self.faults.append((self.pos, "` is not closed"))
        self.pos = min(at + 1, self.end)
        return Part("backtick", self.text[start : min(at, self.end)], quoted, start)

    def _dollar(self, *, quoted: bool) -> list[Part]:  # noqa: PLR0911 - one a character
        start = self.pos
        match self.text[start + 1 : min(start + 2, self.end)]:
            case "(":
                return [self._substitution(quoted=quoted)]
            case "{":
                self.pos = self._skip_braces(start + 2)
                return [Part("param", self.text[start + 2 : self.pos - 1], quoted, start + 2)]
            case "[":
                self.pos = self._until("]", start + 2)
                return [Part("arithmetic", self.text[start + 2 : self.pos - 1], quoted, start + 2)]
            case "'" if not quoted:
                return [self._ansi()]
            case '"' if not quoted:
                self.pos += 1
                return self._double()
        if name := _NAME.match(self.text, start + 1, self.end):
            self.pos = name.end()
            return [Part("param", name.group(), quoted, start + 1)]
        self.pos += 1
        return [Part("text", "$", quoted=True, at=start)]

    def _ansi(self) -> Part:
        start = at = self.pos + 2
        while at < self.end and self.text[at] != "'":
            at += 2 if self.text[at] == "\\" else 1
        if at >= self.end:
            self.faults.append((self.pos, "$' is not closed"))
        self.pos = min(at + 1, self.end)
        return Part("text", ansi(self.text[start : min(at, self.end)]).partition("\0")[0], quoted=True, at=start)

    def _substitution(self, *, quoted: bool) -> Part:
        start = self.pos + 2
        self.pos = self.skip_parens(start)
        inner = self.text[start : self.pos - 1]
        if inner.startswith("(") and inner.endswith(")") and _one_group(inner):
            return Part("arithmetic", inner[1:-1], quoted, start + 1)
        return Part("command", inner, quoted, start)

    def _skip_braces(self, start: int) -> int:
        """Just behind the `}` that closes the `${` before `start`."""
        at = self.pos = start
        while self.pos < self.end:
            char = self.text[self.pos]
            if char == "}":
                return self.pos + 1
            self.skip_one(char)
        self.faults.append((at - 2, "${ is not closed"))
        return self.end + 1

    def skip_one(self, char: str) -> None:
        """Go over one character, or one quoted or bracketed piece."""
        if char in "'\"\\$`":
            before, faults = self.pos, self.faults
            self._piece()
            self.faults = faults
            self.pos = max(self.pos, before + 1)
        else:
            self.pos += 1

    def skip_parens(self, start: int) -> int:
        """Just behind the `)` that closes the `(` before `start`: quotes, comments, heredocs and `case` understood."""
        opened, depth, bodies = start, ["("], list[tuple[bool, str]]()
        self.pos = start
        while self.pos < self.end:
            char = self.text[self.pos]
            if char == ")":
                self.pos += 1
                if depth[-1] == "(":
                    depth.pop()
                if not depth:
                    return self.pos
            elif char == "(":
                depth.append("(")
                self.pos += 1
            elif char == "\n" and bodies:
                self._skip_bodies(bodies)
            else:
                self._skip_token(char, depth, bodies)
        self.faults.append((opened - 1, "( is not closed"))
        return self.end + 1

    def _skip_token(self, char: str, depth: list[str], bodies: list[tuple[bool, str]]) -> None:
        start = self.pos
        if char == "#" and self.text[start - 1 : start] in {"", " ", "\t", "\n", ";", "("}:
            line = self.text.find("\n", start, self.end)
            self.pos = self.end if line < 0 else line
        elif char == "<" and self.text.startswith("<<<", start):
            self.pos += 3
        elif char == "<" and (heredoc := _HEREDOC.match(self.text, start, self.end)) and heredoc[2][0] != "<":
            bodies.append((bool(heredoc[1]), re.sub(r"[\"'\\]", "", heredoc[2])))
            self.pos = heredoc.end()
        elif char.isalpha():
            word = re.compile(r"\w+").match(self.text, start, self.end)
            self.pos = word.end() if word else start + 1
            _note_case(self.text[start : self.pos], self.text[start - 1 : start], depth)
        else:
            self.skip_one(char)

    def _skip_bodies(self, bodies: list[tuple[bool, str]]) -> None:
        """Go over the heredocs that begin behind this line."""
        self.pos += 1
        for tabs, mark in bodies:
            while self.pos < self.end:
                line = self.text.find("\n", self.pos, self.end)
                line = self.end if line < 0 else line
                text = self.text[self.pos : line]
                begin = self.pos + len(text) - len(text.lstrip("\t")) if tabs else self.pos
                self.pos = min(line + 1, self.end)
                ending = self.text[begin:line]
                # the bracket that closes the substitution may follow the mark at once
                if ending == mark or ending.startswith(f"{mark})"):
                    self.pos = begin + len(mark)
                    break
        bodies.clear()


def _one_group(text: str) -> bool:
    """Whether the first parenthesis closes with the last. Quotes are not looked at: this is arithmetic, or rare."""
    depth = 0
    for match in re.finditer(r"[()]", text):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return match.end() == len(text)
    return False


def _note_case(word: str, before: str, depth: list[str]) -> None:
    """Between `case` and `esac` a lone `)` ends a pattern, and closes nothing."""
    if word == "case" and before in {"", " ", "\n", ";", "(", "\t"}:
        depth.append("case")
    elif word == "esac" and depth[-1] == "case":
        depth.pop()
