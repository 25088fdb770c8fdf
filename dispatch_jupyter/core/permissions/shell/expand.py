"""Expansion: from a word as it is written to the values it stands for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .arithmetic import arithmetic
from .braces import braces
from .lexer import Lexer, Part
from .marks import GLOBS, HOLE, NAME, UNSET, bounded, plain
from .params import Params
from .source import Source, Span, made
from .world import World

Run = Callable[[Source, World], str]
"""Evaluates what stands inside `$(...)` and gives what it prints."""

_TILDE = re.compile(r"~([+-]?\d+|[+-]|[\w.-]*)(?=/|$)", re.ASCII)
_TILDE_LATER = re.compile(r"(?<=[=:])~([\w.-]*)(?=/|:|$)", re.ASCII)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.ASCII)
_SPECIAL = re.compile(r"[\\'\"$`{}~*?\[<>(]")
_NAMES = re.compile(r"[A-Za-z_]\w*", re.ASCII)
MAX_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class Word:
    """One value a word of the command stands for."""

    value: str
    span: Span
    base: int | None = None
    """Where the value's first character stands in the command, where it stands there letter by letter."""
    whole: bool = False
    """It is one name for certain, whatever lines it has: nothing but text of the command is in it. Another value with
    several lines may be a list of names."""

    def source(self) -> Source:
        """The value as shell text of its own."""
        text = plain(self.value)
        return made(text, self.span) if self.base is None else Source(text, self.base, self.span)


def around(words: Sequence[Word]) -> Span:
    """What holds all of these words: some wrappers put words behind others that stand before them in the command."""
    return min(word.span[0] for word in words), max(word.span[1] for word in words)


class Expander:
    """Expands words. What runs inside them is left to `run`."""

    def __init__(self, run: Run, run_process: Callable[[Source, World], None]) -> None:
        self._run = run
        self._run_process = run_process

    def words(self, source: Source, start: int, end: int, world: World) -> list[Word]:
        """The values of the word at `source.text[start:end]`."""
        raw = source.text[start:end]
        span = source.span(start, end)
        if not _SPECIAL.search(raw):
            return [Word(raw, span, None if source.base is None else source.base + start, whole=True)]
        out: list[Word] = []
        for text in braces(raw):
            piece = source.part(start, end) if text is raw or text == raw else made(text, span)
            fields = _Fields(world)
            whole = self._fill(fields, piece, world)
            base = self._base(piece, fields)
            out += [Word(value, span, base, whole) for value in fields.done()[:MAX_FIELDS]]
        return out

    def text(self, source: Source, world: World, *, keep_globs: bool = False) -> str:
        """A word that is not split: a value of an assignment, a pattern, an operator's argument."""
        fields = _Fields(world, split=False)
        lexer = Lexer(source.text)
        while lexer.pos < lexer.end:
            self._parts(fields, _tilded(lexer.word(), world, later=True), source, world)
            if lexer.pos < lexer.end:
                fields.add(source.text[lexer.pos], quoted=True)
                lexer.pos += 1
        value = bounded("".join(fields.done()))
        return value if keep_globs else plain(value)

    def quoted(self, source: Source, world: World) -> str:
        """Text that expands as between double quotes: the body of a heredoc."""
        text = source.text.replace('"', "\ufffe")
        lexer = Lexer(f'"{text}"')
        fields = _Fields(world, split=False)
        parts = [Part(p.kind, p.text.replace("\ufffe", '"'), p.quoted, p.at - 1) for p in lexer.word()]
        self._parts(fields, parts, source, world)
        return bounded("".join(fields.done()))

    def _fill(self, fields: "_Fields", source: Source, world: World) -> bool:
        """Whether nothing had to be expanded."""
        parts = Lexer(source.text).word()
        self._parts(fields, _tilded(parts, world, later=bool(_ASSIGNMENT.match(source.text))), source, world)
        return all(part.kind == "text" for part in parts)

    @staticmethod
    def _base(source: Source, fields: "_Fields") -> int | None:
        """Where a value stands letter by letter in the command: a plain word, or one pair of quotes."""
        if source.base is None or len(fields.items) != 1:
            return None
        value = fields.items[0]
        if source.text[:1] in ("'", '"') and source.text[1:-1] == value:
            return source.base + 1
        return source.base if source.text == value else None

    def _parts(self, fields: "_Fields", parts: list[Part], source: Source, world: World) -> None:
        for part in parts:
            match part.kind:
                case "text":
                    fields.add(part.text, quoted=part.quoted)
                case "param":
                    self._param(fields, part, source, world)
                case "arithmetic":
                    fields.expanded([arithmetic(self._arith_text(part, source, world), world)], quoted=part.quoted)
                case "command" | "backtick":
                    fields.expanded([self._run(_inner(part, source), world).rstrip("\n")], quoted=part.quoted)
                case "process":
                    self._run_process(_inner(part, source), world)
                    fields.add("/dev/fd/63", quoted=True)

    def subscripts(self, text: str, source: Source, world: World) -> None:
        """Run what stands in subscripts among the values of the names in arithmetic: `a='x[$(command)]'; ((a))`."""
        for name in set(_NAMES.findall(text)) if len(text) < 2000 else ():
            value = world.text(name)
            if "[" in value and ("$(" in value or "`" in value):
                self.quoted(made(value, source.outer), world)

    def _arith_text(self, part: Part, source: Source, world: World) -> str:
        self.subscripts(part.text, source, world)
        if "$" not in part.text and "`" not in part.text:
            return part.text
        return self.quoted(made(part.text, source.outer), world)

    def _param(self, fields: "_Fields", part: Part, source: Source, world: World) -> None:
        if "[" in part.text:
            self.subscripts(part.text.partition("[")[2], source, world)
        params = Params(world, lambda text, now: self.text(made(text, source.outer), now, keep_globs=True))
        values = params.values(part.text)
        several = bool(re.match(r"[@*]|!?\w+\[[@*]\]|!\w+@$", part.text))
        star = "*" in part.text[:1] or "[*]" in part.text
        if part.quoted and several and not star:
            fields.each(values)
        elif several and part.quoted:
            fields.add(fields.glue.join(values), quoted=True)
        else:
            fields.expanded(values, quoted=part.quoted)


def _inner(part: Part, source: Source) -> Source:
    if part.kind == "backtick" and "\\" in part.text:
        return made(re.sub(r"\\([`\\$])", r"\1", part.text), source.span(part.at, part.at + len(part.text)))
    if source.base is None or source.text[part.at : part.at + len(part.text)] != part.text:
        return made(part.text, source.outer)
    return source.part(part.at, part.at + len(part.text))


def _tilded(parts: list[Part], world: World, *, later: bool) -> list[Part]:
    """`~`, `~name` and, where a variable is assigned, those behind `=` and `:` replaced."""
    out = list(parts)
    for at, part in enumerate(parts):
        if part.kind != "text" or part.quoted or "~" not in part.text:
            continue
        # a quoted or expanded piece right behind makes it a plain character
        open_end = at + 1 == len(parts) or "/" in part.text
        text = _TILDE.sub(lambda m: home(m[1], world), part.text, count=1) if at == 0 and open_end else part.text
        if later:
            text = _TILDE_LATER.sub(lambda m: home(m[1], world), text)
        out[at] = Part("text", text, part.quoted, part.at)
    return out


def home(user: str, world: World) -> str:
    """The home folder `~user` names. Without asking the system: root's is known, the others lie side by side."""
    if user in ("+", "-"):
        return world.text("PWD" if user == "+" else "OLDPWD")
    if re.fullmatch(r"[+-]?\d+", user):
        folders = world.folders()
        place = int(user.lstrip("+-"))
        return (folders[::-1] if user[0] == "-" else folders)[place] if place < len(folders) else f"~{user}"
    if not user or user in (world.text("USER"), world.text("LOGNAME")):
        value = world.text("HOME")
        return world.home if value == UNSET else value
    if user == "root":
        return "/root"
    return f"/Users/{user}" if world.home.startswith("/Users/") else f"/home/{user}"


class _Fields:
    """The fields a word becomes."""

    def __init__(self, world: World, *, split: bool = True) -> None:
        separators = world.text("IFS")
        self._split = split
        self._ifs = " \t\n" if separators in (UNSET, HOLE, NAME) else separators
        self.glue = self._ifs[:1]
        """What joins the arguments in `"$*"`."""
        self.items: list[str] = [""]
        self._kept = False
        """The last field stays, even if it is empty."""

    def add(self, text: str, *, quoted: bool) -> None:
        if not quoted and not text.isalnum():
            text = _globbed(text)
        self._kept = self._kept or quoted
        self.items[-1] += text

    def each(self, values: list[str]) -> None:
        """Quoted `"$@"`: each its own field."""
        for at, value in enumerate(values[:MAX_FIELDS]):
            if at:
                self.items.append("")
            self.items[-1] += value
            self._kept = True

    def expanded(self, values: list[str], *, quoted: bool) -> None:
        if quoted or not self._split:
            self.add(" ".join(values), quoted=True)
            return
        for at, value in enumerate(values[:MAX_FIELDS]):
            if at:
                self._next()
            self._pieces(_globbed(value))

    def _pieces(self, value: str) -> None:
        blanks = "".join(char for char in self._ifs if char in " \t\n")
        others = "".join(char for char in self._ifs if char not in " \t\n")
        if not self._ifs:
            self.items[-1] += value
            return
        if blanks and value[:1] in blanks and value:
            self._next()
        pattern = f"[{re.escape(self._ifs)}]" + ("" if others else "+")
        body = value.strip(blanks) if blanks else value
        for at, piece in enumerate(re.split(pattern, body) if body else []):
            if at:
                self._next()
            self.items[-1] += piece
        if blanks and value[-1:] in blanks and value:
            self._next()

    def _next(self) -> None:
        if (self.items[-1] or self._kept) and len(self.items) < MAX_FIELDS:
            self.items.append("")
            self._kept = False

    def done(self) -> list[str]:
        if self.items and not self.items[-1] and not self._kept:
            self.items.pop()
        return [bounded(item) for item in self.items]


def _globbed(text: str) -> str:
    """Pattern characters marked; a `[` alone is one only where a `]` follows."""
    if "*" in text:
        text = text.replace("*", GLOBS["*"])
    if "?" in text:
        text = text.replace("?", GLOBS["?"])
    if "[" in text and "]" in text[text.index("[") + 2 :]:
        text = text.replace("[", GLOBS["["])
    return text
